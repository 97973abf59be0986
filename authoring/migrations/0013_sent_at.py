"""When a message was first sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("authoring", "0012_audit_log_is_final")]

    operations = [
        migrations.AddField(
            "outboxmessage",
            "sent_at",
            models.DateTimeField(null=True, help_text="When the relay first took it to send it."),
        ),
    ]
