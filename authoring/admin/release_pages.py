"""Pages of releases: one with its articles, when it goes out, and into which one articles go."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from authoring.admin import planning, release_forms, words
from authoring.admin.scheduling_form import WhenForm
from authoring.services import readiness, releases, releasing, rights


def show(
    model_admin: Any, request: HttpRequest, release: Any, failures: releasing.Failures | None = None
) -> HttpResponse:
    """One release: its articles and the state of each; `failures` are those of a rehearsal."""
    form = release_forms.AddForm()
    members = readiness.members(release)
    return page(
        model_admin,
        request,
        "release",
        title=release.name,
        release=release,
        described=release_forms.DescribeForm(initial={"name": release.name, "note": release.note}),
        form=form,
        media=model_admin.media + form.media,
        members=[_member(member, failures) for member in members],
        rehearsed=failures is not None,
        fails=len(failures or {}),
        outdated=sum(1 for member in members if member.newest),
        due=words.at(release.due_at, release.zone) if release.due_at else "",
        may_plan=rights.may_publish(request.user) and release.is_open,
        **words.release_state(release),
    )


def to_choose(request: HttpRequest, articles: QuerySet[Any]) -> HttpResponse | None:
    """Go and ask for the release that these articles shall be in; not with more than an address can name."""
    keys = list(articles.values_list("pk", flat=True)[: planning.MOST + 1])
    if len(keys) > planning.MOST:
        messages.error(request, f"At most {planning.MOST} articles can be added at once.")
        return None
    query = urlencode([("article", str(key)) for key in keys])
    return redirect(f"{reverse('admin:authoring_release_choose')}?{query}")


def choose(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Ask into which release the articles `?article=` shall go; into a new one, if it gets a name."""
    articles = list(
        rights.editable_by(request.user)
        .filter(pk__in=planning.keys(request.GET.getlist("article")[: planning.MOST]))
        .select_related("latest_revision")
    )
    form = release_forms.ChooseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        release = release_forms.tried(form, lambda: form.add(articles, by=request.user))
        if release is not None:
            messages.success(request, f"{many(len(articles))} added to “{release}”.")
            return redirect(reverse("admin:authoring_release_change", args=[release.pk]))
    return page(
        model_admin, request, "release_choose", title="Add to a release", form=form, articles=articles
    )


def move(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask when it shall go out; `?day=` proposes one."""
    release = find(model_admin, request, pk)
    form = WhenForm(
        request.POST or None, user=request.user, initial=planning.when(release) | planning.day(request)
    )
    here = planning.back(request) or reverse("admin:authoring_release_change", args=[pk])
    if request.method == "POST" and form.is_valid():
        form.remember_zone()
        chosen = {name: form.cleaned_data[name] for name in ("due_at", "zone")}
        if release_forms.tried(
            form, lambda: releases.schedule(pk, **chosen, now=timezone.now(), by=request.user)
        ):
            messages.success(request, f"“{release}” goes out at {form.told}.")
            return redirect(here)
    was = words.at(release.due_at, release.zone) if release.due_at else ""
    return page(
        model_admin,
        request,
        "move",
        title="When it goes out",
        release=release,
        form=form,
        media=model_admin.media + form.media,
        back=here,
        was=was,
    )


def find(model_admin: Any, request: HttpRequest, pk: Any) -> Any:
    """The release, if this user may see it. Raises 404."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    if not str(pk).isdecimal() or len(str(pk)) > 18:
        raise Http404
    return get_object_or_404(model_admin.get_queryset(request), pk=int(pk))


def page(model_admin: Any, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    """A page of releases, in the admin's frame."""
    common = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.model._meta,
        "media": model_admin.media,
    }
    return render(request, f"authoring/{name}.html", {**common, **context})


def _member(member: readiness.Member, failures: releasing.Failures | None) -> dict[str, Any]:
    change = member.change
    problems = member.problems
    if failures is not None:
        problems = [failures[change.pk]] if change.pk in failures else []
    elif change.failure and not problems:
        problems = [change.failure]
    return {
        "change": change,
        "problems": problems,
        "notes": member.notes,
        "newest": member.newest,
        "label": "Not ready" if problems else "Ready",
        "colour": "danger" if problems else "success",
    }


def many(number: int) -> str:
    """`3 articles are`, `1 article is`."""
    return f"{number} article{'s are' if number != 1 else ' is'}"
