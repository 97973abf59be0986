"""The roles."""

from typing import Any

from django.core.management.base import BaseCommand

from authoring.services import rights


class Command(BaseCommand):
    help = "Create the roles where they are missing; migrate does the same."

    def handle(self, *args: Any, **options: Any) -> None:
        rights.create_missing_roles()
        self.stdout.write(f"Roles: {', '.join(rights.ROLES)}.")
