"""Pages of long lists: first which rows, and only then what is told of them."""

from typing import Any

from django.core.paginator import Page, Paginator


class KeysFirst(Paginator):
    """A page far down computes what is told of its own rows, not of all before them."""

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        keys = list(self.object_list.values_list("pk", flat=True)[start : start + self.per_page])  # type: ignore[union-attr]
        return self._get_page(self.object_list.filter(pk__in=keys), number, self)  # type: ignore[union-attr]
