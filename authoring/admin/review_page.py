"""What the page of a review shows: the text with its passages marked, what differs from the live one, threads."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html

from authoring.admin import history, preview, words
from authoring.models import Article, Review, Revision
from authoring.services import approval, checklist, comments, diffing, passages, people, reviews, rights
from authoring.services.comments import Thread
from authoring.services.passages import Shown
from authoring.services.texts import Text, text_of
from cms import rendering


def context(request: HttpRequest, article: Any) -> dict[str, Any]:
    """Everything that the page shows of an article of `overview`."""
    review = reviews.newest(article)
    revision = _shown_revision(request, article, review)
    text, user = text_of(revision), request.user
    page, body = Shown(), None
    try:
        body = passages.rendered(text)
    except rendering.Unrenderable as error:
        problem = str(error)
    else:
        problem = ""
    page = passages.shown(text, body)
    threads = comments.place(comments.threads(article), page)
    is_approved = approval.is_approved(revision)
    decidable = revision.pk == article.latest_revision_id or bool(review and review.is_open)
    return {
        "title": f"Review of “{article}”",
        "review": review,
        "revision": revision,
        "is_latest": revision.pk == article.latest_revision_id,
        "is_approved": is_approved,
        "asked": [people.name_of(who) for who in review.reviewers.all()] if review else [],
        "page": frame(text, article, page, threads, body) if body else "",
        "problem": problem,
        "threads": [_thread(request, one) for one in threads if not one.first.resolved_at],
        "resolved": [_thread(request, one) for one in threads if one.first.resolved_at],
        "warnings": checklist.warnings(text, body, article_id=article.pk) if body else [],
        "differences": _differences(article, text) if article.is_live else None,
        "may_approve": decidable and not is_approved and rights.may_approve(user, revision),
        "is_own": not rights.may_approve(user, revision) and rights.may_review(user),
        "may_request": decidable
        and rights.may_review(user)
        and (is_approved or bool(review and review.is_open)),
        "unsaid": _unsaid(request, article),
    }


def frame(
    text: Text, article: Article | None, page: Shown, threads: list[Thread], body: rendering.Rendered
) -> str:
    """The document of the article as readers would see it, with the passages of open threads marked."""
    shown = preview.context(text, article, body=body) | {"preview": False}
    open_ones = [one for one in threads if one.span and not one.first.resolved_at]
    title, summary, html = page.marked([(one.span, one.first.pk) for one in open_ones if one.span])
    shown["article"] |= {"title": title, "summary": summary, "html": html}
    sheet = format_html('<link rel="stylesheet" href="{}"></head>', static("authoring/passages.css"))
    return render_to_string("cms/article.html", shown).replace("</head>", sheet, 1)


def panel(request: HttpRequest, article: Any) -> dict[str, Any]:
    """What the editor's side panel shows of reviews, comments and sharing."""
    is_on = approval.is_on()
    review = reviews.newest(article) if is_on else None
    return {
        "workflow": is_on,
        "review": review,
        "asked": [people.name_of(who) for who in review.reviewers.all()] if review else [],
        "is_outdated": bool(review and review.revision_id != article.latest_revision_id),
        "threads": _panel_threads(article),
        "shared": list(article.shared_with.order_by("username")),
        "may_share": rights.may_share(request.user, article),
        "colleagues": people.colleagues()[:200] if rights.may_share(request.user, article) else [],
    }


def dashboard(request: HttpRequest) -> dict[str, Any]:
    """What waits for this user's review."""
    if not approval.is_on():
        return {}
    waiting = list(reviews.waiting_for(request.user)[:9])
    return {"reviews": [_waiting(review) for review in waiting[:8]], "more_reviews": len(waiting) > 8}


def _waiting(review: Review) -> dict[str, Any]:
    return {
        "article": review.article,
        "by": people.name_of(review.requested_by),
        "when": words.ago(review.created_at),
        "url": reverse("admin:authoring_article_review", args=[review.article_id]),
    }


def _shown_revision(request: HttpRequest, article: Article, review: Review | None) -> Revision:
    rows: QuerySet[Revision] = article.revisions.select_related("created_by")
    if number := request.GET.get("revision", ""):
        found = rows.filter(number=number).first() if number.isdecimal() and len(number) < 10 else None
    else:
        pk = review.revision_id if review and review.is_open else article.latest_revision_id
        found = rows.filter(pk=pk).first() if pk else None
    if found is None:
        raise Http404
    return found


def _thread(request: HttpRequest, thread: Thread) -> dict[str, Any]:
    first = thread.first
    return {
        "thread": thread,
        "comments": [_comment(one) for one in (first, *thread.replies)],
        "resolved_by": people.name_of(first.resolved_by),
        "revision": first.revision.number,
    }


def _comment(row: Any) -> dict[str, Any]:
    return {"row": row, "by": people.name_of(row.created_by), "when": words.ago(row.created_at)}


def _panel_threads(article: Any) -> list[dict[str, Any]]:
    rows = comments.unresolved(article).select_related("created_by").order_by("pk")[:20]
    return [_comment(row) for row in rows]


def _differences(article: Article, text: Text) -> dict[str, Any]:
    live: Any = article.live_revision
    before = text_of(live)
    rows = diffing.rows(before.body, text.body) if before.body != text.body else []
    return {"number": live.number, "fields": history.fields(before, text, article.pk), "rows": rows}


def _unsaid(request: HttpRequest, article: Article) -> str:
    """What was typed and refused: the form shows it once more."""
    kept = request.session.get("unsaid")
    if not kept or kept["article"] != str(article.pk):
        return ""
    del request.session["unsaid"]
    return str(kept["body"])
