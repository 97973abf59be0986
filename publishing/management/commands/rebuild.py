"""Ask authoring for everything again: for a read database that was lost, or is in doubt."""

from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand, CommandError

from cms import channels
from cms.events import Kind


class Command(BaseCommand):
    help = "Ask authoring, by message, to send everything again, or what is named. Pages keep being served."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "addresses", nargs="*", metavar="kind:key", help="only these, such as article:0b9c…"
        )

    def handle(self, *args: Any, addresses: list[str], **options: Any) -> None:
        wanted = [_address(text) for text in addresses] or None
        current_app.send_task(channels.RESEND, kwargs={"addresses": wanted})
        self.stdout.write("Asked for everything." if wanted is None else f"Asked for {len(wanted)}.")


def _address(text: str) -> list[str]:
    kind, _, key = text.partition(":")
    if kind not in list(Kind) or not key:
        raise CommandError(f"“{text}” is not of the form kind:key, with one of {', '.join(Kind)} as kind.")
    return [kind, key]
