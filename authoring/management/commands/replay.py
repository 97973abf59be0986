"""Owe everything again."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from authoring import outbox, resending, tasks


class Command(BaseCommand):
    help = "Owe the newest message of every article, page, tag, author and the site again; readers keep being served."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "addresses", nargs="*", metavar="kind:key", help="only these, such as article:0b9c…"
        )
        parser.add_argument(
            "--no-wait", action="store_true", help="do not wait until publishing has acknowledged"
        )

    def handle(self, *args: Any, addresses: list[str], no_wait: bool, **options: Any) -> None:
        owed = resending.replay([address_of(text) for text in addresses] or None)
        tasks.wake_relay()
        self.stdout.write(f"{owed} messages are owed again.")
        if not no_wait:
            wait(owed)


def address_of(text: str) -> tuple[str, str]:
    """The kind and key of `kind:key`. Raises `CommandError`."""
    kind, separator, key = text.partition(":")
    if not separator or not key:
        raise CommandError(f"“{text}” is not of the form kind:key.")
    return kind, key


def wait(owed: int) -> None:
    """Show how many of `owed` messages are acknowledged, until all are. Ctrl-C only stops the watching."""
    with tqdm(total=owed, unit="message", file=sys.stderr, disable=None) as bar:
        while left := outbox.owed():
            bar.update(max(owed - left - bar.n, 0))
            time.sleep(0.5)
        bar.update(owed - bar.n)
