"""Pictures in the admin: uploaded once, described for ever."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget

from authoring.admin import library, words
from authoring.admin.picture_select import thumbnail
from authoring.admin.saving import RefusableForm, ServiceAdmin
from authoring.models import Picture
from authoring.services import checklist, pictures, rights, subjects

NAMED = 10
"""How many articles a message names."""


class UploadForm(RefusableForm):
    """A new picture."""

    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget({"accept": "image/jpeg,image/png,image/webp"}),
        help_text="JPEG, PNG or WebP. It is re-encoded, and what the camera wrote into it is left out.",
    )


@admin.register(Picture)
class PictureAdmin(ServiceAdmin):
    """Files never change: what can be edited is what is said about them."""

    list_display = ("look", "name", "size", "alt", "credit", "uploaded")
    list_display_links = ("look", "name")
    search_fields = ("name", "alt", "credit")
    ordering = ("-created_at", "pk")
    readonly_fields = ("large", "markdown", "size", "uploaded")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("file", "alt", "credit")
        said = ("name", "alt", "credit", "focus_x", "focus_y")
        return ("large", "markdown", *said, "size", "uploaded")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(
            request, obj, change=change, **({} if obj else {"form": UploadForm}), **kwargs
        )

    def get_urls(self) -> list[URLPattern]:
        return [*library.urls(self), *super().get_urls()]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or rights.may_describe(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Picture, form: Any, change: bool) -> None:
        if change:
            before = Picture.objects.filter(pk=obj.pk).values_list("alt", flat=True).first()
            subjects.describe(obj, by=request.user)
            if before and before != obj.alt:
                self._name_texts(request, obj, before)
            return
        file = form.cleaned_data["file"]
        added = pictures.add(file.read(), name=file.name, alt=obj.alt, credit=obj.credit, by=request.user)
        obj.pk = added.pk
        obj.refresh_from_db()

    def _name_texts(self, request: HttpRequest, picture: Picture, words: str) -> None:
        """Texts keep the words that their writers gave a picture: say where these are the former ones."""
        found = rights.editable_by(request.user, checklist.saying(words, of=picture))
        names = [f"“{article}”" for article in found.select_related("latest_revision")[:NAMED]]
        if names:
            more = " and others" if len(names) == NAMED else ""
            told = f"The text still describes it as “{words}” in {', '.join(names)}{more}."
            self.message_user(request, told, messages.WARNING)

    def response_add(self, request: HttpRequest, obj: Picture, post_url_continue: Any = None) -> HttpResponse:
        """Go to the picture: what a text needs of it stands there."""
        self.message_user(request, f"“{obj}” is here to be shown.", messages.SUCCESS)
        return redirect(reverse("admin:authoring_picture_change", args=[obj.pk]))

    @display(description="")
    def look(self, picture: Picture) -> SafeString:
        return format_html('<img class="thumb" src="{}" alt="" loading="lazy">', thumbnail(picture))

    @display(description="Picture")
    def large(self, picture: Picture) -> SafeString:
        return format_html('<img class="large" src="{}" alt="{}">', library.address(picture), picture.alt)

    @display(description="In a text")
    def markdown(self, picture: Picture) -> SafeString:
        return format_html(
            '<code class="copy">![{}]({})</code>', picture.alt or "what it shows", library.address(picture)
        )

    @display(description="Size", ordering="width")
    def size(self, picture: Picture) -> str:
        return f"{picture.width} × {picture.height}"

    @display(description="Uploaded", ordering="created_at")
    def uploaded(self, picture: Picture) -> SafeString | str:
        return words.ago(picture.created_at)
