"""When something shall happen: asked in the writer's own time zone."""

import datetime as dt
import zoneinfo
from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminSingleTimeWidget,
)

from authoring.admin import words
from authoring.models import ScheduledChange
from authoring.services import scheduling

TWICE = [("0", "the first time"), ("1", "the second time, an hour later")]


class ScheduleForm(forms.Form):
    """What, when, and by which clock. `fold` is asked only when an hour happens twice."""

    action = forms.ChoiceField(
        choices=ScheduledChange.Action.choices, widget=UnfoldAdminSelectWidget, label="What"
    )
    day = forms.DateField(widget=UnfoldAdminSingleDateWidget({"type": "date"}), label="Day")
    time = forms.TimeField(widget=UnfoldAdminSingleTimeWidget({"type": "time"}), label="Time")
    zone = forms.ChoiceField(
        widget=UnfoldAdminSelect2Widget({"class": "zone"}), label="Time zone", initial=settings.TIME_ZONE
    )
    fold = forms.ChoiceField(
        choices=TWICE, required=False, widget=UnfoldAdminRadioSelectWidget, label="That hour happens twice"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [(name, name.replace("_", " ")) for name in zones()]  # type: ignore[attr-defined]
        self.asks_fold = bool(self.data.get("fold"))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        local = dt.datetime.combine(cleaned["day"], cleaned["time"])
        fold = int(cleaned["fold"]) if cleaned.get("fold") else None
        try:
            cleaned["due_at"] = scheduling.resolve(local, cleaned["zone"], fold=fold)
        except ValidationError as error:
            self.asks_fold = "twice" in " ".join(error.messages)
            self.add_error("zone" if "zone" in error.error_dict else "time", error.messages)
        return cleaned

    @property
    def told(self) -> str:
        """What was asked for, in words."""
        action = ScheduledChange.Action(self.cleaned_data["action"]).label.lower()
        return f"{action} at {words.at(self.cleaned_data['due_at'], self.cleaned_data['zone'])}"

    def schedule_for(self, article: Any) -> Callable[..., Any]:
        """The service, with everything but `now` and `by`."""
        chosen = {name: self.cleaned_data[name] for name in ("action", "due_at", "zone")}
        return partial(scheduling.schedule, article.pk, **chosen)


def zones() -> list[str]:
    """Every zone that a writer may live in, UTC first."""
    known = {
        name
        for name in zoneinfo.available_timezones()
        if "/" in name and not name.startswith(("Etc/", "posix/", "right/"))
    }
    return ["UTC", *sorted(known | {settings.TIME_ZONE} - {"UTC"})]
