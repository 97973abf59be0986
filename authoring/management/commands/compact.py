"""Delete what the log no longer needs."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from authoring import outbox


class Command(BaseCommand):
    help = "Delete settled outbox messages but, of each key, the newest and the newest applied one."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--days", type=int, default=settings.OUTBOX_RETENTION_DAYS, help="keep what is younger"
        )

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        self.stdout.write(f"Deleted {outbox.compact(older_than=dt.timedelta(days=days))} messages.")
