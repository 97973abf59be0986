"""Outlines of the articles that are there. What is saved meanwhile has one already, and it is the newer."""

from django.db import migrations

FILL = """
INSERT INTO authoring_outline (article_id, title, slug, language, tags, authors, saved_at, words)
SELECT a.id, r.title, r.slug, r.language, r.tags, r.authors, r.created_at,
       authoring_words(concat_ws(E'\\n', r.title, r.slug, r.summary, r.body))
FROM authoring_article a JOIN authoring_revision r ON r.id = a.latest_revision_id
ON CONFLICT (article_id) DO NOTHING
"""


class Migration(migrations.Migration):
    # Writers go on meanwhile: this locks no row of theirs.
    atomic = False

    dependencies = [("authoring", "0019_outlines")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
