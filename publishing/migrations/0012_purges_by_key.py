"""Caches may be told of changes by key."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0011_search_engines'),
    ]

    operations = [
        migrations.AddField(
            model_name='purge',
            name='keys',
            field=models.TextField(blank=True, db_default='', help_text='By which a cache may hold it, by spaces.'),
        ),
    ]
