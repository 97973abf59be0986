"""When something shall happen, and what: asked in the writer's own time zone."""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminSingleTimeWidget,
)

from authoring.admin import words
from authoring.models import Article, Revision, ScheduledChange
from authoring.services import people, scheduling, zones

TWICE = [("0", "the first time"), ("1", "the second time, an hour later")]
REVISIONS = 50
"""How many revisions one can choose from."""


class WhenForm(forms.Form):
    """When, and by which clock. `fold` is asked only when an hour happens twice.

    For an hour that summer time skips, the next valid time is offered: `instead` takes it.
    """

    day = forms.DateField(widget=UnfoldAdminSingleDateWidget({"type": "date"}), label="Day")
    time = forms.TimeField(widget=UnfoldAdminSingleTimeWidget({"type": "time"}), label="Time")
    zone = forms.ChoiceField(widget=UnfoldAdminSelect2Widget({"class": "zone"}), label="Time zone")
    fold = forms.ChoiceField(
        choices=TWICE, required=False, widget=UnfoldAdminRadioSelectWidget, label="That hour happens twice"
    )
    instead = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    asks_fold = False
    next_valid: dt.datetime | None = None

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = zones.chosen_by(user)
        self.fields["zone"].choices = [(name, name.replace("_", " ")) for name in told_zones()]  # type: ignore[attr-defined]
        self.fields["zone"].initial = own or settings.TIME_ZONE
        if own or "zone" in self.initial:
            # The script proposes the zone of the browser only to who has none.
            self.fields["zone"].widget.attrs["data-kept"] = ""
        self.user = user

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        instead = cleaned.get("instead")
        local = (
            instead.replace(tzinfo=None) if instead else dt.datetime.combine(cleaned["day"], cleaned["time"])
        )
        self.asks_fold = zones.happens_twice(local, cleaned["zone"])
        fold = int(cleaned["fold"]) if cleaned.get("fold") and self.asks_fold else None
        try:
            cleaned["due_at"] = zones.resolve(local, cleaned["zone"], fold=fold)
        except ValidationError as error:
            self.next_valid = zones.after_gap(local, cleaned["zone"])
            self.add_error("time", error.messages)
        return cleaned

    def remember_zone(self) -> None:
        """The zone in which somebody plans for the first time is theirs from then on."""
        if zones.chosen_by(self.user) is None:
            zones.choose(self.user, self.cleaned_data["zone"])

    @property
    def told(self) -> str:
        """The time that was asked for, in words."""
        return words.at(self.cleaned_data["due_at"], self.cleaned_data["zone"])


class ScheduleForm(WhenForm):
    """What shall happen to `articles`, and when. Without any, it asks for one; of one, for the revision."""

    action = forms.ChoiceField(
        choices=[
            (ScheduledChange.Action.PUBLISH, "Publish, or update what readers see"),
            (ScheduledChange.Action.WITHDRAW, ScheduledChange.Action.WITHDRAW.label),
        ],
        widget=UnfoldAdminSelectWidget,
        label="What",
    )
    revision = forms.ChoiceField(
        required=False, widget=UnfoldAdminSelectWidget, label="Which revision, if it is published"
    )
    article = forms.ModelChoiceField(
        Article.objects.none(),
        label="Article",
        widget=AutocompleteSelect(ScheduledChange._meta.get_field("article"), admin.site),
    )

    def __init__(
        self,
        *args: Any,
        articles: Sequence[Any],
        choosable: Any,
        revision: Revision | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if articles:
            del self.fields["article"]
        else:
            self.fields["article"].queryset = choosable  # type: ignore[attr-defined]
        if len(articles) == 1:
            self.fields["revision"].choices = revisions(articles[0], revision)  # type: ignore[attr-defined]
            self.fields["revision"].initial = revision.pk if revision else articles[0].latest_revision_id
        else:
            del self.fields["revision"]

    @property
    def told(self) -> str:
        action = ScheduledChange.Action(self.cleaned_data["action"]).label.lower()
        return f"{action} at {super().told}"

    def schedule_for(self, article: Any, by: Any) -> Callable[..., Any]:
        """The service, with everything but `now`."""
        chosen = {name: self.cleaned_data[name] for name in ("action", "due_at", "zone")}
        revision = self.cleaned_data.get("revision")
        if revision and chosen["action"] == ScheduledChange.Action.PUBLISH:
            chosen["revision_id"] = int(revision)
        return partial(scheduling.schedule, article.pk, by=by, **chosen)


def revisions(article: Any, chosen: Revision | None = None) -> list[tuple[int, str]]:
    """What of an article can be published: the newest first."""
    rows = article.revisions.filter(autosaved=False, set_aside=False).select_related("created_by")
    newest = list(rows.defer("body").order_by("-number")[:REVISIONS])
    for extra in (article.latest_revision, chosen):
        if extra and extra not in newest:
            newest.append(extra)
    return [(row.pk, _told(row, article)) for row in sorted(newest, key=lambda row: -row.number)]


def told_zones() -> list[str]:
    """Every zone that a writer may live in, UTC first."""
    known = {name for name in zones.names() if "/" in name and not name.startswith("Etc/")}
    return ["UTC", *sorted(known | {settings.TIME_ZONE} - {"UTC"})]


def _told(row: Revision, article: Any) -> str:
    by = f" by {people.name_of(row.created_by)}" if row.created_by else ""
    live = ", live" if row.pk == article.live_revision_id else ""
    return f"{row.number}: {words.moment(row.created_at)}{by}{live}"
