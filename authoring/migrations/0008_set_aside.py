"""Texts that clashed with what somebody else saved are kept as revisions that never led."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('authoring', '0007_autosaved_index'),
    ]

    operations = [
        migrations.AddField(
            model_name='revision',
            name='set_aside',
            field=models.BooleanField(db_default=False, default=False, editable=False, help_text='Kept because it clashed with what somebody else saved; it never led.'),
        ),
    ]
