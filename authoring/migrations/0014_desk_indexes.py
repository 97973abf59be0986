"""Indexes for what the desk shows first."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models
from django.db.models import F, Q

from authoring.migrations._anew import AddIndexAnew


class Migration(migrations.Migration):
    # An index that is built beside what writers do cannot be in a transaction.
    atomic = False

    dependencies = [("authoring", "0013_sent_at")]

    operations = [
        AddIndexAnew(
            "outboxmessage", models.Index("id", name="outbox_refused", condition=~Q(refusal=""))
        ),
        AddIndexAnew(
            "outboxmessage", BrinIndex("created_at", name="outbox_created", pages_per_range=32)
        ),
        AddIndexAnew(
            "article",
            models.Index(
                F("changed_at").desc(), F("id"), name="article_live", condition=Q(live_revision__isnull=False)
            ),
        ),
        AddIndexAnew(
            "article",
            models.Index("published_at", name="article_published", condition=Q(published_at__isnull=False)),
        ),
    ]
