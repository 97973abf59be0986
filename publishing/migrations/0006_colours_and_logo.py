"""The site has colours and a logo of its own."""


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0005_translations_and_related'),
    ]

    operations = [
        migrations.AddField(
            model_name='publishedsite',
            name='accent',
            field=models.CharField(db_default='', max_length=7),
        ),
        migrations.AddField(
            model_name='publishedsite',
            name='accent_dark',
            field=models.CharField(db_default='', max_length=7),
        ),
        migrations.AddField(
            model_name='publishedsite',
            name='logo',
            field=models.JSONField(null=True),
        ),
    ]
