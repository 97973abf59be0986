"""What a new version does once, before it serves."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import django
from django.core.management import call_command, get_commands
from django.db import InterfaceError, OperationalError, connections
from psycopg.errors import LockNotAvailable

from cms.databases import READ, WRITE

LOCK_TIMEOUT = 5.0
"""Seconds that a step waits for a lock: whoever comes behind it waits as long, every writer among them."""

ATTEMPTS, REST = 6, 20.0
"""How often a step is tried, and seconds in between, in which others work."""

HELD = (
    "The release waited {attempts} times for a lock on the {alias} database and did not get it: a long transaction"
    " holds it. What is done stays done, and the old release goes on working. Find and end that transaction"
    " (docs/operations.md, Monitoring: transactions that hold the feed and vacuum back), and run the release again."
)


def release(verbosity: int = 1) -> None:
    """Migrate the databases that this process has credentials for, grant the roles, collect static files.

    Where templates or rendering changed, every page is rendered anew. Ends with a sentence if a lock cannot be had.
    """
    from django.conf import settings

    for alias, database in settings.DATABASES.items():
        if alias not in settings.REPLICAS and "dummy" not in str(database["ENGINE"]):
            _create_schema(alias, str(database.get("SCHEMA", "public")))
            migrate = partial(call_command, "migrate", database=alias, interactive=False, verbosity=verbosity)
            between_others(alias, migrate)
    for command, alias in (("make_audit_months", WRITE), ("grant_desk", WRITE), ("grant_roles", READ)):
        if command in get_commands():
            between_others(alias, partial(call_command, command, verbosity=verbosity))
    call_command("collectstatic", interactive=False, verbosity=verbosity)
    if "render_pages" in get_commands():
        call_command("render_pages", if_changed=True, verbosity=verbosity)


def between_others(alias: str, step: Callable[[], object]) -> None:
    """Do a step that can be repeated without holding up those who write. Ends this process if it never gets a lock."""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(REST)
        try:
            with _bounded_locks(alias):
                step()
            return
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
    raise SystemExit(HELD.format(attempts=ATTEMPTS, alias=alias))


@contextmanager
def _bounded_locks(alias: str) -> Iterator[None]:
    """Statements on this connection give up when they wait for a lock."""
    _wait_for_locks(alias, LOCK_TIMEOUT)
    try:
        with connections[alias].execute_wrapper(_in_peace):
            yield
    finally:
        # A connection that broke tells of its end by itself.
        with suppress(OperationalError, InterfaceError):
            _wait_for_locks(alias, 0)


def _in_peace(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    """What is done CONCURRENTLY holds nobody up, waits for everybody who is at work, and is not to be broken off."""
    if "CONCURRENTLY" not in str(sql):
        return execute(sql, params, many, context)
    alias = context["connection"].alias
    _wait_for_locks(alias, 0)
    try:
        return execute(sql, params, many, context)
    finally:
        _wait_for_locks(alias, LOCK_TIMEOUT)


def _wait_for_locks(alias: str, seconds: float) -> None:
    """For so long, on the connection of this alias; 0 is for ever."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{round(seconds * 1000)}ms"])


def _create_schema(alias: str, schema: str) -> None:
    """In `single` each side keeps its tables, and its record of migrations, in a schema of its own."""
    if schema != "public":
        with connections[alias].cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {connections[alias].ops.quote_name(schema)}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    release()
