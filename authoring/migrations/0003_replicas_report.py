from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # An index that is built concurrently keeps nobody from writing, and stands in no transaction.
    atomic = False

    dependencies = [
        ("authoring", "0002_revisions_are_final"),
    ]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="log_position",
            field=models.BigIntegerField(
                help_text="By when in the read database's log it was applied, if that has replicas.", null=True
            ),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="replicated_at",
            field=models.DateTimeField(help_text="When every replica was seen to show it.", null=True),
        ),
        AddIndexConcurrently(
            model_name="outboxmessage",
            index=models.Index(
                "log_position",
                condition=models.Q(("log_position__isnull", False), ("replicated_at__isnull", True)),
                name="outbox_not_replicated",
            ),
        ),
    ]
