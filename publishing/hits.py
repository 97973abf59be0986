"""Hits of a search as HTML. They are made anew for every question, and templates took a third of its time."""

from collections.abc import Iterable

from django.utils.dates import MONTHS
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from cms.templatetags.languages import in_language
from publishing import search

Byline = list[dict[str, str]]

HIT = """<li><article class="row bare">
<p class="when"><time datetime="{year}-{moment:%m-%dT%H:%M:%S%z}">{moment.day} {month} {year}</time></p>
<div class="what">
<h2{language}><a href="{path}">{title}</a></h2>
<p class="summary"{language}>{snippet}</p>
{facts}</div>
</article></li>
"""


def as_html(hits: Iterable[search.Hit], *, words: int, language: str) -> SafeString:
    """Rows of a list on a page in `language`; the query has so many `words`."""
    return SafeString("".join(_row(hit, words, language) for hit in hits))


def _row(hit: search.Hit, words: int, language: str) -> str:
    article = hit.article
    moment = localtime(article.published_at)
    return HIT.format(
        moment=moment,
        month=MONTHS[moment.month],
        year=f"{moment.year:04}",
        language=in_language(article.language, language),
        path=escape(article.path),
        title=hit.title,  # escaped by search, as the snippet
        snippet=hit.snippet,
        facts=_facts(article.authors, hit.missing, words),
    )


def _facts(authors: Byline, missing: tuple[str, ...], words: int) -> str:
    facts = [_byline(authors)] if authors else []
    if missing:
        without = ", ".join(f"<s>{escape(word)}</s>" for word in missing)
        facts.append(f"{words - len(missing)} of {words} words, without {without}")
    spans = "".join(f"<span>{fact}</span>" for fact in facts)
    return f'<p class="facts">{spans}</p>\n' if spans else ""


def _byline(authors: Byline) -> str:
    *others, last = [
        f'<a href="{escape(author["path"])}" rel="author">{escape(author["name"])}</a>' for author in authors
    ]
    return f"By {', '.join(others)} and {last}" if others else f"By {last}"
