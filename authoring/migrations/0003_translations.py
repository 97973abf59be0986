"""Revisions say of what they are a translation."""


from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('authoring', '0002_revisions_are_final'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='revision',
            name='translation',
            field=models.UUIDField(blank=True, help_text='What its translations have in common: the key of one, or of none.', null=True),
        ),
        migrations.AddIndex(
            model_name='revision',
            index=models.Index(models.F('translation'), condition=models.Q(('translation__isnull', False)), name='revision_translation'),
        ),
    ]
