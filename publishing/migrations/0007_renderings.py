"""What is owed a rendering, and what everything was last rendered with."""


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0006_colours_and_logo'),
    ]

    operations = [
        migrations.CreateModel(
            name='RenderingNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='Rendering',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=8)),
                ('key', models.CharField(max_length=64)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'key'), name='rendering_is_unique')],
            },
        ),
    ]
