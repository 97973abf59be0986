"""Which side a test may see: tests of authoring open only the write database, of publishing only the read one."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connections

import config.celery  # noqa: F401  tasks are sent from tests as from requests
from cms.databases import READ, WRITE

FOLDERS = {
    "authoring": {WRITE},
    "publishing": {READ},
    "pipeline": {WRITE, READ},
    "browser": {WRITE, READ},
}


# A million rounds a password made up half of the time of authoring's tests. Other processes read the number from it.
PBKDF2PasswordHasher.iterations = 1

# Tests that wait for processes: begun first, so that no single one is left at the end.
SLOW = ("pipeline", "browser", "config")


# Tables are emptied after a test that commits, which the audit log refuses (tests/authoring/test_audit_log.py).
LET_EMPTY = """
DO $$ DECLARE part regclass; BEGIN
    FOR part IN SELECT relid FROM pg_partition_tree('authoring_auditentry') LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER authoring_audit_stays', part);
    END LOOP;
END $$
"""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Databases as they are migrated, but for what would keep tests from being emptied."""
    if connections[WRITE].settings_dict["NAME"].startswith("test_"):  # else no test asked for it
        with django_db_blocker.unblock(), connections[WRITE].cursor() as cursor:
            cursor.execute(LET_EMPTY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: folder_of(item) not in SLOW)
    for item in items:
        allowed = FOLDERS.get(folder_of(item))
        if allowed is None:
            continue
        marker = item.get_closest_marker("django_db")
        if marker is None:
            item.add_marker(pytest.mark.django_db(databases=sorted(allowed)))
        elif not set(marker.kwargs.get("databases", [WRITE])) <= allowed:
            raise pytest.UsageError(
                f"{item.nodeid} asks for a database that tests/{folder_of(item)} may not open."
            )


def folder_of(item: pytest.Item) -> str:
    return Path(item.path).relative_to(Path(__file__).parent).parts[0]


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The servers go at the end, and their databases with them: nobody waits for who is still connected."""
    return True
