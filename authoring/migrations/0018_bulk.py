"""Things done to many articles, and what became of each."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("authoring", "0017_planning_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkJob",
            fields=[
                ("id", ID.clone()),
                (
                    "action",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("publish", "Publish"),
                            ("withdraw", "Unpublish"),
                            ("schedule", "Schedule"),
                            ("add_tag", "Add a tag"),
                            ("remove_tag", "Remove a tag"),
                            ("sign", "Change the author"),
                        ],
                        max_length=16,
                    ),
                ),
                ("options", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(db_default=Now(), editable=False)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "stopped_at",
                    models.DateTimeField(help_text="When somebody wanted no more of it.", null=True),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        "id",
                        condition=Q(started_at__isnull=False, finished_at__isnull=True),
                        name="bulk_job_running",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkItem",
            fields=[
                ("id", ID.clone()),
                ("article_id", models.UUIDField()),
                ("title", models.CharField(max_length=200)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Waiting"),
                            ("done", "Done"),
                            ("unchanged", "Nothing to do"),
                            ("refused", "Refused"),
                        ],
                        default="",
                        max_length=9,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="authoring.bulkjob",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index("job", "id", condition=Q(outcome=""), name="bulk_item_waiting"),
                    models.Index("job", "outcome", "id", name="bulk_item_outcome"),
                ],
                "constraints": [models.UniqueConstraint("job", "article_id", name="bulk_item_is_one_row")],
            },
        ),
    ]
