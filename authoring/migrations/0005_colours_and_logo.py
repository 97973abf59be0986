"""The site has colours and a logo of its own."""


import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('authoring', '0004_translations'),
    ]

    operations = [
        migrations.AddField(
            model_name='site',
            name='accent',
            field=models.CharField(blank=True, db_default='', default='', help_text='The colour of links, as #rrggbb.', max_length=7),
        ),
        migrations.AddField(
            model_name='site',
            name='accent_dark',
            field=models.CharField(blank=True, db_default='', default='', help_text='The same on dark ground.', max_length=7, verbose_name='accent in the dark'),
        ),
        migrations.AddField(
            model_name='site',
            name='logo',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='authoring.picture'),
        ),
    ]
