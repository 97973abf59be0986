"""The audit log, partitioned by month; what has no month of its own goes into the default partition."""

import django.contrib.postgres.indexes
import django.db.models.functions.datetime
import django.db.models.functions.text
import psqlextra.backend.migrations.operations.add_default_partition
import psqlextra.backend.migrations.operations.create_partitioned_model
import psqlextra.manager.manager
import psqlextra.models.partitioned
import psqlextra.types
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('authoring', '0010_trash'),
    ]

    operations = [
        psqlextra.backend.migrations.operations.create_partitioned_model.PostgresCreatePartitionedModel(
            name='AuditEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('at', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('id', models.UUIDField(default=uuid.uuid4)),
                ('kind', models.CharField(max_length=16)),
                ('key', models.CharField(max_length=64)),
                ('title', models.CharField(help_text='What it was called then.', max_length=200)),
                ('action', models.CharField(max_length=16)),
                ('user', models.CharField(help_text='Who did it; empty for the product itself.', max_length=150)),
                ('user_key', models.BigIntegerField(null=True)),
                ('way', models.CharField(help_text='How it came: admin, API and token, scheduler, …', max_length=120)),
                ('from_revision', models.PositiveIntegerField(null=True)),
                ('to_revision', models.PositiveIntegerField(null=True)),
                ('from_version', models.PositiveIntegerField(null=True)),
                ('to_version', models.PositiveIntegerField(null=True)),
                ('note', models.TextField(blank=True)),
            ],
            options={
                'verbose_name_plural': 'audit entries',
                'indexes': [models.Index(models.F('kind'), models.F('key'), models.OrderBy(models.F('at'), descending=True), name='audit_of'), models.Index(models.F('user'), models.OrderBy(models.F('at'), descending=True), name='audit_by'), models.Index(models.F('action'), models.OrderBy(models.F('at'), descending=True), name='audit_action'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('title'), name='gin_trgm_ops'), name='audit_title')],
            },
            partitioning_options={
                'method': psqlextra.types.PostgresPartitioningMethod['RANGE'],
                'key': ['at'],
            },
            bases=(psqlextra.models.partitioned.PostgresPartitionedModel,),
            managers=[
                ('objects', psqlextra.manager.manager.PostgresManager()),
            ],
        ),
        psqlextra.backend.migrations.operations.add_default_partition.PostgresAddDefaultPartition(
            model_name='AuditEntry',
            name='default',
        ),
    ]
