"""The form in which an article is written."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.utils.safestring import mark_safe
from unfold.widgets import (
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from authoring.admin.picture_select import PictureSelect
from authoring.admin.saving import RefusableForm
from authoring.models import Article, Author, Picture, Revision, ScheduledChange, Tag
from authoring.services import finding, slugs, translations
from authoring.services.texts import SLUG_LENGTH, Text, text_of

MARKDOWN = mark_safe(
    "Markdown: <code># Heading</code> <code>**bold**</code> <code>*italic*</code> "
    "<code>[link](https://…)</code> <code>![what it shows](/media/…)</code> <code>&gt; quote</code> "
    "<code>- list</code> <code>```code```</code>, tables and footnotes."
)
LINES = ("title", "slug", "summary", "body", "language", "hero", "canonical", "social_title", "noindex")


class ArticleForm(RefusableForm):
    """A draft. `revision` is the one that was read: somebody may have saved another meanwhile."""

    title = forms.CharField(widget=UnfoldAdminTextInputWidget({"placeholder": "Title"}))
    slug = forms.SlugField(
        required=False,
        allow_unicode=True,
        max_length=SLUG_LENGTH,
        widget=UnfoldAdminTextInputWidget({"data-suggest": ""}),
        help_text="The end of its address. Former addresses lead here for ever.",
    )
    language = forms.ChoiceField(widget=UnfoldAdminSelectWidget)
    summary = forms.CharField(
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        help_text="One or two sentences for lists, feeds and search engines.",
    )
    body = forms.CharField(
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget({"rows": 24, "class": "writing", "spellcheck": "true"}),
        help_text=MARKDOWN,
    )
    tags = forms.ModelMultipleChoiceField(
        Tag.objects.order_by("name"), required=False, widget=UnfoldAdminSelect2MultipleWidget
    )
    authors = forms.ModelMultipleChoiceField(
        Author.objects.order_by("name"), required=False, widget=UnfoldAdminSelect2MultipleWidget
    )
    hero = forms.ModelChoiceField(
        Picture.objects.order_by("-created_at", "pk"),
        required=False,
        empty_label="No picture",
        widget=PictureSelect,
        label="Picture",
        help_text="Above the text, and where the article is shared.",
    )
    translation = forms.ModelChoiceField(
        Article.objects.select_related("latest_revision"),
        required=False,
        label="Translation of",
        widget=AutocompleteSelect(ScheduledChange._meta.get_field("article"), admin.site),
        help_text="An article in another language. Each leads readers to the others.",
    )
    canonical = forms.CharField(
        required=False,
        label="Original address",
        widget=UnfoldAdminTextInputWidget({"placeholder": "https://"}),
        help_text="Only for a copy: where search engines find the original.",
    )
    social_title = forms.CharField(
        required=False,
        label="Title when shared",
        widget=UnfoldAdminTextInputWidget,
        help_text="Empty: the title.",
    )
    noindex = forms.BooleanField(
        required=False, label="Hide from search engines", widget=UnfoldBooleanSwitchWidget
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    user: Any = None
    group: UUID | None = None

    class Meta:
        model = Article
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        latest = self.instance.latest_revision
        self.fields["language"].choices = languages()  # type: ignore[attr-defined]
        self.initial = {**(initial(latest) if latest else self._first()), **self.initial}
        self.was = latest
        self._offer_translations(latest)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if not cleaned.get("slug") and cleaned.get("title") and "slug" not in self.errors:
            own = self.instance.pk if self.was else None
            spoken = cleaned.get("language", settings.LANGUAGE_CODE)
            cleaned["slug"] = slugs.suggest(cleaned["title"], language=spoken, article_id=own)
        if self.was and cleaned.get("revision") is None:
            raise ValidationError(
                "The form does not say which revision it changes. Copy your text and reload."
            )
        return cleaned

    def text(self) -> Text:
        """What was typed."""
        return self._text(self.cleaned_data)

    def unfinished(self) -> Text:
        """What was typed, fit to be saved or not."""
        self.full_clean()
        empty: dict[str, Any] = {"tags": [], "authors": [], "hero": None}
        typed = {name: self.data.get(self.add_prefix(name), "") for name in self.fields}
        return self._text({**typed, **empty, **self.cleaned_data})

    def _text(self, typed: dict[str, Any]) -> Text:
        return Text(
            title=typed["title"],
            slug=typed["slug"],
            summary=_lines(typed["summary"]),
            body=_lines(typed["body"]),
            language=typed["language"],
            tags=self._ordered("tags", typed["tags"]),
            authors=self._ordered("authors", typed["authors"]),
            hero=typed["hero"] and typed["hero"].pk,
            translation=self.group,
            canonical=typed["canonical"],
            social_title=typed["social_title"],
            noindex=bool(typed["noindex"]),
        )

    def clean_translation(self) -> Article | None:
        chosen: Article | None = self.cleaned_data["translation"]
        known = self.was and translations.original(self.was)
        if chosen is None and self.was and translations.original(self.was, by=self.user) is None:
            self.group = self.was.translation  # what is not this user's to know is not theirs to take away
        elif chosen is None or (known and chosen == known):
            self.group = self.was.translation if self.was and (chosen or known is None) else None
        elif chosen.pk == self.instance.pk:
            raise ValidationError("An article is no translation of itself.")
        else:
            self.group = translations.group_of(chosen.pk, by=self.user)
        return chosen

    def _offer_translations(self, latest: Revision | None) -> None:
        """What this user may name, and what is named already if it is theirs to know: else it stays as it is."""
        field: Any = self.fields["translation"]
        field.queryset = translations.known_to(self.user).select_related("latest_revision")
        if latest and (named := translations.original(latest)):
            field.queryset = field.queryset | Article.objects.select_related("latest_revision").filter(
                pk=named.pk
            )
            self.initial["translation"] = translations.original(latest, by=self.user)

    def _first(self) -> dict[str, Any]:
        own = Author.objects.filter(user=self.user).first() if self.user else None
        return {"language": settings.LANGUAGE_CODE, "authors": [own.pk] if own else []}

    def _ordered(self, name: str, rows: Iterable[Any]) -> tuple[Any, ...]:
        """The chosen keys in the order that they had; the browser tells none."""
        chosen = [row.pk for row in rows]
        before = list(getattr(self.was, name)) if self.was else []
        return tuple([key for key in before if key in chosen] + [key for key in chosen if key not in before])


def languages() -> list[tuple[str, Any]]:
    """The site's language first, then those of its articles, then all that Django knows."""
    used = set(finding.languages())
    first = [settings.LANGUAGE_CODE, *sorted(used - {settings.LANGUAGE_CODE})]
    return [
        ("In use", [(code, language(code)) for code in first]),
        ("All", [(code, language(code)) for code in sorted(LANG_INFO, key=language) if code not in first]),
    ]


def language(code: str) -> str:
    """The English name of a language, or its code."""
    return str(LANG_INFO.get(code, {}).get("name") or code)


def initial(latest: Revision) -> dict[str, Any]:
    """What the form shows of a revision."""
    text = text_of(latest)
    return {
        **{name: getattr(text, name) for name in LINES},
        "tags": list(text.tags),
        "authors": list(text.authors),
        "translation": translations.original(latest),
        "revision": latest.number,
    }


def _lines(typed: str) -> str:
    return typed.replace("\r\n", "\n")
