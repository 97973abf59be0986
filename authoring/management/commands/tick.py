"""One turn of everything that beat and the workers do, for a crontab: the shape `single` needs no other process."""

from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cms import channels

EVERY_TURN = (
    channels.PUBLISH_DUE,
    channels.RELAY,
    channels.RESTATE,
    channels.MAIL,
    channels.REFRESH,
    channels.PURGE,
    channels.BULK,
    channels.COUNT_WORDS,
)
RECONCILING = (
    channels.SEND_MANIFESTS,
    channels.INSPECT,
    channels.RELAY,
    channels.REFRESH,
    channels.COMPACT,
    channels.THIN,
    channels.PURGE_TRASH,
    channels.MAKE_AUDIT_MONTHS,
    channels.FORGET_EXPIRED,
)


class Command(BaseCommand):
    help = (
        "Publish what is due, relay what is owed and refresh pages; with --reconcile also compare both sides."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--reconcile", action="store_true", help="compare both sides and mend (hourly is enough)"
        )

    def handle(self, *args: Any, reconcile: bool, **options: Any) -> None:
        if not settings.INLINE:
            raise CommandError("In this shape beat and the workers do this: tick is for CMS_SHAPE=single.")
        for task in EVERY_TURN + (RECONCILING if reconcile else ()):
            current_app.send_task(task)
