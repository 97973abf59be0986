"""Tags and authors in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from authoring.admin.guarded import GuardedForm
from authoring.admin.picture_select import PictureSelect, thumbnail
from authoring.admin.saving import DeletedByService, ServiceAdmin
from authoring.models import Author, Tag
from authoring.services import overview, subjects


class NamedAdmin(DeletedByService, ServiceAdmin):
    """What tags and authors have in common."""

    form = GuardedForm
    list_select_related: tuple[str, ...] = ("picture",)
    search_fields = ("name", "slug")
    ordering = ("name", "pk")
    prepopulated_fields = {"slug": ("name",)}
    compressed_fields = True

    class Media:
        js = ("authoring/article.js",)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else dict(self.prepopulated_fields)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "picture":
            kwargs |= {"widget": PictureSelect(), "empty_label": "No picture"}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @display(description="")
    def face(self, row: Any) -> SafeString | str:
        if row.picture is None:
            return ""
        return format_html('<img class="thumb" src="{}" alt="">', thumbnail(row.picture))

    @display(description="Page")
    def public_page(self, row: Any) -> SafeString:
        return page_link(overview.named_url(row))


@admin.register(Tag)
class TagAdmin(NamedAdmin):
    """A renamed tag reaches every article that carries it."""

    fields = ("name", "slug", "description", "picture", "began")
    list_display = ("name", "slug", "face", "public_page")

    def save_model(self, request: HttpRequest, obj: Tag, form: Any, change: bool) -> None:
        subjects.save_tag(obj, now=timezone.now(), by=request.user, began=form.cleaned_data["began"])

    def delete_one(self, row: Tag, *, by: Any) -> None:
        subjects.delete_tag(row.pk, now=timezone.now(), by=by)


@admin.register(Author)
class AuthorAdmin(NamedAdmin):
    """A renamed author reaches every article that names them."""

    fields = ("name", "slug", "description", "picture", "user", "began")
    list_display = ("name", "slug", "face", "account", "public_page")
    list_select_related = ("picture", "user")

    def save_model(self, request: HttpRequest, obj: Author, form: Any, change: bool) -> None:
        subjects.save_author(obj, now=timezone.now(), by=request.user, began=form.cleaned_data["began"])

    def delete_one(self, row: Author, *, by: Any) -> None:
        subjects.delete_author(row.pk, now=timezone.now(), by=by)

    @display(description="Writes as", ordering="user")
    def account(self, row: Author) -> str:
        return str(row.user or "")


def page_link(url: str | None) -> SafeString:
    """A link to a public page; a dash if there is none."""
    if url is None:
        return format_html("{}", "—")
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}" target="_blank">View</a>', url
    )
