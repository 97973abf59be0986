"""Events as authoring would send them, with everything filled in that a test does not speak of."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from cms import codec
from cms.events import (
    ArticleState,
    AuthorState,
    Event,
    Kind,
    PageState,
    Published,
    Reference,
    SiteState,
    TagState,
    Withdrawn,
)
from publishing import pages, projector
from publishing.models import Page, PublishedArticle, PublishedSite, PublishedTag, SearchEntry

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
SITE = SiteState(name="The Galley", description="On printing.", language="en")


def published(version: int = 1, key: str = "a", **state: Any) -> Published:
    """An article; its path and title follow its key unless they are given."""
    given = {
        "path": f"/{key}/",
        "title": f"Title of {key}",
        "summary": f"Summary of {key}.",
        "body": f"Body of {key}.",
        "language": "en",
        "published_at": NOON,
        **state,
    }
    given.setdefault("updated_at", given["published_at"])
    return Published(
        kind=Kind.ARTICLE, key=key, version=version, occurred_at=NOON, state=ArticleState(**given)
    )


def withdrawn(version: int = 2, key: str = "a", paths: tuple[str, ...] | None = None) -> Withdrawn:
    paths = (f"/{key}/",) if paths is None else paths
    return Withdrawn(kind=Kind.ARTICLE, key=key, version=version, occurred_at=NOON, paths=paths)


def tag(slug: str = "type", version: int = 1, **state: Any) -> Published:
    given = {"path": f"/tags/{slug}/", "name": slug.title(), **state}
    return Published(kind=Kind.TAG, key=slug, version=version, occurred_at=NOON, state=TagState(**given))


def author(slug: str = "ada", version: int = 1, **state: Any) -> Published:
    given = {"path": f"/authors/{slug}/", "name": slug.title(), **state}
    return Published(
        kind=Kind.AUTHOR, key=slug, version=version, occurred_at=NOON, state=AuthorState(**given)
    )


def plain_page(key: str = "about", version: int = 1, **state: Any) -> Published:
    given = {
        "path": f"/{key}/",
        "title": key.title(),
        "body": f"All of {key}.",
        "language": "en",
        "updated_at": NOON,
        **state,
    }
    return Published(kind=Kind.PAGE, key=key, version=version, occurred_at=NOON, state=PageState(**given))


def site(version: int = 1, **state: Any) -> Published:
    given = {"name": SITE.name, "description": SITE.description, "language": SITE.language, **state}
    return Published(kind=Kind.SITE, key="site", version=version, occurred_at=NOON, state=SiteState(**given))


def tagged(*slugs: str) -> tuple[Reference, ...]:
    return tuple(Reference(key=slug, name=slug.title(), path=f"/tags/{slug}/") for slug in slugs)


def by(*slugs: str) -> tuple[Reference, ...]:
    return tuple(Reference(key=slug, name=slug.title(), path=f"/authors/{slug}/") for slug in slugs)


def days(number: float) -> dt.datetime:
    """A moment so many days after noon."""
    return NOON + dt.timedelta(days=number)


def project(*events: Event, again: int = 0) -> list[projector.Answer]:
    """Apply events, in one batch."""
    return projector.project([(codec.encode(event), again) for event in events])


def refresh() -> None:
    """Refresh every page that is queued."""
    while pages.refresh_some():
        pass


def show(*events: Event, again: int = 0) -> list[projector.Answer]:
    """Apply events, in one batch, and refresh what they touched."""
    answers = project(*events, again=again)
    refresh()
    return answers


def messages(events: Iterable[Event], again: int = 0) -> list[tuple[str, int]]:
    return [(codec.encode(event), again) for event in events]


def everything() -> tuple[dict[str, tuple[Any, ...]], list[list[dict[str, Any]]]]:
    """All that readers can come to see."""
    stored = {
        page.path: (
            page.status,
            page.content_type,
            page.location,
            bytes(page.body),
            page.etag,
            page.kind,
            page.key,
            page.version,
        )
        for page in Page.objects.all()
    }
    rows = [
        list(model.objects.order_by("key").values())
        for model in (PublishedArticle, PublishedTag, PublishedSite, SearchEntry)
    ]
    return stored, rows
