"""The page of search results, as its template shows it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.dateparse import parse_datetime

from publishing import hits, search
from publishing.pages import context, lists

NOTHING = "Nothing was found. Fewer or other words may help."
NEWEST = 5
KINDS = {"tag": "Tags", "author": "Authors", "year": "Years", "language": "Languages"}


def shown(query: Mapping[str, str]) -> dict[str, Any]:
    """What the template needs for a request's parameters; unknown values of them find nothing, and no error."""
    number = _number(query.get("page", "1"))
    text = query.get("q", "").strip()
    narrowing = search.Narrowing(**{kind: query.get(kind, "") for kind in KINDS})
    by_date = query.get("sort") == "date"
    before = _moment(query.get("before", ""))
    listed = search.page(
        text, number=number, per_page=lists.PER_PAGE, narrowing=narrowing, by_date=by_date, before=before
    )
    found = listed.results
    before = before or found.newest
    has_more = number * lists.PER_PAGE < found.reachable
    followed = context.feeds_of(
        "/search/feed.", title=f"“{listed.query}”", query=asked(listed.query, narrowing.language)
    )
    page = context.page_facts(
        "/search/", title="Search", kind="search", noindex=True, feeds=followed if found.hits else None
    )
    nothing = bool(text) and not found.total
    return {
        "site": context.site(),
        "page": page,
        "query": listed.query,
        "by_date": by_date,
        "kept": _kept(query),
        "language": narrowing.language,
        "languages": _languages(found.languages or search.languages()),
        "found": found,
        "message": listed.message or (NOTHING if nothing else ""),
        "hits": hits.as_html(found.hits, words=found.words, language=page["language"]),
        "facets": _facets(query, narrowing, found),
        "sorts": _sorts(query, by_date) if found.total > 1 else [],
        "corrected_to": _address(query, q=found.correction, page=None) if found.correction else "",
        "newest": lists.cards()[:NEWEST] if not found.total else [],
        "first": _address(query, page=None),
        "page_number": number,
        "newer": _address(query, page=str(number - 1)) if number > 1 else None,
        "older": _address(query, page=str(number + 1), before=f"{before:%Y-%m-%dT%H:%M:%S.%fZ}")
        if has_more and before
        else None,
    }


def _languages(codes: Iterable[str]) -> list[dict[str, str]]:
    named = ({"code": code, "name": search.language_name(code)} for code in codes)
    return sorted(named, key=lambda one: one["name"])


def _facets(
    query: Mapping[str, str], narrowing: search.Narrowing, found: search.Results
) -> list[dict[str, Any]]:
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


def _sorts(query: Mapping[str, str], by_date: bool) -> list[dict[str, Any]]:
    return [
        {"name": "Best match", "address": _address(query, sort=None, page=None), "is_chosen": not by_date},
        {"name": "Newest", "address": _address(query, sort="date", page=None), "is_chosen": by_date},
    ]


def _kept(query: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a new question keeps, beside the language, which the form asks for itself."""
    return [(name, query[name]) for name in ("sort",) if query.get(name)]


def _address(query: Mapping[str, str], **changed: str | None) -> str:
    """The address of these results with some parameters changed, or taken away. First pages are of now."""
    now = {"before": None} if changed.get("page") is None else {}
    kept = {**query, **now, **changed}
    return f"/search/?{urlencode({name: value for name, value in kept.items() if value is not None})}"


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
