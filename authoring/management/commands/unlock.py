"""The way in for who mistyped too often."""

from typing import Any

from django.core.management.base import BaseCommand

from authoring.services import lockouts


class Command(BaseCommand):
    help = "Forget the failures to log in under a name, from whatever address."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("username", help="as it was typed, whether there is such a user or not")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        lockouts.unlock(username)
        self.stdout.write(f"Failures of “{username}” are forgotten.")
