from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0009_search_knows_its_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='page',
            name='surrogate_keys',
            field=models.TextField(blank=True, db_default='', help_text='What the page shows, for caches in front: what they purge when it changes.'),
        ),
    ]
