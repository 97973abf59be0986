"""The audit log's partitions of this month and the next."""

from typing import Any

from django.core.management.base import BaseCommand

from authoring.services import audit


class Command(BaseCommand):
    help = "Make the audit log's partitions of this month and the next three; beat does it hourly."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        made = audit.make_months()
        if verbosity:
            self.stdout.write(f"Made: {made}.")
