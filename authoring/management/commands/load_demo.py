"""Load the demo publication into an empty installation."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from authoring.importing import accounts, demo


class Command(BaseCommand):
    help = (
        "Load the demo publication, unless there are articles already. On an address of this machine it also"
        " makes an account for each role, whose passwords are their names, and lets them have been at work."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--force", action="store_true", help="load it although there are articles")

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        if not force and not demo.is_empty():
            self.stdout.write("There are articles already: the demo publication is not loaded.")
            return
        loaded = demo.Demo(now=timezone.now(), with_accounts=accounts.are_harmless())
        try:
            count = loaded.load()
        except ValidationError as error:
            raise CommandError(f"The demo publication does not fit in: {' '.join(error.messages)}") from error
        self.stdout.write(f"The demo publication is loaded: {count} articles.")
        if not loaded.with_accounts:
            self.stdout.write("No accounts were made: their passwords would be known to everybody.")
        elif loaded.people:
            self.stdout.write(f"Accounts, whose passwords are their names: {', '.join(loaded.people)}.")
