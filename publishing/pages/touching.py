"""Which pages show something of an article that came, changed or went: those are rendered anew, no others."""

from collections.abc import Iterable

from django.utils import timezone

from publishing.models import PublishedArticle
from publishing.pages import subjects
from publishing.pages.context import SITE_FEEDS

Change = tuple[PublishedArticle | None, PublishedArticle | None]
"""An article as it was and as it is."""

CARD = ("path", "language", "title", "summary", "minutes", "published_at", "tags", "authors", "hero")
FEED = (
    "path",
    "language",
    "title",
    "summary",
    "html",
    "published_at",
    "updated_at",
    "tags",
    "authors",
    "hero",
)
SITEMAP = ("path", "published_at", "updated_at", "noindex", "canonical")
BESIDE = (*CARD, "tag_keys", "translation")


def touched(changes: Iterable[Change]) -> set[str]:
    """The combined pages that show something that changed."""
    changes = list(changes)
    paths: set[str] = set()
    for old, new in changes:
        if old is None and new is None:
            continue
        shown = [article for article in (old, new) if article]
        if _differ(old, new, CARD):
            paths |= {"/", "/archive/", *(path for article in shown for path in _lists(article))}
        for kind in subjects.MODELS:
            if _differ(old, new, (f"{kind}s",)):
                paths.add(f"/{kind}s/")
        if _differ(old, new, FEED):
            paths.update(SITE_FEEDS)
        if _differ(old, new, SITEMAP):
            paths |= {"/sitemap.xml", *(f"/sitemap/{_year(article)}.xml" for article in shown)}
    return paths | _renamed(changes)


def is_seen_beside(old: PublishedArticle | None, new: PublishedArticle | None) -> bool:
    """Whether pages of other articles may show something that changed."""
    return _differ(old, new, BESIDE)


def _lists(article: PublishedArticle) -> list[str]:
    # In the site's zone, as the archives count.
    local = timezone.localtime(article.published_at)
    named = [reference["path"] for reference in (*article.tags, *article.authors)]
    return [f"/archive/{local.year}/", f"/archive/{local.year}/{local.month:02}/", *named]


def _renamed(changes: Iterable[Change]) -> set[str]:
    """Where tags and authors have their pages by now: an article may not know yet that they were renamed."""
    shown = [article for old, new in changes if _differ(old, new, CARD) for article in (old, new) if article]
    paths: set[str] = set()
    for kind, model in subjects.MODELS.items():
        keys = {key for article in shown for key in getattr(article, f"{kind}_keys")}
        if keys:
            paths |= set(model._default_manager.filter(key__in=keys).values_list("path", flat=True))
    return paths


def _year(article: PublishedArticle) -> int:
    return timezone.localtime(article.published_at).year


def _differ(old: PublishedArticle | None, new: PublishedArticle | None, names: Iterable[str]) -> bool:
    if old is None or new is None:
        return old is not new
    return any(getattr(old, name) != getattr(new, name) for name in names)
