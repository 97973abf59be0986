"""Render anew the pages that are queued, or every page."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from publishing import pages
from publishing.models import Refresh


class Command(BaseCommand):
    help = "Render anew the pages that are queued; with --all every stored HTML page, feed and sitemap."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--all", action="store_true", help="queue every page first")

    def handle(self, *args: Any, all: bool, **options: Any) -> None:
        if all:
            pages.queue_all()
        with tqdm(total=Refresh.objects.count(), unit="page", file=sys.stderr, disable=None) as bar:
            while taken := pages.refresh_some():
                bar.update(taken)
            self.stdout.write(f"{bar.n} entries of the queue are done.")
