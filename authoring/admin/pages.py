"""Plain pages and the site itself in the admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from authoring.admin import editor, words
from authoring.admin.forms import MARKDOWN, language, languages
from authoring.admin.guarded import GuardedForm
from authoring.admin.picture_select import PictureSelect
from authoring.admin.saving import DeletedByService, ServiceAdmin
from authoring.admin.subjects import page_link
from authoring.models import Picture, PlainPage, Site
from authoring.services import overview, site
from cms.databases import WRITE


class PageForm(GuardedForm):
    """A plain page."""

    language = forms.ChoiceField(widget=UnfoldAdminSelectWidget)
    body = forms.CharField(
        required=False,
        strip=False,
        help_text=MARKDOWN,
        widget=UnfoldAdminTextareaWidget({"rows": 24, "class": "writing", "spellcheck": "true"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "language" in self.fields:
            self.fields["language"].choices = languages()  # type: ignore[attr-defined]

    def clean_body(self) -> str:
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")


@admin.register(PlainPage)
class PlainPageAdmin(DeletedByService, ServiceAdmin):
    """A public page changes for readers with every save; others wait until they are published."""

    form = PageForm
    change_form_template = "authoring/page_form.html"
    fields = ("title", "slug", "language", "body", "began")
    list_display = ("title", "state", "slug", "tongue", "changed", "public_page")
    search_fields = ("title", "slug", "body")
    ordering = ("title", "pk")
    actions = ("publish", "unpublish")
    prepopulated_fields = {"slug": ("title",)}
    compressed_fields = False

    class Media:
        js = ("authoring/article.js", *editor.SCRIPTS)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= editor.rights_to_pictures(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else dict(self.prepopulated_fields)

    @display(description="Status", ordering="is_live", label={"live": "success", "draft": "default"})
    def state(self, page: PlainPage) -> tuple[str, str]:
        return ("live", "Live") if page.is_live else ("draft", "Not public")

    @display(description="Language")
    def tongue(self, page: PlainPage) -> str:
        return language(page.language)

    @display(description="Last change for readers", ordering="changed_at")
    def changed(self, page: PlainPage) -> SafeString | str:
        return words.ago(page.changed_at)

    @display(description="Page")
    def public_page(self, page: PlainPage) -> SafeString:
        return page_link(overview.page_url(page))

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[PlainPage]) -> None:
        for page in queryset:
            self.attempt(request, page, "is on its way to readers.", site.publish_page, page.pk)

    @admin.action(description="Unpublish", permissions=["change"])
    def unpublish(self, request: HttpRequest, queryset: QuerySet[PlainPage]) -> None:
        for page in queryset:
            self.attempt(request, page, "is leaving the site.", site.withdraw_page, page.pk)

    def save_model(self, request: HttpRequest, obj: PlainPage, form: Any, change: bool) -> None:
        with transaction.atomic(using=WRITE):
            site.save_page(obj, now=timezone.now(), by=request.user, began=form.cleaned_data["began"])
            if "_publish" in request.POST:
                site.publish_page(obj.pk, now=timezone.now(), by=request.user)
            elif "_unpublish" in request.POST:
                site.withdraw_page(obj.pk, now=timezone.now(), by=request.user)
        obj.refresh_from_db()

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return self.response_change(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        done = "saved; readers see it" if obj.is_live else "saved; readers do not see it"
        self.message_user(request, f"“{obj}” is {done}.", messages.SUCCESS)
        return redirect(reverse("admin:authoring_plainpage_change", args=[obj.pk]))

    def delete_one(self, row: PlainPage, *, by: Any) -> None:
        site.delete_page(row.pk, now=timezone.now(), by=by)


class Navigation(forms.CharField):
    """The navigation as lines of `Label | /address/`."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        return "\n".join(f"{link['label']} | {link['url']}" for link in value or [])

    def to_python(self, value: Any) -> Any:
        links = []
        for number, line in enumerate(str(value or "").splitlines(), start=1):
            if not line.strip():
                continue
            label, bar, url = (part.strip() for part in line.rpartition("|"))
            if not (label and bar and url):
                raise forms.ValidationError(
                    f"Line {number}: write a label, a bar and an address: About | /about/"
                )
            links.append({"label": label, "url": url})
        return links

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)


ACCENT = "The colour of links on {} ground; empty: the usual one, {}. It must be easy to read there."
COLOUR = UnfoldAdminTextInputWidget({"placeholder": "#rrggbb", "maxlength": 7})


class SiteForm(GuardedForm):
    """The publication."""

    navigation = Navigation(
        required=False,
        widget=UnfoldAdminTextareaWidget({"rows": 6}),
        help_text="One entry per line: a label, a bar, an address. For example: About | /about/",
    )
    accent = forms.CharField(required=False, widget=COLOUR, help_text=ACCENT.format("light", "#b93a1f"))
    accent_dark = forms.CharField(
        required=False,
        label="Accent in the dark",
        widget=COLOUR,
        help_text=ACCENT.format("dark", "#f2836a"),
    )
    logo = forms.ModelChoiceField(
        Picture.objects.order_by("-created_at", "pk"),
        required=False,
        empty_label="No logo: the name alone",
        widget=PictureSelect,
        help_text="Beside the name, on every page.",
    )

    def clean_accent(self) -> str:
        return str(self.cleaned_data["accent"]).lower()

    def clean_accent_dark(self) -> str:
        return str(self.cleaned_data["accent_dark"]).lower()


@admin.register(Site)
class SiteAdmin(ServiceAdmin):
    """The one publication: what stands on every page."""

    form = SiteForm
    fields = (
        "name",
        "description",
        "navigation",
        "footer",
        "accent",
        "accent_dark",
        "logo",
        "began",
        "workflow",
    )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is only one: go to it."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if Site.objects.exists():
            return redirect(reverse("admin:authoring_site_change", args=[1]))
        return redirect(reverse("admin:authoring_site_add"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Site.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Site, form: Any, change: bool) -> None:
        site.save_site(obj, now=timezone.now(), by=request.user, began=form.cleaned_data["began"])

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return self.response_change(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        self.message_user(request, "The site is saved; its pages are being renewed.", messages.SUCCESS)
        return redirect(reverse("admin:authoring_site_change", args=[1]))
