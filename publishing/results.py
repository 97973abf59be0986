"""The page of search results, as its template shows it."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.safestring import mark_safe

from publishing import search
from publishing.pages import context, lists

NOTHING = "Nothing was found. Fewer or other words may help."
NEWEST = 5
KINDS = {"tag": "Tags", "author": "Authors", "year": "Years", "language": "Languages"}


def shown(query: QueryDict) -> dict[str, Any]:
    """What the template needs for a request's parameters; unknown values of them find nothing, and no error."""
    number = _number(query.get("page", "1"))
    text = query.get("q", "").strip()
    narrowing = search.Narrowing(**{kind: query.get(kind, "")[:64] for kind in KINDS})
    by_date = query.get("sort") == "date"
    before = _moment(query.get("before", "")) or search.newest()
    listed = search.page(
        text, number=number, per_page=lists.PER_PAGE, narrowing=narrowing, by_date=by_date, before=before
    )
    found = listed.results
    has_more = number * lists.PER_PAGE < found.reachable
    followed = context.feeds_of(
        "/search/feed.", title=f"“{listed.query}”", query=asked(listed.query, narrowing.language)
    )
    nothing = bool(text) and not found.total
    return {
        "site": context.site(),
        "page": context.page_facts(
            "/search/", title="Search", kind="search", noindex=True, feeds=followed if found.hits else None
        ),
        "query": listed.query,
        "by_date": by_date,
        "kept": _kept(query),
        "language": narrowing.language,
        "languages": _languages(),
        "found": found,
        "message": listed.message or (NOTHING if nothing else ""),
        "results": [_result(hit, found.words) for hit in found.hits],
        "facets": _facets(query, narrowing, found),
        "sorts": _sorts(query, by_date) if found.total > 1 else [],
        "corrected_to": _address(query, q=found.correction, page=None) if found.correction else "",
        "newest": lists.cards()[:NEWEST] if not found.hits else [],
        "page_number": number,
        "newer": _address(query, page=str(number - 1)) if number > 1 else None,
        "older": _address(query, page=str(number + 1), before=f"{before:%Y-%m-%dT%H:%M:%S.%fZ}")
        if has_more and before
        else None,
    }


def _result(hit: search.Hit, words: int) -> dict[str, Any]:
    article = hit.article
    return {
        "title_html": mark_safe(hit.title),  # noqa: S308  escaped by search
        "snippet_html": mark_safe(hit.snippet),  # noqa: S308  escaped by search
        "path": article.path,
        "language": article.language,
        "published_at": article.published_at,
        "authors": article.authors,
        "missing": hit.missing,
        "having": words - len(hit.missing),
        "words": words,
    }


def _languages() -> list[dict[str, str]]:
    named = ({"code": code, "name": search.language_name(code)} for code in search.languages())
    return sorted(named, key=lambda one: one["name"])


def _facets(query: QueryDict, narrowing: search.Narrowing, found: search.Results) -> list[dict[str, Any]]:
    """Each kind with more than one value, or with the one that was chosen, which can be taken back."""
    groups = []
    for kind, label in KINDS.items():
        chosen = getattr(narrowing, kind)
        values = found.facets.get(kind, ())
        if len(values) > 1 or chosen:
            entries = [
                {
                    "name": one.name,
                    "articles": one.articles,
                    "is_chosen": one.value == chosen,
                    "address": _address(
                        query, page=None, **{kind: None if one.value == chosen else one.value}
                    ),
                }
                for one in values
                if not chosen or one.value == chosen
            ]
            if chosen and not entries:
                entries = [
                    {
                        "name": chosen,
                        "articles": 0,
                        "is_chosen": True,
                        "address": _address(query, page=None, **{kind: None}),
                    }
                ]
            groups.append({"label": label, "kind": kind, "values": entries})
    return groups


def _sorts(query: QueryDict, by_date: bool) -> list[dict[str, Any]]:
    return [
        {"name": "Best match", "address": _address(query, sort=None, page=None), "is_chosen": not by_date},
        {"name": "Newest", "address": _address(query, sort="date", page=None), "is_chosen": by_date},
    ]


def _kept(query: QueryDict) -> list[tuple[str, str]]:
    """What a new question keeps, beside the language, which the form asks for itself."""
    return [(name, str(query[name])) for name in ("sort",) if query.get(name)]


def _address(query: QueryDict, **changed: str | None) -> str:
    """The address of these results with some parameters changed, or taken away. First pages are of now."""
    kept = query.copy()
    if changed.get("page") is None:
        kept.pop("before", None)
    for name, value in changed.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
    return f"/search/?{kept.urlencode()}"


def asked(text: str, language: str) -> str:
    """The query string of a search, without the number of its page."""
    given = {"q": text.encode("utf-8", "ignore").decode(), "language": language}
    return f"?{urlencode({name: value for name, value in given.items() if value})}"


def _moment(text: str) -> dt.datetime | None:
    """What a later page has in its address, so that it continues what was there when the first was read."""
    try:
        found = parse_datetime(text)
        return found.astimezone(dt.UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 1
