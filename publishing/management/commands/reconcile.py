"""Check every row, search vector and page against its message, now, and mend what is damaged."""

import sys
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand
from tqdm import tqdm

from cms import channels
from publishing import pages, reconciling
from publishing.models import Position


class Command(BaseCommand):
    help = "Check what readers see against the messages it came from; mend it, or ask authoring for it."

    def handle(self, *args: Any, **options: Any) -> None:
        found: list[reconciling.Finding] = []
        with tqdm(total=Position.objects.count(), unit="key", file=sys.stderr, disable=None) as bar:
            for slice_ in reconciling.inspect():
                found += slice_
                bar.update(min(reconciling.SLICE, bar.total - bar.n))
        while pages.refresh_some():
            pass
        for finding in found:
            what = "mended" if finding.mended else "asked authoring for it"
            self.stdout.write(f"{finding.kind} {finding.key}: {finding.damage}; {what}")
        if wanted := [[finding.kind, finding.key] for finding in found if not finding.mended]:
            current_app.send_task(channels.RESEND, kwargs={"addresses": wanted})
        self.stdout.write(f"{len(found)} damaged." if found else "All is as its messages say.")
