"""Which path belongs to whom: reserved from the first draft, for ever from the first publish."""

from collections.abc import Collection

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connections

from authoring.models import Article, ReleaseChange, ReservedPath, ScheduledChange
from cms.databases import WRITE
from cms.events import Kind

# First segments that belong to the site itself. Language codes are reserved beside them.
RESERVED = {
    "admin", "api", "archive", "authoring", "authors", "feed", "feeds", "health", "media", "page", "preview",
    "robots.txt", "search", "sitemap", "static", "tags",
}  # fmt: skip


class SlugTaken(ValidationError):
    """Another article, page or address of a former site owns the path."""


def article_path(language: str, slug: str) -> str:
    """`/slug/` in the site's language, `/fr/slug/` in another: translations may share a slug."""
    return f"/{slug}/" if language == settings.LANGUAGE_CODE else f"/{language}/{slug}/"


def page_path(slug: str) -> str:
    return f"/{slug}/"


def tag_path(slug: str) -> str:
    return f"/tags/{slug}/"


def author_path(slug: str) -> str:
    return f"/authors/{slug}/"


def reserve(*wanted: str, kind: Kind, key: str, public: bool = False) -> None:
    """Give paths to `(kind, key)`, all or none. Raises `SlugTaken` if somebody else owns one."""
    ordered = sorted(set(wanted))  # whoever reserves several takes them in the same order: no deadlock
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO authoring_reservedpath AS reserved (path, kind, key, is_public, created_at)
            SELECT path, %s, %s, %s, statement_timestamp() FROM unnest(%s::text[]) AS path
            ON CONFLICT (path) DO UPDATE SET is_public = reserved.is_public OR excluded.is_public
            WHERE reserved.kind = excluded.kind AND reserved.key = excluded.key
            RETURNING path
            """,
            [kind, key, public, ordered],
        )
        given = {path for (path,) in cursor.fetchall()}
    for path in ordered:
        if path not in given:
            raise SlugTaken({"slug": f"The address {path} is taken{_where(path)}."})


def former_paths(*, kind: Kind, key: str, path: str) -> tuple[str, ...]:
    """The other public paths of `(kind, key)`, sorted: they redirect to `path`."""
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            "SELECT path FROM authoring_reservedpath WHERE kind = %s AND key = %s AND is_public AND path <> %s",
            [kind, key, path],
        )
        return tuple(sorted(former for (former,) in cursor.fetchall()))


def release(*, kind: Kind, key: str, keep: Collection[str] = (), never_public: bool = False) -> None:
    """Free the paths that readers never saw, except those in `keep`.

    `never_public` says that none was seen here: addresses of a former site are freed too.
    """
    owned = ReservedPath.objects.filter(kind=kind, key=key).exclude(path__in=keep)
    (owned if never_public else owned.filter(is_public=False)).delete()


def _where(path: str) -> str:
    """Where to look for who owns a path, if no list shows them."""
    keys = ReservedPath.objects.filter(path=path, kind=Kind.ARTICLE).values_list("key", flat=True)
    trashed = Article.with_trash.filter(pk__in=list(keys), trashed_at__isnull=False)
    return " by an article in the trash" if trashed.exists() else ""


def planned(article: Article) -> set[str]:
    """Of revisions that are still to be published: by a change, also one that failed, or by a release."""
    changes = ScheduledChange.objects.filter(article=article, done_at=None, cancelled_at=None)
    released = ReleaseChange.objects.filter(
        article=article, release__done_at=None, release__cancelled_at=None
    )
    slugs = [
        rows.filter(revision__isnull=False).values_list("revision__language", "revision__slug")
        for rows in (changes, released)
    ]
    return {article_path(language, slug) for language, slug in slugs[0].union(slugs[1])}
