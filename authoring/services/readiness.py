"""What stands in the way of each change of a release: a few queries, however many articles it holds."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from authoring.models import Release, ReleaseChange, ReservedPath, Revision, ScheduledChange
from authoring.services import approval, paths, scheduling
from cms.events import Kind


@dataclass(kw_only=True, slots=True)
class Member:
    """One change, what would hold the release back, and what may not be meant."""

    change: Any
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    newest: int | None = None
    """The number of a newer revision, if there is one."""


def members(release: Release) -> list[Member]:
    """The changes of a release by title, each with what can be seen beforehand.

    `releasing.rehearse` finds all that would fail; this finds what usually does.
    """
    rows = release.changes.select_related(
        "revision", "article__latest_revision", "article__live_revision"
    ).defer("revision__body", "article__latest_revision__body", "article__live_revision__body")
    found = [Member(change=change) for change in rows.order_by("title", "pk")]
    if release.is_open:
        owners, elsewhere = _owners(found), _elsewhere(release, found)
        unapproved = approval.missing(_revisions(found))
        for member in found:
            _look(member, owners, unapproved)
            member.notes += elsewhere[member.change.article_id]
    return found


def _look(member: Member, owners: dict[str, tuple[str, str]], unapproved: set[int]) -> None:
    change, article = member.change, member.change.article
    if article is None:
        member.problems.append("It was deleted.")
    elif article.trashed_at:
        member.problems.append("It is in the trash.")
    elif change.action == ScheduledChange.Action.WITHDRAW:
        if not article.is_live:
            member.problems.append("It is not public: there is nothing to unpublish.")
    elif change.revision is None:
        member.problems.append("The revision that was chosen was deleted.")
    else:
        _look_at_revision(member, owners, unapproved)


def _look_at_revision(member: Member, owners: dict[str, tuple[str, str]], unapproved: set[int]) -> None:
    article, revision = member.change.article, member.change.revision
    path = paths.article_path(revision.language, revision.slug)
    if owners.get(path, (Kind.ARTICLE, str(article.pk))) != (Kind.ARTICLE, str(article.pk)):
        member.problems.append(f"The address {path} is taken.")
    if revision == article.live_revision:
        member.notes.append("Readers see this revision already.")
    elif revision.pk in unapproved:
        member.problems.append(f"Revision {revision.number} is not approved.")
    if article.live_revision and revision.number < article.live_revision.number:
        member.notes.append(f"Readers see revision {article.live_revision.number}, which is newer.")
    if article.latest_revision and article.latest_revision.number > revision.number:
        member.newest = article.latest_revision.number


def _revisions(found: list[Member]) -> list[Revision]:
    return [member.change.revision for member in found if member.change.revision]


def _owners(found: list[Member]) -> dict[str, tuple[str, str]]:
    """Kind and key of who owns the paths that these revisions want."""
    wanted = {paths.article_path(revision.language, revision.slug) for revision in _revisions(found)}
    rows = ReservedPath.objects.filter(path__in=wanted)
    return {row.path: (row.kind, row.key) for row in rows}


def _elsewhere(release: Release, found: list[Member]) -> dict[UUID | None, list[str]]:
    """What else is planned for these articles."""
    keys = [member.change.article_id for member in found if member.change.article_id]
    told: dict[UUID | None, list[str]] = defaultdict(list)
    own = scheduling.waiting().filter(article__in=keys).order_by().values_list("article")
    for key, number in own.annotate(number=Count("pk")):
        told[key].append(
            f"{number} changes of its own are planned." if number > 1 else "A change of its own is planned."
        )
    others = ReleaseChange.objects.filter(article__in=keys, release__done_at=None, release__cancelled_at=None)
    for other in others.filter(~Q(release=release)).select_related("release").order_by("pk"):
        told[other.article_id].append(f"It is in the release “{other.release}” too.")
    return told
