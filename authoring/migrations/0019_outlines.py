"""What lists ask of articles, kept by the database."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

# Long texts are searched by their beginning: a vector has room for a megabyte, and addresses fill it quickly.
KEEP = """
CREATE FUNCTION authoring_words(text) RETURNS tsvector LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT to_tsvector('simple', unaccent(left($1, 100000)))
$$;

CREATE FUNCTION authoring_keep_outline() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO authoring_outline (article_id, title, slug, language, tags, authors, saved_at, words)
    SELECT new.id, title, slug, language, tags, authors, created_at,
           authoring_words(concat_ws(E'\\n', title, slug, summary, body))
    FROM authoring_revision WHERE id = new.latest_revision_id
    ON CONFLICT (article_id) DO UPDATE SET title = excluded.title, slug = excluded.slug,
        language = excluded.language, tags = excluded.tags, authors = excluded.authors,
        saved_at = excluded.saved_at, words = excluded.words;
    RETURN NULL;
END $$;

CREATE TRIGGER authoring_article_keeps_outline AFTER INSERT OR UPDATE OF latest_revision_id ON authoring_article
    FOR EACH ROW WHEN (new.latest_revision_id IS NOT NULL) EXECUTE FUNCTION authoring_keep_outline();
"""

FORGET = """
DROP TRIGGER authoring_article_keeps_outline ON authoring_article;
DROP FUNCTION authoring_keep_outline();
DROP FUNCTION authoring_words(text);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('authoring', '0018_bulk'),
    ]

    operations = [
        migrations.CreateModel(
            name='Outline',
            fields=[
                ('article', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='outline', serialize=False, to='authoring.article')),
                ('title', models.CharField(max_length=200)),
                ('slug', models.CharField(max_length=120)),
                ('language', models.CharField(max_length=16)),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('authors', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('saved_at', models.DateTimeField()),
                ('words', django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                'indexes': [models.Index(models.OrderBy(models.F('saved_at'), descending=True), models.F('article'), name='outline_newest'), models.Index(models.F('title'), name='outline_title'), models.Index(models.F('language'), name='outline_language'), django.contrib.postgres.indexes.GinIndex(models.F('tags'), name='outline_tags'), django.contrib.postgres.indexes.GinIndex(models.F('authors'), name='outline_authors'), django.contrib.postgres.indexes.GinIndex(models.F('words'), name='outline_words'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('title'), name='gin_trgm_ops'), name='outline_in_title'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('slug'), name='gin_trgm_ops'), name='outline_in_slug')],
            },
        ),
        migrations.RunSQL(KEEP, FORGET),
    ]
