"""A release that meets a long transaction: it waits a moment, lets the others work, and tries again."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError, connections

from cms.databases import WRITE
from config import release
from tests.servers import running

pytestmark = pytest.mark.django_db(transaction=True, databases=[WRITE])

HELD = "authoring_tag"


def connect() -> psycopg.Connection:
    return psycopg.connect(running().write.url(database=connections[WRITE].settings_dict["NAME"]))


@contextmanager
def read_for_long() -> Iterator[psycopg.Connection]:
    """A transaction that has read the table, and does not end."""
    with connect() as reader:
        reader.execute(f"SELECT FROM {HELD}")
        yield reader


@pytest.fixture(autouse=True)
def _brisk(monkeypatch):
    monkeypatch.setattr(release, "LOCK_TIMEOUT", 0.3)
    monkeypatch.setattr(release, "ATTEMPTS", 3)
    monkeypatch.setattr(release, "REST", 0.1)


def run(sql: str) -> None:
    with connections[WRITE].cursor() as cursor:
        cursor.execute(sql)


def change() -> None:
    """As a migration would: nobody may use the table meanwhile."""
    run(f"LOCK TABLE {HELD}; COMMENT ON TABLE {HELD} IS 'changed'")


def lock_timeout() -> str:
    with connections[WRITE].cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return cursor.fetchone()[0]


def test_step_that_gets_no_lock_ends_with_a_sentence_and_holds_writers_up_for_a_moment_only():
    waits = []

    def write() -> None:
        with connect() as writer:
            time.sleep(0.1)
            began = time.monotonic()
            writer.execute(f"SELECT FROM {HELD}")
            waits.append(time.monotonic() - began)

    with read_for_long():
        writer = threading.Thread(target=write)
        writer.start()
        with pytest.raises(SystemExit, match=r"waited 3 times for a lock on the default database"):
            release.between_others(WRITE, change)
        writer.join(5)

    assert waits
    assert max(waits) < 1
    assert lock_timeout() == "0"


def test_step_is_tried_again_when_the_long_transaction_ends(monkeypatch):
    with read_for_long() as reader:
        monkeypatch.setattr(time, "sleep", lambda seconds: reader.rollback())
        release.between_others(WRITE, change)

    assert lock_timeout() == "0"


def test_migrate_waits_for_a_lock_no_longer_than_that(monkeypatch):
    with connect() as other:
        other.execute("LOCK TABLE django_migrations")
        with pytest.raises(SystemExit, match="run the release again"):
            release.between_others(
                WRITE, lambda: call_command("migrate", database=WRITE, interactive=False, verbosity=0)
            )


def test_what_fails_otherwise_is_not_repeated():
    tried = []

    def fail() -> None:
        tried.append(1)
        raise OperationalError("the server is gone")

    with pytest.raises(OperationalError, match="the server is gone"):
        release.between_others(WRITE, fail)

    assert tried == [1]


def test_index_that_is_made_beside_the_writers_is_not_broken_off(monkeypatch):
    monkeypatch.setattr(release, "ATTEMPTS", 1)
    with read_for_long() as reader:
        later = threading.Timer(1, reader.rollback)
        reader.execute(f"LOCK TABLE {HELD} IN SHARE UPDATE EXCLUSIVE MODE")
        later.start()
        try:
            release.between_others(WRITE, lambda: run(f"CREATE INDEX CONCURRENTLY a_try ON {HELD} (name)"))
        finally:
            later.join()
    run("DROP INDEX a_try")
