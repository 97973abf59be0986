"""A key to the write API."""

import datetime as dt
from argparse import ArgumentTypeError
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from authoring.services import tokens

LONGEST = 36_500


class Command(BaseCommand):
    help = "Create a key to the write API for a user and print it. It cannot be shown again."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line", help="what it is for")
        parser.add_argument("--days", type=_days, help="after how many days it expires; never, unless given")

    def handle(self, *args: Any, username: str, name: str, days: int | None, **options: Any) -> None:
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user “{username}”.")
        expires_at = timezone.now() + dt.timedelta(days=days) if days else None
        _, key = tokens.create(user, name=name, expires_at=expires_at)
        self.stdout.write(key)


def _days(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) <= LONGEST):
        raise ArgumentTypeError(f"give a whole number from 1 to {LONGEST:,}")
    return int(text)
