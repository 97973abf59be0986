"""Articles know their translations; a narrow table of tags finds related ones."""

from django.db import migrations, models

FILL = """
UPDATE publishing_publishedarticle SET translation = key WHERE translation = '';
INSERT INTO publishing_taggedarticle (key, tag, language, published_at)
SELECT DISTINCT key, unnest(tag_keys), language, published_at FROM publishing_publishedarticle
"""


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0004_receipts'),
    ]

    operations = [
        migrations.CreateModel(
            name='TaggedArticle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('tag', models.TextField()),
                ('language', models.CharField(max_length=16)),
                ('published_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='publishedarticle',
            name='translation',
            field=models.TextField(db_default='', help_text='The key that an article and its translations have in common.'),
        ),
        migrations.AddField(
            model_name='refresh',
            name='tags',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='refresh',
            name='translation',
            field=models.TextField(db_default=''),
        ),
        migrations.AlterField(
            model_name='page',
            name='beside',
            field=models.TextField(blank=True, help_text='What the page shows of other articles: rendered anew if that changes.'),
        ),
        migrations.AddIndex(
            model_name='publishedarticle',
            index=models.Index(models.F('translation'), name='published_translations'),
        ),
        migrations.AddIndex(
            model_name='taggedarticle',
            index=models.Index(models.F('tag'), models.F('language'), models.F('published_at'), models.F('key'), name='tagged_in_time'),
        ),
        migrations.AddConstraint(
            model_name='taggedarticle',
            constraint=models.UniqueConstraint(fields=('key', 'tag'), name='tagged_article_is_unique'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
