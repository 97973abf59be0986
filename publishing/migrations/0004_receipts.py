from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0003_pages_know_their_neighbours'),
    ]

    operations = [
        migrations.AddField(
            model_name='position',
            name='receipt',
            field=models.BigIntegerField(help_text='A checksum of all that is stored for the message.', null=True),
        ),
    ]
