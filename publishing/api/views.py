"""The API's views: each selects, and answers with cache headers and an ETag."""

import gzip
import json
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase, HttpResponseRedirect
from django.utils.http import urlencode
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle

from publishing import search
from publishing.api import parameters, selecting, shapes
from publishing.api.answers import BAD, COMING, GONE, MANY, NONE, ReadView, query, whole
from publishing.listed import Listed
from publishing.models import Page
from publishing.pages import context, own

NARROWING = ("tag", "author", "year", "language")


class SuggestThrottle(AnonRateThrottle):
    """Somebody who types asks several times a second: a rate of its own."""

    scope = "suggest"


class Articles(ReadView):
    """Published articles, newest first."""

    @extend_schema(
        operation_id="articles",
        parameters=[
            query("tag", text="The slug of a tag."),
            query("author", text="The slug of an author."),
            query("language", text="A language code, such as `en`."),
            query("published_since", text="A date, or a time with its zone: published then or later."),
            query("published_until", text="A date, or a time with its zone: published before."),
            query("page_size", whole(parameters.MOST), default=parameters.PAGE_SIZE),
            query("cursor", text="From the `next` of the page before."),
            query("path", text="The path of an article's page: answers with that article, alone."),
        ],
        responses={200: shapes.Articles, 302: None, 400: BAD, 404: NONE, 429: MANY},
    )
    def get(self, request: Request) -> HttpResponseBase:
        known = {
            "tag",
            "author",
            "language",
            "published_since",
            "published_until",
            "page_size",
            "cursor",
            "path",
        }
        given = parameters.check(request.query_params, known)
        if "path" in given:
            return self._by_path(given)
        size = parameters.number(given, "page_size", default=parameters.PAGE_SIZE, most=parameters.MOST)
        rows = selecting.articles(
            given,
            since=parameters.moment(given, "published_since"),
            until=parameters.moment(given, "published_until"),
            after=parameters.cursor(given),
            limit=size + 1,
        )
        shown, more = rows[:size], len(rows) > size
        return Response(
            {"results": [own.api_card(card) for card in shown], "next": _next(given, shown) if more else None}
        )

    def _by_path(self, given: dict[str, str]) -> HttpResponseBase:
        if len(given) > 1:
            raise ValidationError({"path": ["Give a path alone, without other parameters."]})
        address = selecting.article_path(given["path"])
        if address is None:
            raise NotFound
        return HttpResponseRedirect(address)


class Article(ReadView):
    """One article, whole. The page server answers this as a rule, from the stored page."""

    @extend_schema(
        operation_id="article",
        parameters=[
            query("min_version", whole(2**31 - 1), "Of this version or newer; 503 until it is here.")
        ],
        responses={200: shapes.Article, 400: BAD, 404: NONE, 410: GONE, 429: MANY, 503: COMING},
    )
    def get(self, request: Request, key: str) -> Response:
        page = Page.objects.filter(path=own.api_path(key)).first()
        if page is None:
            raise NotFound
        if page.status == 410:
            return Response({"detail": "This article was withdrawn."}, status=410)
        return Response(json.loads(gzip.decompress(bytes(page.body))))


class Search(ReadView):
    """Articles that match words, best first, and how many of them carry which tag, author, year and language."""

    @extend_schema(
        operation_id="search",
        parameters=[
            query(
                "q",
                text='Words; `"a phrase"`, `-without`, `either or`, `begin*`. At most 200 characters.',
                required=True,
            ),
            query("language", text="A language code, such as `en`."),
            query("tag", text="The slug of a tag."),
            query("author", text="The slug of an author."),
            query("year", whole(9999), text="Of publication."),
            query("sort", text="`relevance` or `date`, newest first.", enum=["relevance", "date"]),
            query("page", whole(parameters.DEEPEST), default=1),
            query(
                "before", text="Leave out what was published later: `next` sets it, so that pages continue."
            ),
        ],
        responses={200: shapes.Hits, 400: BAD, 429: MANY},
    )
    def get(self, request: Request) -> Response:
        given = parameters.check(request.query_params, {"q", "sort", "page", "before", *NARROWING})
        number = parameters.number(given, "page", default=1, most=parameters.DEEPEST)
        if given.get("sort", "relevance") not in ("relevance", "date"):
            raise ValidationError({"sort": ["Give relevance or date."]})
        if "year" in given:
            parameters.number(given, "year", default=1, most=9999)
        before = parameters.moment(given, "before")
        try:
            found = search.search(
                given.get("q", ""),
                narrowing=search.Narrowing(**{name: given.get(name, "") for name in NARROWING}),
                by_date=given.get("sort") == "date",
                limit=parameters.PAGE_SIZE,
                offset=(number - 1) * parameters.PAGE_SIZE,
                with_facets=True,
                before=before,
            )
        except search.BadQuery as error:
            raise ValidationError({"q": [str(error)]}) from error
        more = number * parameters.PAGE_SIZE < found.reachable and number < parameters.DEEPEST
        before = before or found.newest
        turned = {"page": str(number + 1), "before": before.isoformat()} if before else {}
        following = _address(request.path, given | turned) if more else None
        return Response({**_reading(found), "results": _hits(found.hits), "next": following})


class Suggest(ReadView):
    """Tags, authors and titles with words that begin as typed: for suggestions while somebody types."""

    throttle_classes = [SuggestThrottle]

    @extend_schema(
        operation_id="suggest",
        parameters=[query("q", text="Two letters or more.", required=True)],
        responses={200: shapes.Suggestions, 400: BAD, 429: MANY},
    )
    def get(self, request: Request) -> Response:
        given = parameters.check(request.query_params, {"q"})
        try:
            found = search.suggest(given.get("q", ""))
        except search.BadQuery as error:
            raise ValidationError({"q": [str(error)]}) from error
        return Response(
            {
                "results": [
                    {
                        "kind": one.kind,
                        "name": one.name,
                        "path": one.path,
                        "url": settings.SITE_URL + one.path,
                    }
                    for one in found
                ]
            }
        )


class Tags(ReadView):
    """Every tag that an article carries, by name."""

    @extend_schema(operation_id="tags", responses={200: shapes.Subjects, 429: MANY})
    def get(self, request: Request) -> Response:
        parameters.check(request.query_params, set())
        return Response({"results": selecting.subjects("tag")})


class Authors(ReadView):
    """Everyone who wrote an article, by name."""

    @extend_schema(operation_id="authors", responses={200: shapes.Subjects, 429: MANY})
    def get(self, request: Request) -> Response:
        parameters.check(request.query_params, set())
        return Response({"results": selecting.subjects("author")})


class Site(ReadView):
    """The publication itself."""

    @extend_schema(operation_id="site", responses={200: shapes.Site, 429: MANY})
    def get(self, request: Request) -> Response:
        parameters.check(request.query_params, set())
        site = context.site()
        names = ("name", "description", "language", "url", "navigation", "footer_html")
        return Response({name: getattr(site, name) for name in names})


def _reading(found: search.Results) -> dict[str, Any]:
    """How many there are, how the query was read, and what else it could be narrowed to."""
    return {
        "total": found.total,
        "total_is_about": found.is_about,
        "words": found.words,
        "with_all_words": found.whole if found.widened else found.total,
        "correction": found.correction or None,
        "is_corrected": found.is_corrected,
        "facets": {
            kind: [{"value": one.value, "name": one.name, "articles": one.articles} for one in values]
            for kind, values in found.facets.items()
        },
    }


def _hits(hits: tuple[search.Hit, ...]) -> list[dict[str, Any]]:
    return [
        {
            **own.api_card(hit.article),
            "title_html": hit.title,
            "snippet_html": hit.snippet,
            "missing": list(hit.missing),
        }
        for hit in hits
    ]


def _next(given: dict[str, str], shown: list[Listed]) -> str:
    last = shown[-1]
    return _address(
        "/api/v1/articles/", given | {"cursor": parameters.write_cursor(last.published_at, last.key)}
    )


def _address(path: str, given: dict[str, str]) -> str:
    return f"{settings.SITE_URL}{path}?{urlencode(given)}"
