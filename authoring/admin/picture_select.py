"""A choice of pictures that shows the chosen one."""

from typing import Any

from unfold.widgets import UnfoldAdminSelectWidget

from authoring.models import Picture
from cms import pictures

NEWEST = 100
"""How many pictures a list offers without the library; the chosen one is always among them."""


class PictureSelect(UnfoldAdminSelectWidget):
    """The newest pictures and the chosen one, with their addresses, so that the page can show them."""

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        rows = getattr(self.choices, "queryset", None)
        if rows is not None:
            newest = list(rows.order_by("-created_at", "pk").values_list("pk", flat=True)[:NEWEST])
            self.choices.queryset = rows.filter(pk__in=[*newest, *(key for key in value if key)])
        return super().optgroups(name, value, attrs)

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        picture = getattr(value, "instance", None)
        if picture:
            option["attrs"]["data-src"] = thumbnail(picture)
        return option


def thumbnail(picture: Picture) -> str:
    """The address of the narrowest rendition."""
    return pictures.MEDIA + pictures.name(picture.digest, min(picture.widths))
