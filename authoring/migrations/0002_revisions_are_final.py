"""A revision is never updated: the database refuses."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION authoring_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A revision is never updated.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER authoring_revision_is_final BEFORE UPDATE ON authoring_revision
    FOR EACH ROW WHEN (old IS DISTINCT FROM new) EXECUTE FUNCTION authoring_refuse_update();
"""

ALLOW = """
DROP TRIGGER authoring_revision_is_final ON authoring_revision;
DROP FUNCTION authoring_refuse_update();
"""


class Migration(migrations.Migration):
    dependencies = [("authoring", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
