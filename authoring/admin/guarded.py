"""Forms of what has no revisions: a save that meets another's is told, and nothing that was typed is lost."""

from typing import Any

from django import forms
from django.utils.text import Truncator

from authoring.admin.saving import RefusableForm
from authoring.services import editions
from authoring.services.editions import Overtaken

LONGEST = 2000
"""Characters of what somebody else wrote that are shown beside a field."""


class GuardedForm(RefusableForm):
    """Carries what it began with. Sent again after a clash, it says that what it shows shall stand."""

    began = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        if not row._state.adding:
            self.initial["began"] = editions.edition(row)
        if isinstance(self.refusal, Overtaken) and self.is_bound:
            sent: Any = self.data
            sent = sent.copy()
            sent[self.add_prefix("began")] = editions.edition(self.refusal.current)
            self.data = sent

    def refused(self, refusal: Exception) -> dict[str | None, Any]:
        if not isinstance(refusal, Overtaken):
            return super().refused(refusal)
        who = refusal.who or "Somebody"
        found: dict[str | None, Any] = {
            None: f"{refusal} What you typed stands here still, and nothing is saved yet. "
            f"Take over what you want to keep of {who}’s words; saving then replaces the rest."
        }
        for name in self.fields:
            if (theirs := self._theirs(name, refusal.current)) is not None:
                found[name] = f"{who} wrote: {Truncator(theirs).chars(LONGEST)}"
        return found

    def _theirs(self, name: str, current: Any) -> str | None:
        """What stands in a field now, if that is not what was typed."""
        if name not in {field.name for field in current._meta.concrete_fields}:
            return None
        field, value = self.fields[name], getattr(current, name)
        if value == self.cleaned_data.get(name):
            return None
        shown = field.prepare_value(value) if isinstance(value, list) else value
        return "—" if shown in (None, "") else str(shown)
