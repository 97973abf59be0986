"""What the role of authoring's processes may do, and that the audit log is not its to change."""

from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from psycopg import errors

from authoring.services import audit
from cms.databases import WRITE

SQL = Path(__file__).parents[2] / "config/local/roles/write.sql"
ENTRY = "INSERT INTO authoring_auditentry (id, kind, key, title, action, \"user\", way, note) VALUES " \
    "(gen_random_uuid(), 'tag', '1', 'Ink', 'saved', '', 'admin', '')"  # fmt: skip

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk():
    with connections[WRITE].cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        owner, database = cursor.fetchone()
        cursor.execute(SQL.read_text().replace("%", "%%"), ())
        cursor.execute(f'ALTER DATABASE "{database}" OWNER TO "{owner}"')
    call_command("grant_desk", verbosity=0)
    settings = connections[WRITE].settings_dict
    parameters = {"host": settings["HOST"], "port": settings["PORT"], "dbname": settings["NAME"]}
    with psycopg.connect(
        **parameters, user="imprint_desk", password=settings["PASSWORD"], autocommit=True
    ) as connection:
        yield connection


def months(desk: psycopg.Connection) -> set[str]:
    parts = desk.execute(
        "SELECT relid::regclass::text FROM pg_partition_tree('authoring_auditentry') WHERE isleaf"
    )
    return {name for (name,) in parts}


def test_desk_may_write_whatever_writers_write(desk):
    desk.execute("INSERT INTO authoring_tag (id, name, slug, description, version) VALUES "
                 "(gen_random_uuid(), 'Ink', 'ink', '', 1)")  # fmt: skip
    desk.execute("UPDATE authoring_tag SET version = 2")
    desk.execute("DELETE FROM authoring_tag")
    desk.execute("SELECT nextval('authoring_outboxmessage_id_seq')")


def test_desk_may_add_to_the_audit_log_and_read_it(desk):
    desk.execute(ENTRY)

    assert desk.execute("SELECT title FROM authoring_auditentry").fetchall() == [("Ink",)]


def test_desk_may_make_months_of_the_log_which_it_cannot_write_past_it(desk):
    audit.make_months(3)
    before = months(desk)
    assert desk.execute("SELECT authoring_make_audit_months(4)").fetchone() == (1,)
    desk.execute(ENTRY)
    for month in months(desk):
        for statement in (
            "INSERT INTO {0} SELECT * FROM authoring_auditentry",
            "SELECT FROM {0}",
            "DROP TABLE {0}",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                desk.execute(statement.format(month))
    with connections[WRITE].cursor() as cursor:  # what an operator does to an old one
        cursor.execute(f"DROP TABLE {(months(desk) - before).pop()}")


PROTECTED = """
UPDATE authoring_auditentry SET title = 'x'
DELETE FROM authoring_auditentry
TRUNCATE authoring_auditentry
DROP TABLE authoring_auditentry
ALTER TABLE authoring_auditentry DISABLE TRIGGER ALL
ALTER TABLE authoring_auditentry DETACH PARTITION authoring_auditentry_default
DROP TRIGGER authoring_audit_is_final ON authoring_auditentry
CREATE OR REPLACE FUNCTION authoring_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'
SET session_replication_role = replica
CREATE TEMP TABLE authoring_auditentry (at timestamptz)
SET ROLE imprint_authoring
"""


def test_desk_cannot_change_the_log_nor_what_protects_it(desk):
    desk.execute(ENTRY)

    for statement in PROTECTED.strip().splitlines():
        with pytest.raises(errors.InsufficientPrivilege):
            desk.execute(statement)

    assert desk.execute("SELECT title FROM authoring_auditentry").fetchall() == [("Ink",)]


def test_role_that_does_not_exist_is_left_out(monkeypatch, capsys):
    monkeypatch.setenv("DESK_ROLE", "nobody_at_all")

    call_command("grant_desk")

    assert "There is no role nobody_at_all: nothing granted." in capsys.readouterr().out
