"""Outlines of the articles that are there. What is saved meanwhile has one already, and it is the newer."""

from django.db import migrations

# So many at a time, in the order of their keys: whoever saves one of them meanwhile waits for its turn to end.
FILL = """
WITH turn AS (
    SELECT id, latest_revision_id FROM authoring_article WHERE id > %s ORDER BY id LIMIT 200
), filled AS (
    INSERT INTO authoring_outline (article_id, title, slug, language, tags, authors, saved_at, words)
    SELECT turn.id, r.title, r.slug, r.language, r.tags, r.authors, r.created_at,
           authoring_words(concat_ws(E'\\n', r.title, r.slug, r.summary, r.body))
    FROM turn JOIN authoring_revision r ON r.id = turn.latest_revision_id
    ON CONFLICT (article_id) DO NOTHING
)
SELECT id FROM turn ORDER BY id DESC LIMIT 1
"""

BEFORE_ALL = "00000000-0000-0000-0000-000000000000"


def fill(apps, schema_editor):
    last = (BEFORE_ALL,)
    with schema_editor.connection.cursor() as cursor:
        while last:
            cursor.execute(FILL, last)
            last = cursor.fetchone()


class Migration(migrations.Migration):
    # Each turn is a transaction of its own. A migration that was interrupted begins anew.
    atomic = False

    dependencies = [("authoring", "0019_outlines")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
