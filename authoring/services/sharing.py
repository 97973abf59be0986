"""Who else may write an article than those who began or sign it."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from authoring.models import Action, Article
from authoring.services import articles, audit, notifying, people, rights
from authoring.services.rights import User
from cms.databases import WRITE

MOST = 50


@transaction.atomic(using=WRITE)
def share(article_id: UUID, name: str, *, by: User) -> Any:
    """Let the colleague of that user name write the article. Returns them; raises `ValidationError`."""
    article = articles.lock(article_id)
    rights.require_share(by, article)
    (colleague,) = people.named([name], field="person") or [None]
    if colleague is None:
        raise ValidationError({"person": "Say with whom."})
    if article.shared_with.count() >= MOST:
        raise ValidationError({"person": f"It is shared with {MOST} already: that is the most."})
    if not article.shared_with.filter(pk=colleague.pk).exists():
        article.shared_with.add(colleague)
        audit.record_article(Action.SHARED, article, by=by, note=colleague.get_username())
        notifying.tell([colleague.pk], notifying.Kind.SHARED, article, by=by)
    return colleague


@transaction.atomic(using=WRITE)
def unshare(article_id: UUID, user_id: int, *, by: User) -> None:
    """Share it with that colleague no more."""
    article = articles.lock(article_id)
    rights.require_share(by, article)
    colleague = article.shared_with.filter(pk=user_id).first()
    if colleague:
        article.shared_with.remove(colleague)
        audit.record_article(Action.UNSHARED, article, by=by, note=colleague.get_username())


def shared_with(article: Article) -> QuerySet[Any]:
    """Whom an article is shared with, by name."""
    return article.shared_with.order_by("username")
