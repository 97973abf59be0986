"""What the calendar, the list and the alarms look for."""

from django.db import migrations, models

from authoring.migrations._anew import AddIndexAnew


class Migration(migrations.Migration):
    # An index that is built beside what writers do cannot be in a transaction.
    atomic = False

    dependencies = [("authoring", "0016_releases")]

    operations = [
        AddIndexAnew(
            model_name='article',
            index=models.Index(models.F('withdrawn_at'), condition=models.Q(('withdrawn_at__isnull', False)), name='article_withdrawn'),
        ),
        AddIndexAnew(
            model_name='scheduledchange',
            index=models.Index(models.F('due_at'), condition=models.Q(('done_at__isnull', True)), name='scheduled_change_open'),
        ),
        AddIndexAnew(
            model_name='scheduledchange',
            index=models.Index(models.F('done_at'), condition=models.Q(('done_at__isnull', False)), name='scheduled_change_done'),
        ),
        AddIndexAnew(
            model_name='scheduledchange',
            index=models.Index(models.F('article'), condition=models.Q(('cancelled_at__isnull', True), ('failed_at__isnull', False)), name='scheduled_change_failed'),
        ),
    ]
