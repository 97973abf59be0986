"""What is planned, beside an article and on the first page; and what did not go out."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from authoring.admin import planning, words
from authoring.models import Article, ReleaseChange, ScheduledChange
from authoring.services import rights
from authoring.services.calendar import sees_releases
from authoring.services.outlook import Due, ahead, troubles

SETTLED = 10
"""How many changes of an article that are over are shown."""

AHEAD, TROUBLES = 8, 20


def of_article(request: HttpRequest, article: Article) -> dict[str, Any]:
    """What waits on an article, what failed, and what was."""
    rows = article.scheduled_changes.select_related("revision").order_by(
        "done_at", "cancelled_at", "due_at", "pk"
    )
    waiting = rows.filter(done_at=None, cancelled_at=None)
    over = rows.exclude(pk__in=waiting.values("pk")).order_by("-due_at", "-pk")[:SETTLED]
    changes = [_change(row) for row in [*waiting, *over]]
    parts = [_part(part) for part in _parts(article)]
    return {
        "changes": changes,
        "releases": parts,
        "failed": any(row["label"] in ("Failed", "Overdue") for row in [*changes, *parts]),
        "doubts": planning.doubts(article),
        "may_publish": rights.may_publish(request.user),
        "sees_releases": sees_releases(request.user),
    }


def context(request: HttpRequest) -> dict[str, Any]:
    """What goes out next, and what should have."""
    found = troubles(by=request.user, most=TROUBLES + 1)
    may_publish = rights.may_publish(request.user)
    return {
        "next": [_ahead(row) for row in ahead(by=request.user, most=AHEAD)],
        "troubles": [_trouble(row, may_publish=may_publish) for row in found[:TROUBLES]],
        "more_troubles": len(found) > TROUBLES,
    }


def _parts(article: Article) -> Any:
    parts = ReleaseChange.objects.filter(article=article, release__done_at=None, release__cancelled_at=None)
    return parts.select_related("release", "revision").order_by("release__due_at", "pk")


def _change(change: ScheduledChange) -> dict[str, Any]:
    return {
        "change": change,
        "due": words.at(change.due_at, change.zone),
        "is_open": change.done_at is None and change.cancelled_at is None,
        **words.change_state(change),
    }


def _part(part: ReleaseChange) -> dict[str, Any]:
    release = part.release
    due = words.at(release.due_at, release.zone) if release.due_at else ""
    return {"part": part, "due": due, **words.release_state(release)}


def _ahead(row: Any) -> dict[str, Any]:
    return {
        "title": row.title,
        "url": _address(row),
        "said": row.said,
        "when": words.ago(row.due_at),
        "at": words.at(row.due_at, row.zone),
    }


def _trouble(row: Due, *, may_publish: bool) -> dict[str, Any]:
    found = {
        "title": row.title,
        "url": _address(row),
        "said": row.said,
        "at": words.at(row.due_at, row.zone) if row.due_at else "by hand",
        "label": "Failed" if row.failed_at else "Overdue",
        "failure": row.failure or "" if row.failed_at else "Nobody has looked for it: is beat running?",
        "is_release": row.release is not None,
    }
    if may_publish and row.failed_at:
        found |= _remedies(row)
    return found


def _remedies(row: Due) -> dict[str, str]:
    keys: list[Any]
    if row.release:
        keys, names = [row.release], ("release_go", "release_move")
    else:
        keys, names = [row.article, row.change], ("article_again", "article_move")
    retry, move = (reverse(f"admin:authoring_{name}", args=keys) for name in names)
    return {"retry_url": retry, "move_url": f"{move}?back={reverse('admin:index')}"}


def _address(row: Due) -> str:
    if row.release:
        return reverse("admin:authoring_release_change", args=[row.release])
    return reverse("admin:authoring_article_change", args=[row.article])
