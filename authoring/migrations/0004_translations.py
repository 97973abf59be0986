"""Revisions say of what they are a translation."""


from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # An index that is built concurrently keeps nobody from writing, and stands in no transaction.
    atomic = False

    dependencies = [
        ('authoring', '0003_replicas_report'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='revision',
            name='translation',
            field=models.UUIDField(blank=True, help_text='What its translations have in common: the key of one, or of none.', null=True),
        ),
        AddIndexConcurrently(
            model_name='revision',
            index=models.Index(models.F('translation'), condition=models.Q(('translation__isnull', False)), name='revision_translation'),
        ),
    ]
