"""Releases, writers' time zones, and when somebody last looked for what is due."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('authoring', '0015_preview_links'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('note', models.TextField(blank=True)),
                ('due_at', models.DateTimeField(blank=True, help_text='Empty: it goes when somebody says so.', null=True)),
                ('zone', models.CharField(blank=True, help_text='The time zone in which the time was chosen.', max_length=64)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('done_at', models.DateTimeField(editable=False, null=True)),
                ('cancelled_at', models.DateTimeField(editable=False, null=True)),
                ('failed_at', models.DateTimeField(editable=False, null=True)),
                ('failure', models.TextField(blank=True, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='ReleaseChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(help_text='What the article was called, should it be deleted.', max_length=200)),
                ('action', models.CharField(choices=[('publish', 'Publish'), ('withdraw', 'Unpublish')], max_length=8)),
                ('version', models.PositiveIntegerField(editable=False, help_text='The version that it made.', null=True)),
                ('failure', models.TextField(blank=True, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='SchedulerTurn',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('looked_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='WriterZone',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='writer_zone', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('zone', models.CharField(max_length=64)),
            ],
        ),
        migrations.AddField(
            model_name='release',
            name='created_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='releasechange',
            name='article',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='release_changes', to='authoring.article'),
        ),
        migrations.AddField(
            model_name='releasechange',
            name='release',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='authoring.release'),
        ),
        migrations.AddField(
            model_name='releasechange',
            name='revision',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='authoring.revision'),
        ),
        migrations.AddIndex(
            model_name='release',
            index=models.Index(models.F('due_at'), name='release_due'),
        ),
        migrations.AddIndex(
            model_name='release',
            index=models.Index(models.F('id'), condition=models.Q(('cancelled_at__isnull', True), ('done_at__isnull', True)), name='release_unsettled'),
        ),
        migrations.AddConstraint(
            model_name='releasechange',
            constraint=models.UniqueConstraint(models.F('release'), models.F('article'), name='article_is_once_in_a_release'),
        ),
    ]
