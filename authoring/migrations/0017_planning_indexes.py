"""What the calendar, the list and the alarms look for."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # An index that is built beside what writers do cannot be in a transaction.
    atomic = False

    dependencies = [("authoring", "0016_releases")]

    operations = [
        AddIndexConcurrently(
            model_name='article',
            index=models.Index(models.F('withdrawn_at'), condition=models.Q(('withdrawn_at__isnull', False)), name='article_withdrawn'),
        ),
        AddIndexConcurrently(
            model_name='scheduledchange',
            index=models.Index(models.F('due_at'), condition=models.Q(('done_at__isnull', True)), name='scheduled_change_open'),
        ),
        AddIndexConcurrently(
            model_name='scheduledchange',
            index=models.Index(models.F('done_at'), condition=models.Q(('done_at__isnull', False)), name='scheduled_change_done'),
        ),
        AddIndexConcurrently(
            model_name='scheduledchange',
            index=models.Index(models.F('article'), condition=models.Q(('cancelled_at__isnull', True), ('failed_at__isnull', False)), name='scheduled_change_failed'),
        ),
    ]
