"""Pages of which a cache in front is still to be told."""


import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0007_renderings'),
    ]

    operations = [
        migrations.CreateModel(
            name='Purge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.TextField()),
                ('owed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('next_attempt_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='Lease and back-off in one.')),
                ('attempts', models.PositiveIntegerField(db_default=0)),
            ],
            options={
                'indexes': [models.Index(models.F('next_attempt_at'), name='purge_due')],
            },
        ),
    ]
