"""Articles in the admin: the list, the form and what its buttons do."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from authoring.admin import (
    bulk,
    buttons,
    commands,
    conflict,
    editor,
    filters,
    freshness,
    history,
    links,
    panel,
    planning,
    release_pages,
    reviewing,
    trash,
    words,
)
from authoring.admin.forms import ArticleForm, language
from authoring.admin.paging import KeysFirst
from authoring.admin.saving import ServiceAdmin
from authoring.admin.subjects import page_link
from authoring.models import Article, BulkJob
from authoring.services import articles, conflicts, finding, overview, people, rights
from cms.databases import WRITE


@admin.register(Article)
class ArticleAdmin(ServiceAdmin):
    """Drafts are saved, published, withdrawn and scheduled through services; no model is saved here."""

    form = ArticleForm
    change_form_template = "authoring/article_form.html"
    list_display = ("headline", "state", "seen", "live_version", "tongue", "saved", "public_page")
    list_filter = (filters.StatusFilter, filters.LanguageFilter, filters.TagFilter, filters.AuthorFilter)
    list_filter_submit = True
    search_fields = ("outline__title",)
    search_help_text = "Title, address, and beginnings of words of the text"
    ordering = ("-outline__saved_at", "pk")
    show_full_result_count = False
    paginator = KeysFirst
    actions = ("publish", "unpublish", "schedule", "add_to_release", "more", "delete_selected")
    fieldsets = (
        (None, {"fields": ("title", "summary", "body")}),
        (
            "Details",
            {
                "fields": ("authors", "tags", "hero", "slug", "language", "translation"),
                "classes": ["aside"],
            },
        ),
        (
            "Search and sharing",
            {"fields": ("canonical", "social_title", "noindex"), "classes": ["aside", "collapse"]},
        ),
    )
    compressed_fields = False

    # What is typed is kept: nobody needs to be asked before leaving.
    warn_unsaved_form = False

    class Media:
        js = ("authoring/article.js", "authoring/presence.js", "authoring/speaking.js", *editor.SCRIPTS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        rows = overview.overview(super().get_queryset(request)).filter(outline__isnull=False)
        if "changelist" in str(request.resolver_match and request.resolver_match.url_name):
            rows = rows.defer("latest_revision__body", "latest_revision__summary")
        return rights.visible_to(request.user, rows)

    def get_urls(self) -> list[URLPattern]:
        parts = (editor, history, commands, planning, reviewing, trash, freshness, links, bulk)
        own = [view for part in parts for view in part.urls(self)]
        return [*own, *super().get_urls()]

    # --- Who may ---

    def has_publish_permission(self, request: HttpRequest) -> bool:
        if not hasattr(request, "may_publish"):  # each action asks three times
            request.may_publish = rights.may_publish(request.user)  # type: ignore[attr-defined]
        return bool(request.may_publish)  # type: ignore[attr-defined]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or rights.may_edit(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Deleting is putting into the trash."""
        if obj is None:
            return self.has_change_permission(request)
        return rights.may_trash(request.user, obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Article], search_term: str
    ) -> tuple[QuerySet[Article], bool]:
        return finding.matching(queryset, search_term), False

    # --- The list ---

    @display(description="Article", ordering="outline__title", header=True)
    def headline(self, article: Any) -> tuple[str, str]:
        path = article.path or f"/{article.latest_revision.slug}/"
        return str(article), path

    @display(description="Status", ordering="status", label=words.COLOURS)
    def state(self, article: Any) -> tuple[str, str]:
        return words.status(article)

    @display(description="Readers see it")
    def seen(self, article: Any) -> SafeString | str:
        if article.next_publish_at and not article.is_owed:
            return words.ago(article.next_publish_at)
        return words.seen(article) or "—"

    @display(description="Version", ordering="version")
    def live_version(self, article: Any) -> str:
        return f"v{article.version}" if article.version else "—"

    @display(description="Language", ordering="outline__language")
    def tongue(self, article: Any) -> str:
        return language(article.latest_revision.language)

    @display(description="Last change", ordering="outline__saved_at")
    def saved(self, article: Any) -> SafeString:
        latest = article.latest_revision
        by = f" by {people.name_of(latest.created_by)}" if latest.created_by else ""
        return format_html("{}{}", words.ago(latest.created_at), by)

    @display(description="Page")
    def public_page(self, article: Any) -> SafeString | str:
        return page_link(overview.newest_url(article))

    # --- Actions ---

    @admin.action(description="Publish", permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Article]) -> HttpResponse | None:
        if queryset.count() > bulk.AT_ONCE:
            return bulk.begin(bulk.choose(request, queryset), BulkJob.Action.PUBLISH)
        for article in queryset:
            self.attempt(request, article, "is on its way to readers.", articles.publish, article.pk)
        return None

    @admin.action(description="Unpublish", permissions=["publish"])
    def unpublish(self, request: HttpRequest, queryset: QuerySet[Article]) -> HttpResponse | None:
        if queryset.count() > bulk.AT_ONCE:
            return bulk.begin(bulk.choose(request, queryset), BulkJob.Action.WITHDRAW)
        for article in queryset:
            self.attempt(request, article, "is leaving the site.", articles.withdraw, article.pk)
        return None

    @admin.action(description="Schedule…", permissions=["publish"])
    def schedule(self, request: HttpRequest, queryset: QuerySet[Article]) -> HttpResponse:
        if queryset.count() > planning.MOST:
            return bulk.to_job(bulk.choose(request, queryset))
        return planning.to_schedule([article.pk for article in queryset])

    @admin.action(description="Add to release…", permissions=["publish"])
    def add_to_release(self, request: HttpRequest, queryset: QuerySet[Article]) -> HttpResponse | None:
        return release_pages.to_choose(request, queryset)

    @admin.action(description="Tag, change author, export…", permissions=["change"])
    def more(self, request: HttpRequest, queryset: QuerySet[Article]) -> HttpResponse:
        return bulk.to_job(bulk.choose(request, queryset))

    @admin.action(description="Delete…", permissions=["delete"])
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[Article]) -> HttpResponse | None:
        if "post" not in request.POST:
            return trash.confirm(self, request, queryset, request.get_full_path())
        trash.put(self, request, queryset)
        return None

    # --- The form ---

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        article = kwargs.get("obj")
        if article and not self.has_change_permission(request, article):
            return reviewing.to_review(article)  # who may read and speak, but not write
        context |= buttons.shown(request, article)
        context["may_publish"] = rights.may_publish(request.user)
        context["site_url"] = settings.SITE_URL
        context["desk"] = editor.addresses(article)
        context |= editor.rights_to_pictures(request)
        if article:
            context["panel"] = panel.context(request, article.pk)
            context["clash"] = conflict.notice(request, article)
            context["unsaved"] = editor.left_behind(request, article)
            context["subtitle"] = None
        return super().render_change_form(request, context, *args, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As usual; a text that clashed with another's is kept, and a page asks which words shall stand."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except conflicts.Clash as clash:
            return conflict.page(self, request, clash.theirs.article, clash)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        article = self.get_object(request, object_id)
        if article is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_delete_permission(request, article):
            raise PermissionDenied
        if request.method != "POST":
            back = reverse("admin:authoring_article_change", args=[article.pk])
            return trash.confirm(self, request, [article], back)
        trash.put(self, request, [article])
        return redirect(reverse("admin:authoring_article_changelist"))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The revisions say who changed what; Django's own record says less."""
        if self.get_object(request, object_id) is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return redirect(reverse("admin:authoring_article_revisions", args=[object_id]))

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        there = trash.where_it_is(request, object_id)
        return there or super()._get_obj_does_not_exist_redirect(request, opts, object_id)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the draft, and publish or withdraw if that button was pressed."""
        text, number = form.text(), form.cleaned_data["revision"]
        with transaction.atomic(using=WRITE):
            if change:
                conflicts.save(obj.pk, text, by=request.user, based_on=number)
            else:
                obj.pk = articles.create(text, by=request.user).pk
            buttons.obey(request, obj.pk, text)
        obj.refresh_from_db()

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return self.response_change(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Stay with the article: writers save often."""
        if "_schedule" in request.POST and rights.may_publish(request.user):
            return planning.to_schedule([obj.pk])
        if "_submit" in request.POST:
            return redirect(reverse("admin:authoring_article_submit", args=[obj.pk]))
        self.message_user(request, buttons.report(request, obj), messages.SUCCESS)
        return redirect(reverse("admin:authoring_article_change", args=[obj.pk]))
