"""Print the log from a cursor."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from authoring.outbox import feed


class Command(BaseCommand):
    help = "Print messages as JSON lines, each with the cursor that continues after it."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("cursor", nargs="?", default="", help="where to go on; from nothing without it")
        parser.add_argument("--follow", action="store_true", help="wait for more at the end, until Ctrl-C")

    def handle(self, *args: Any, cursor: str, follow: bool, **options: Any) -> None:
        try:
            while True:
                entries = feed.read(cursor)
                for entry in entries:
                    cursor = entry.cursor
                    line = {"cursor": cursor, "message": json.loads(entry.message)}
                    self.stdout.write(json.dumps(line, ensure_ascii=False))
                if not entries and not follow:
                    return
                if not entries:
                    time.sleep(1)
        except feed.CursorExpired as error:
            raise CommandError(
                f"The cursor “{error}” is of another log: start again from nothing."
            ) from error
        except KeyboardInterrupt:
            return
