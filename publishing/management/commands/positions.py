"""Show the versions that readers see."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count, Max, Q

from publishing.models import DeadLetter, Position


class Command(BaseCommand):
    help = (
        "Show, by kind, how many are live and withdrawn and when the last was applied; and what was refused."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        counted = Position.objects.values("kind").annotate(
            live=Count("pk", filter=Q(is_live=True)),
            withdrawn=Count("pk", filter=Q(is_live=False)),
            unknown=Count("pk", filter=Q(unknown_since__isnull=False)),
            last=Max("applied_at"),
        )
        for row in counted.order_by("kind"):
            unknown = f", {row['unknown']} unknown to authoring" if row["unknown"] else ""
            self.stdout.write(
                f"{row['kind']}: {row['live']} live, {row['withdrawn']} withdrawn{unknown};"
                f" last applied {row['last']:%Y-%m-%d %H:%M:%S}"
            )
        for letter in DeadLetter.objects.order_by("refused_at"):
            self.stdout.write(f"refused {letter}: {letter.reason}")
