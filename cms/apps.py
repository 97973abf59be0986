"""The contract as an application: it brings templates, static files and one check."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks


class CmsConfig(AppConfig):
    name = "cms"

    def ready(self) -> None:
        checks.register(pictures_are_shared, deploy=True)


def pictures_are_shared(**_: Any) -> list[checks.CheckMessage]:
    """Where the sides share no disk, a picture in a local folder would never reach a reader."""
    if settings.SHAPE != "distributed" or settings.MEDIA_BUCKET:
        return []
    return [
        checks.Error(
            "Pictures lie in a local folder, which the other side's machines cannot see.",
            hint="Set MEDIA_BUCKET to a bucket of object storage that both sides reach.",
            id="cms.E001",
        )
    ]
