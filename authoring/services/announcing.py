"""What readers are told: the public state of each kind, announced by signal in the caller's transaction."""

import datetime as dt
import re
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings

from authoring.models import Article, Author, Picture, PlainPage, ReservedPath, Revision, Site, Tag
from authoring.services import paths
from cms import events, signals
from cms.events import Kind

MEDIA_NAME = re.compile(r"/media/([0-9a-f]{64})\.\d+\.webp")


def announce(
    sender: type, *, kind: Kind, key: str, version: int, state: events.State, now: dt.datetime
) -> None:
    """Tell that readers see `state` from now on."""
    event = events.Published(kind=kind, key=key, version=version, occurred_at=now, state=state)
    signals.published.send(sender, event=event)


def announce_withdrawal(sender: type, *, kind: Kind, key: str, version: int, now: dt.datetime) -> None:
    """Tell that it is gone, with every path that was ever its own."""
    owned = ReservedPath.objects.filter(kind=kind, key=key, is_public=True).order_by("path")
    event = events.Withdrawn(
        kind=kind,
        key=key,
        version=version,
        occurred_at=now,
        paths=tuple(owned.values_list("path", flat=True)),
    )
    signals.withdrawn.send(sender, event=event)


def article_state(article: Article, revision: Revision) -> events.ArticleState:
    """The whole public state of `article` when `revision` is live. Its path must be reserved already."""
    key = str(article.id)
    if article.published_at is None or article.changed_at is None:
        raise ValueError("An article that was never published has no public state.")
    return events.ArticleState(
        path=article.path,
        former_paths=paths.former_paths(kind=Kind.ARTICLE, key=key, path=article.path),
        title=revision.title,
        summary=revision.summary,
        body=revision.body,
        language=revision.language,
        published_at=article.published_at,
        updated_at=article.changed_at,
        tags=_references(Tag, revision.tags, paths.tag_path),
        authors=_references(Author, revision.authors, paths.author_path),
        hero=picture_state(revision.hero),
        pictures=body_pictures(revision.body),
        translation=str(revision.translation or ""),
        canonical=revision.canonical,
        social_title=revision.social_title,
        noindex=revision.noindex,
    )


def named_state(named: Tag | Author) -> events.TagState | events.AuthorState:
    """The public state of a tag or an author."""
    is_tag = isinstance(named, Tag)
    path = (paths.tag_path if is_tag else paths.author_path)(named.slug)
    return (events.TagState if is_tag else events.AuthorState)(
        path=path,
        former_paths=paths.former_paths(
            kind=Kind.TAG if is_tag else Kind.AUTHOR, key=str(named.id), path=path
        ),
        name=named.name,
        description=named.description,
        picture=picture_state(named.picture),
    )


def page_state(page: PlainPage) -> events.PageState:
    """The public state of a plain page."""
    path = paths.page_path(page.slug)
    if page.changed_at is None:
        raise ValueError("A page that was never published has no public state.")
    return events.PageState(
        path=path,
        former_paths=paths.former_paths(kind=Kind.PAGE, key=str(page.id), path=path),
        title=page.title,
        body=page.body,
        language=page.language,
        updated_at=page.changed_at,
        pictures=body_pictures(page.body),
    )


def site_state(site: Site) -> events.SiteState:
    """The public state of the site."""
    return events.SiteState(
        name=site.name,
        description=site.description,
        language=settings.LANGUAGE_CODE,
        navigation=tuple(events.Link(label=link["label"], url=link["url"]) for link in site.navigation),
        footer=site.footer,
        accent=site.accent,
        accent_dark=site.accent_dark,
        logo=picture_state(site.logo),
    )


def picture_state(picture: Picture | None) -> events.Picture | None:
    """A picture as a message carries it."""
    if picture is None:
        return None
    return events.Picture(
        digest=picture.digest,
        width=picture.width,
        height=picture.height,
        widths=tuple(picture.widths),
        alt=picture.alt,
        credit=picture.credit,
        focus_x=picture.focus_x,
        focus_y=picture.focus_y,
    )


def body_pictures(body: str) -> tuple[events.Picture, ...]:
    """The pictures that a Markdown text shows, each once, by digest."""
    digests = set(MEDIA_NAME.findall(body))
    if not digests:
        return ()
    found = Picture.objects.filter(digest__in=digests).order_by("digest")
    return tuple(state for picture in found if (state := picture_state(picture)))


def _references(
    model: type[Tag | Author], keys: Iterable[UUID], path_of: object
) -> tuple[events.Reference, ...]:
    keys = list(keys)
    if not keys:
        return ()
    found = model._default_manager.in_bulk(keys)
    return tuple(
        events.Reference(key=str(key), name=found[key].name, path=path_of(found[key].slug))  # type: ignore[operator]
        for key in keys
        if key in found
    )
