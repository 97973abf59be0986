"""An article in a list, rendered once and not anew for each list that it stands in."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

KEPT = 5000
"""How many cards a process keeps: about 1.5 kB each."""


@register.simple_tag(takes_context=True)
def card(context: Mapping[str, Any], article: Any, place: str, level: int = 2) -> SafeString:
    """`article` at a `place` (lead, card or row; or line, in the archive), its title a heading of `level`."""
    return _rendered(Shown(article), place, level, str(context["page"]["language"]))


class Shown:
    """An article, equal to another if their cards look the same."""

    def __init__(self, article: Any) -> None:
        self.article = article
        self.seen = (
            article.path,
            article.title,
            article.summary,
            article.language,
            article.published_at,
            article.minutes,
            repr(article.authors),
            repr(article.hero),
        )

    def __hash__(self) -> int:
        return hash(self.seen)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shown) and self.seen == other.seen


@lru_cache(maxsize=KEPT)
def _rendered(shown: Shown, place: str, level: int, language: str) -> SafeString:
    values = {"article": shown.article, "place": place, "level": level, "page": {"language": language}}
    name = "cms/_line.html" if place == "line" else "cms/_card.html"
    return mark_safe(get_template(name).render(values))  # noqa: S308  what a template rendered
