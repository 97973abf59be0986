"""Pages of long lists: first which rows, and only then what is told of them."""

from typing import Any

from django.core.paginator import Page, Paginator


class KeysFirst(Paginator):
    """A page far down computes what is told of its own rows, not of all before them."""

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        chosen: Any = self.object_list
        keys = list(chosen.values_list("pk", flat=True)[start : start + self.per_page])
        return Page(chosen.filter(pk__in=keys), number, self)
