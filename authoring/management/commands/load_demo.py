"""Load the demo publication into an empty installation."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from authoring.importing import demo


class Command(BaseCommand):
    help = (
        "Load the demo publication, unless there are articles already. On an address of this machine it also"
        " makes the accounts demo, editor and author, whose passwords are their names."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--force", action="store_true", help="load it although there are articles")

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        if not force and not demo.is_empty():
            self.stdout.write("There are articles already: the demo publication is not loaded.")
            return
        try:
            count = demo.Demo(now=timezone.now()).load()
        except ValidationError as error:
            raise CommandError(f"The demo publication does not fit in: {' '.join(error.messages)}") from error
        self.stdout.write(f"The demo publication is loaded: {count} articles.")
        if not demo.is_local():
            self.stdout.write("No accounts were made: their passwords would be known to everybody.")
        elif names := demo.create_accounts():
            self.stdout.write(f"Accounts, whose passwords are their names: {', '.join(names)}.")
