"""Give the site's role the right to read and the projector's role the right to write rows."""

import os
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections
from psycopg import sql

from cms.databases import READ

SITE = ("SELECT ON ALL TABLES IN SCHEMA {schema}", "SELECT ON TABLES")
PROJECTOR = (
    (
        "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema}",
        "SELECT, INSERT, UPDATE, DELETE ON TABLES",
    ),
    ("USAGE ON ALL SEQUENCES IN SCHEMA {schema}", "USAGE ON SEQUENCES"),
)


class Command(BaseCommand):
    help = (
        "Grant the read database's roles their rights, now and on tables to come; missing roles are left out."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        site = os.environ.get("SITE_ROLE", "imprint_site")
        projector = os.environ.get("PROJECTOR_ROLE", "imprint_projector")
        self._grant(site, [SITE])
        self._grant(projector, list(PROJECTOR))

    def _grant(self, role: str, rights: list[tuple[str, str]]) -> None:
        with connections[READ].cursor() as cursor:
            cursor.execute("SELECT current_schema(), to_regrole(%s) IS NOT NULL", [role])
            schema, exists = cursor.fetchone()
            if not exists:
                self.stdout.write(f"There is no role {role}: nothing granted.")
                return
            names = {"schema": sql.Identifier(schema), "role": sql.Identifier(role)}
            statements = ["GRANT USAGE ON SCHEMA {schema} TO {role}"]
            for now, later in rights:
                statements += [
                    f"GRANT {now} TO {{role}}",
                    f"ALTER DEFAULT PRIVILEGES IN SCHEMA {{schema}} GRANT {later} TO {{role}}",
                ]
            for statement in statements:
                cursor.execute(sql.SQL(statement).format(**names))
