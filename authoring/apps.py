"""Authoring: owns drafts, revisions and schedules, on the write database."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuthoringConfig(AppConfig):
    name = "authoring"
    verbose_name = "Publication"

    def ready(self) -> None:
        from authoring import receivers
        from authoring.services import rights

        receivers.connect()
        post_migrate.connect(rights.create_missing_roles, sender=self, dispatch_uid="authoring.roles")
