"""What the public site's role may not do, and the projector's may."""

from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from psycopg import errors

from cms.databases import READ
from config import replicas
from publishing.models import PublishedSite

SQL = Path(__file__).parents[2] / "config/local/roles/read.sql"

pytestmark = pytest.mark.django_db(databases=["read"], transaction=True)


@pytest.fixture(autouse=True)
def _roles():
    with connections[READ].cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        owner, database = cursor.fetchone()
        cursor.execute(SQL.read_text().replace("%", "%%"), ())
        cursor.execute(f'ALTER DATABASE "{database}" OWNER TO "{owner}"')
    call_command("grant_roles", verbosity=0)


def connect(role: str) -> psycopg.Connection:
    settings = connections[READ].settings_dict
    parameters = {"host": settings["HOST"], "port": settings["PORT"], "dbname": settings["NAME"]}
    return psycopg.connect(**parameters, user=role, password=settings["PASSWORD"], autocommit=True)


@pytest.fixture
def site():
    with connect("imprint_site") as connection:
        yield connection


INSERT = "INSERT INTO publishing_refresh (path, key, language) VALUES ('/', '', '')"
PERMITTED = errors.InsufficientPrivilege
READ_ONLY = errors.ReadOnlySqlTransaction


def test_site_may_read(site):
    PublishedSite.objects.create(
        key="site", version=1, name="x", description="", language="en", navigation=[], footer_html=""
    )

    assert site.execute("SELECT name FROM publishing_publishedsite").fetchone() == ("x",)


def test_site_may_see_how_far_a_replica_is(site):
    position, lag = site.execute(replicas.LOOK, {"reached": None}).fetchone()

    assert (lag, site.execute(replicas.LOOK, {"reached": position}).fetchone()[1]) == (0, 0)


@pytest.mark.parametrize(
    "statement",
    [
        INSERT,
        "UPDATE publishing_page SET etag = ''",
        "DELETE FROM publishing_position",
        "TRUNCATE publishing_page",
        "CREATE TEMP TABLE filled (x int)",
        "CREATE TABLE filled (x int)",
        "CREATE SCHEMA filled",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT nextval('publishing_refresh_id_seq')",
        "ALTER TABLE publishing_page ADD x int",
        "DROP TABLE publishing_page",
        "COPY publishing_page TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/passwd')",
        "CREATE ROLE another",
        "SELECT passwd FROM pg_shadow",
        "SET ROLE imprint_publishing",
        "SET ROLE imprint_projector",
    ],
)
def test_site_may_do_nothing_else_even_if_it_makes_its_session_writable(site, statement):
    with pytest.raises((PERMITTED, READ_ONLY)):
        site.execute(statement)

    site.execute("SET default_transaction_read_only = off")
    with pytest.raises(PERMITTED):
        site.execute(statement)


def test_site_may_not_read_for_ever(site):
    with pytest.raises(errors.QueryCanceled):
        site.execute("SELECT pg_sleep(10)")


def test_tables_to_come_can_be_read_too(site):
    with connections[READ].cursor() as cursor:
        cursor.execute("CREATE TABLE to_come (x int)")
        try:
            assert site.execute("SELECT * FROM to_come").fetchall() == []
        finally:
            cursor.execute("DROP TABLE to_come")


def test_projector_may_write_rows_and_no_more():
    with connect("imprint_projector") as connection:
        connection.execute(INSERT)
        for statement in (
            "CREATE TABLE filled (x int)",
            "CREATE TEMP TABLE filled (x int)",
            "DROP TABLE publishing_page",
        ):
            with pytest.raises(PERMITTED):
                connection.execute(statement)


def test_role_that_does_not_exist_is_left_out(monkeypatch, capsys):
    monkeypatch.setenv("SITE_ROLE", "nobody_at_all")

    call_command("grant_roles")

    assert "There is no role nobody_at_all: nothing granted." in capsys.readouterr().out
