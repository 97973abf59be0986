"""What a new version does once, before it serves."""

import os

import django
from django.core.management import call_command, get_commands
from django.db import connections


def release(verbosity: int = 1) -> None:
    """Migrate the databases that this process has credentials for, grant the roles, collect static files.

    Where templates or rendering changed, every page is rendered anew.
    """
    from django.conf import settings

    for alias, database in settings.DATABASES.items():
        if alias not in settings.REPLICAS and "dummy" not in str(database["ENGINE"]):
            _create_schema(alias, str(database.get("SCHEMA", "public")))
            call_command("migrate", database=alias, interactive=False, verbosity=verbosity)
    for command in ("make_audit_months", "grant_desk", "grant_roles"):
        if command in get_commands():
            call_command(command, verbosity=verbosity)
    call_command("collectstatic", interactive=False, verbosity=verbosity)
    if "render_pages" in get_commands():
        call_command("render_pages", if_changed=True, verbosity=verbosity)


def _create_schema(alias: str, schema: str) -> None:
    """In `single` each side keeps its tables, and its record of migrations, in a schema of its own."""
    if schema != "public":
        with connections[alias].cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {connections[alias].ops.quote_name(schema)}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    release()
