"""Authoring: owns drafts, revisions and schedules, on the write database."""

from django.apps import AppConfig


class AuthoringConfig(AppConfig):
    name = "authoring"
    verbose_name = "Publication"

    def ready(self) -> None:
        from authoring import receivers

        receivers.connect()
