"""The audit log is only ever added to, and its months are made ahead."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION authoring_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log is only ever added to.' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER authoring_audit_is_final BEFORE UPDATE OR DELETE ON authoring_auditentry
    FOR EACH ROW EXECUTE FUNCTION authoring_refuse_audit_change();
-- A row trigger is every partition's, one of TRUNCATE is not.
CREATE TRIGGER authoring_audit_stays BEFORE TRUNCATE ON authoring_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION authoring_refuse_audit_change();
CREATE TRIGGER authoring_audit_stays BEFORE TRUNCATE ON authoring_auditentry_default
    FOR EACH STATEMENT EXECUTE FUNCTION authoring_refuse_audit_change();
"""

# Runs with the rights of the tables' owner, so that a worker which may only add entries can make months.
# A table that is attached blocks nobody who writes; one that is created as a partition would.
MAKE_MONTHS = """
CREATE FUNCTION authoring_make_audit_months(ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    first timestamp;
    month text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('authoring_make_audit_months'));
    FOR number IN 0 .. least(greatest(ahead, 0), 24) LOOP
        first := date_trunc('month', statement_timestamp() AT TIME ZONE 'UTC') + make_interval(months => number);
        month := 'authoring_auditentry_' || to_char(first, 'YYYY_MM');
        CONTINUE WHEN to_regclass({literal} || '.' || month) IS NOT NULL;
        -- Entries that came before their month was made stay where they are, and so does the rest of that month.
        CONTINUE WHEN EXISTS (SELECT FROM authoring_auditentry_default WHERE at >= first AT TIME ZONE 'UTC'
                              AND at < (first + interval '1 month') AT TIME ZONE 'UTC');
        EXECUTE format('CREATE TABLE %I (LIKE authoring_auditentry INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', month);
        EXECUTE format('ALTER TABLE authoring_auditentry ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', month,
                       first AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC');
        EXECUTE format('CREATE TRIGGER authoring_audit_stays BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
                       'EXECUTE FUNCTION authoring_refuse_audit_change()', month);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
REVOKE EXECUTE ON FUNCTION authoring_make_audit_months(integer) FROM PUBLIC;
"""

FORGET = """
DROP FUNCTION authoring_make_audit_months(integer);
DROP TRIGGER authoring_audit_is_final ON authoring_auditentry;
DROP TRIGGER authoring_audit_stays ON authoring_auditentry;
DROP FUNCTION authoring_refuse_audit_change() CASCADE;
"""


def make_function(apps, schema_editor):
    """In the schema that this side's tables lie in: whoever calls it may have another first."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema()), quote_literal(quote_ident(current_schema()))")
        schema, literal = cursor.fetchone()
        cursor.execute(MAKE_MONTHS.replace("{schema}", schema).replace("{literal}", literal))


class Migration(migrations.Migration):
    dependencies = [("authoring", "0011_audit_log")]

    operations = [
        migrations.RunSQL(REFUSE, FORGET),
        migrations.RunPython(make_function, migrations.RunPython.noop),
        migrations.RunSQL("SELECT authoring_make_audit_months(3)", migrations.RunSQL.noop),
    ]
