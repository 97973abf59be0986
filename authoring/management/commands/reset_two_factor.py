"""The way in for who lost phone and recovery codes."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from authoring.services import two_factor


class Command(BaseCommand):
    help = "Forget the second factor of a user, and end their sessions: the password alone lets them in."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user “{username}”.")
        two_factor.reset(user)
        self.stdout.write(f"“{username}” logs in with the password alone, and can set up a new app.")
