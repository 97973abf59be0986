"""The page for a text that clashed: what both changed, what it was before, and one form to settle it."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from authoring.admin import values, words
from authoring.models import Article, Revision
from authoring.services import conflicts, diffing, history, people, translations
from authoring.services.articles import NoSuchArticle
from authoring.services.conflicts import Clash
from authoring.services.merging import Region
from authoring.services.texts import Text, text_of

TYPED = ("title", "slug", "summary", "canonical", "social_title")
"""Fields whose words can be mixed; of the others one side's value is chosen."""


def page(model_admin: Any, request: HttpRequest, article: Article, clash: Clash) -> HttpResponse:
    """Keep what was typed as a revision that does not lead, and ask which words shall stand."""
    kept = conflicts.set_aside(
        article.pk, clash.ours, by=request.user, based_on=clash.base.number if clash.base else None
    )
    return _page(model_admin, request, article, clash, kept)


def settle(model_admin: Any, request: HttpRequest, article: Article, number: int) -> HttpResponse:
    """The same page for a text that was set aside before, beside what the article says now."""
    try:
        kept = history.revision(article, number)
    except NoSuchArticle as error:
        raise Http404 from error
    if not kept.set_aside:
        raise Http404
    return _page(model_admin, request, article, conflicts.reopened(kept), kept)


def notice(request: HttpRequest, article: Article) -> dict[str, Any] | None:
    """That a text of this user still waits for them to settle it."""
    kept = conflicts.unsettled(article, by=request.user)
    return {"number": kept.number, "when": words.ago(kept.created_at)} if kept else None


def _page(
    model_admin: Any, request: HttpRequest, article: Article, clash: Clash, kept: Revision
) -> HttpResponse:
    merged, clashes = clash.merged.text, set(clash.merged.clashes)
    regions = clash.merged.regions
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Two texts of one article",
        "opts": model_admin.model._meta,
        "article": article,
        "theirs": clash.theirs,
        "who": people.name_of(clash.theirs.created_by),
        "when": words.ago(clash.theirs.created_at),
        "base": clash.base,
        "kept": kept,
        "choices": [_choice(name, clash) for name in values.LABELS if name in clashes - {"body"}],
        "regions": [_region(region) for region in regions],
        "places": [_place(merged.body, region) for region in regions],
        "whole": [] if clash.base else diffing.rows(clash.theirs.body, clash.ours.body),
        "body": merged.body if "body" in clashes else None,
        "merged": _merged(clash),
        "hidden": _hidden(merged, article.pk, without=clashes),
    }
    return render(request, "authoring/conflict.html", context, status=409)


def _choice(name: str, clash: Clash) -> dict[str, Any]:
    pk = clash.theirs.article_id
    sides = {"mine": clash.ours, "theirs": text_of(clash.theirs)}
    if clash.base:
        sides["base"] = text_of(clash.base)
    said = {
        side: {
            "value": _value(name, getattr(text, name), pk),
            "shown": values.shown(name, getattr(text, name), article_id=pk),
        }
        for side, text in sides.items()
    }
    return {"name": name, "label": values.LABELS[name], "is_typed": name in TYPED, **said}


def _region(region: Region) -> dict[str, Any]:
    return {
        "base": region.base,
        "mine": diffing.words(region.base, region.ours).inline,
        "theirs": diffing.words(region.base, region.theirs).inline,
    }


def _place(body: str, region: Region) -> dict[str, Any]:
    """Where a region stands in the merged text as a browser counts, and what may stand there."""
    start = len(body[: region.start].encode("utf-16-le")) // 2
    return {"start": start, "mine": region.ours, "theirs": region.theirs}


def _merged(clash: Clash) -> list[dict[str, Any]]:
    """What only one side changed, or both alike: it stands already."""
    if clash.base is None:
        return []
    base, merged, pk = text_of(clash.base), clash.merged.text, clash.theirs.article_id
    names = [name for name in values.differing(base, merged) if name not in clash.merged.clashes]
    return [
        {
            "label": values.LABELS[name],
            "from": _whose(name, base, clash),
            "rows": diffing.rows(base.body, merged.body) if name == "body" else [
                diffing.words(*(values.shown(name, getattr(one, name), article_id=pk) for one in (base, merged)))
            ],
        }
        for name in names
    ]  # fmt: skip


def _whose(name: str, base: Text, clash: Clash) -> str:
    old = getattr(base, name)
    if getattr(clash.ours, name) == old:
        return "theirs"
    return "yours" if getattr(text_of(clash.theirs), name) == old else "of you both"


def _hidden(text: Text, pk: UUID, *, without: set[str]) -> list[tuple[str, str]]:
    """The other fields as the article's form sends them."""
    found: list[tuple[str, str]] = []
    for name in Text.__dataclass_fields__:
        value = getattr(text, name)
        if name not in without:
            several = value if isinstance(value, tuple) else (value,)
            found += [(name, _value(name, one, pk)) for one in several]
    return found


def _value(name: str, value: Any, pk: UUID) -> str:
    if name == "translation":
        original = translations.original(Revision(article_id=pk, translation=value))
        return str(original.pk) if original else ""
    return "" if value is None else str(value)
