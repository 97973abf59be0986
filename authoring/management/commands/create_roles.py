"""The roles."""

from typing import Any

from django.core.management.base import BaseCommand

from authoring.services import rights


class Command(BaseCommand):
    help = "Create the roles where they are missing; migrate does the same."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--renew",
            nargs="+",
            choices=list(rights.ROLES),
            default=[],
            metavar="ROLE",
            help="give these what this release gives a new one, and nothing else; members stay",
        )

    def handle(self, *args: Any, renew: list[str], **options: Any) -> None:
        rights.create_missing_roles()
        for name in renew:
            rights.renew_role(name)
        self.stdout.write(f"Roles: {', '.join(rights.ROLES)}. Renewed: {', '.join(renew) or 'none'}.")
