"""What is deleted lies in the trash for some days, and can be restored."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('authoring', '0009_presence'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='article',
            options={'permissions': [('publish_article', 'Can publish and withdraw any article'), ('purge_article', 'Can delete articles of the trash for ever')]},
        ),
        migrations.AddField(
            model_name='article',
            name='trashed_at',
            field=models.DateTimeField(editable=False, help_text='When it was put into the trash.', null=True),
        ),
        migrations.AddField(
            model_name='article',
            name='trashed_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(models.F('trashed_at'), condition=models.Q(('trashed_at__isnull', False)), name='article_trashed'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('trashed_at__isnull', True), ('live_revision__isnull', True), _connector='OR'), name='trashed_article_is_not_live'),
        ),
    ]
