"""The buttons of an article's form: which it has, what they do, and what is said of it."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from authoring.models import Article
from authoring.services import approval, articles, reviews, rights
from authoring.services.articles import Conflict
from authoring.services.texts import Text, text_of


class Unseen(Conflict):
    """What would go out is not what stood in the form: somebody else's words were merged with it."""

    def __str__(self) -> str:
        return f"{super().__str__()} Save first, and look at what became of it before it goes out."


def shown(request: HttpRequest, article: Article | None) -> dict[str, Any]:
    """Which buttons the form of an article has; None is a new one."""
    if not approval.is_on():
        return {"workflow": False}
    latest = article.latest_revision if article else None
    return {
        "workflow": True,
        "is_approved": bool(latest and approval.is_approved(latest)),
        "may_approve": bool(latest and rights.may_approve(request.user, latest)),
    }


def obey(request: HttpRequest, pk: Any, typed: Text) -> None:
    """Do to a saved article what was pressed besides saving. Raises `Unseen` if it says more than was `typed`."""
    newest: Any = articles.lock(pk).latest_revision
    if _pressed(request, "_approve", "_approve_publish", "_publish") and text_of(newest) != typed:
        raise Unseen(newest.number)
    if _pressed(request, "_approve", "_approve_publish"):
        reviews.approve(pk, by=request.user, number=newest.number, now=timezone.now())
    if not rights.may_publish(request.user):
        return
    if _pressed(request, "_publish", "_approve_publish"):
        articles.publish(pk, now=timezone.now(), by=request.user)
    elif _pressed(request, "_unpublish"):
        articles.withdraw(pk, now=timezone.now(), by=request.user)


def report(request: HttpRequest, article: Any) -> str:
    """What was done, in a sentence."""
    number = article.latest_revision.number
    if _pressed(request, "_publish", "_approve_publish") and article.is_live:
        return f"Version {article.version} is on its way to readers."
    if _pressed(request, "_unpublish") and not article.is_live:
        return f"“{article}” is leaving the site."
    return (
        f"Revision {number} is approved."
        if _pressed(request, "_approve")
        else f"Draft saved as revision {number}."
    )


def _pressed(request: HttpRequest, *names: str) -> bool:
    return any(name in request.POST for name in names)
