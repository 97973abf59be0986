"""The page for a text that clashed: what both changed, what it was before, and one form to settle it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from authoring.models import Article, Picture, Revision
from authoring.services import conflicts, diffing, translations
from authoring.services.conflicts import Clash
from authoring.services.texts import Text, text_of

WORDS = {"hero": "Picture", "translation": "Translation of"}


def page(model_admin: Any, request: HttpRequest, article: Article, clash: Clash) -> HttpResponse:
    """Keep what was typed as a revision that does not lead, and ask which words shall stand."""
    kept = conflicts.set_aside(
        article.pk, clash.ours, by=request.user, based_on=clash.base.number if clash.base else None
    )
    merged = clash.merged.text
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Two texts of one article",
        "opts": model_admin.model._meta,
        "media": model_admin.media,
        "article": article,
        "theirs": clash.theirs,
        "base": clash.base,
        "kept": kept,
        "choices": [_choice(name, clash) for name in clash.merged.clashes if name != "body"],
        "regions": [_region(region) for region in clash.merged.regions],
        "whole": [] if clash.base else diffing.rows(clash.theirs.body, clash.ours.body),
        "body": merged.body if "body" in clash.merged.clashes else None,
        "hidden": _hidden(merged, article.pk, without=set(clash.merged.clashes)),
    }
    return render(request, "authoring/conflict.html", context, status=409)


def _choice(name: str, clash: Clash) -> dict[str, Any]:
    pk = clash.theirs.article_id
    mine, other = getattr(clash.ours, name), getattr(text_of(clash.theirs), name)
    return {
        "name": name,
        "label": WORDS.get(name, name.replace("_", " ").capitalize()),
        "mine": {"value": _value(name, mine, pk), "shown": _shown(name, mine, pk)},
        "theirs": {"value": _value(name, other, pk), "shown": _shown(name, other, pk)},
        "base": _shown(name, getattr(text_of(clash.base), name), pk) if clash.base else None,
    }


def _region(region: Any) -> dict[str, Any]:
    return {
        "base": region.base,
        "mine": diffing.words(region.base, region.ours).after,
        "theirs": diffing.words(region.base, region.theirs).after,
    }


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


def _shown(name: str, value: Any, pk: UUID) -> str:
    if name == "hero":
        return str(Picture.objects.filter(pk=value).first() or "No picture")
    if name == "translation":
        return str(translations.original(Revision(article_id=pk, translation=value)) or "—")
    return str(value)
