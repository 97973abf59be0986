"""Let publishing compare what it holds with what authoring holds."""

import sys
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand
from tqdm import tqdm

from authoring import outbox
from cms import channels


class Command(BaseCommand):
    help = "Send manifests, in slices; publishing asks again for what it misses or holds damaged."

    def handle(self, *args: Any, **options: Any) -> None:
        for manifest in tqdm(outbox.manifests(), unit="slice", file=sys.stderr, disable=None):
            current_app.send_task(channels.COMPARE, kwargs={"manifest": manifest})
