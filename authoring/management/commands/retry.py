"""Owe refused messages once more."""

from typing import Any

from django.core.management.base import BaseCommand

from authoring import resending, tasks
from authoring.management.commands.replay import address_of


class Command(BaseCommand):
    help = "Owe refused messages once more, after a fix: all, or one given as kind:key."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("address", nargs="?", metavar="kind:key")

    def handle(self, *args: Any, address: str | None, **options: Any) -> None:
        owed = resending.retry_refused([address_of(address)] if address else None)
        tasks.wake_relay()
        self.stdout.write(f"{owed} messages are owed once more.")
