"""Send what is owed, now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from authoring import outbox, tasks, wire


class Command(BaseCommand):
    help = "Send the messages that are owed and due."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sent = outbox.relay(tasks.send, waiting=wire.batches_waiting)
        except OSError as error:
            raise CommandError(f"The broker cannot be reached: {error}") from error
        self.stdout.write(
            f"Sent {sent} messages; the oldest owed is {outbox.lag().total_seconds():.0f} s old."
        )
