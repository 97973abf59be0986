"""What is asked about a release: its name, its articles, and into which one articles go."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db import transaction
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from authoring.models import Article, Release, ReleaseChange, ScheduledChange
from authoring.services import releases
from authoring.services.releases import Settled
from cms.databases import WRITE

ACTION = forms.ChoiceField(
    choices=ScheduledChange.Action.choices, widget=UnfoldAdminSelectWidget, label="What", initial="publish"
)


class DescribeForm(forms.Form):
    """What a release is called, and what it is for."""

    name = forms.CharField(max_length=releases.NAME_LENGTH, widget=UnfoldAdminTextInputWidget)
    note = forms.CharField(required=False, widget=UnfoldAdminTextareaWidget({"rows": 3}))


class AddForm(forms.Form):
    """Articles that a release shall publish or withdraw."""

    articles = forms.ModelMultipleChoiceField(
        Article.objects.none(),
        label="Articles",
        widget=AutocompleteSelectMultiple(ReleaseChange._meta.get_field("article"), admin.site),
    )
    action = ACTION


class ChooseForm(forms.Form):
    """Into which release, or into a new one of that name."""

    release = forms.ModelChoiceField(
        Release.objects.none(), required=False, widget=UnfoldAdminSelectWidget, empty_label="A new one"
    )
    name = forms.CharField(
        required=False,
        max_length=releases.NAME_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        label="Name of the new one",
    )
    action = ACTION

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["release"].queryset = releases.open_ones()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if not cleaned.get("release") and not cleaned.get("name"):
            self.add_error("name", "Choose a release, or give a new one a name.")
        return cleaned

    def add(self, articles: list[Article], *, by: Any) -> Release:
        """Add them. Raises what the services raise."""
        if not articles:
            raise ValidationError({"articles": "No article was chosen."})
        with transaction.atomic(using=WRITE):
            release = self.cleaned_data["release"] or releases.create(name=self.cleaned_data["name"], by=by)
            keys = [article.pk for article in articles]
            releases.add(release.pk, keys, action=self.cleaned_data["action"], by=by)
        return Release.objects.get(pk=release.pk)


def tried(form: forms.Form, act: Callable[[], Any]) -> Any:
    """What `act` returns; None if it is refused: the form then says why."""
    try:
        return act()
    except ValidationError as error:
        for name, found in error.message_dict.items():
            field = {"due_at": "time"}.get(name, name)
            form.add_error(field if field in form.fields else None, found)
    except Settled as error:
        form.add_error(None, str(error))
    return None
