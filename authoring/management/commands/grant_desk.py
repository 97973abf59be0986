"""Give authoring's processes the right to write, and on the audit log only to add."""

import os
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections, transaction
from psycopg import sql

from cms.databases import WRITE

STATEMENTS = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    "GRANT EXECUTE ON FUNCTION {schema}.authoring_make_audit_months(integer) TO {role}",
)
LOG = "SELECT relid::regclass::text, isleaf FROM pg_partition_tree('authoring_auditentry')"


class Command(BaseCommand):
    help = "Grant the role of authoring's processes its rights on tables; a missing role is left out."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        role = os.environ.get("DESK_ROLE", "imprint_desk")
        with transaction.atomic(using=WRITE), connections[WRITE].cursor() as cursor:
            cursor.execute(
                "SELECT current_schema(), to_regrole(%s) IS NOT NULL, current_user = %s", [role, role]
            )
            schema, exists, owns = cursor.fetchone()
            if not exists or owns:
                self.stdout.write(
                    f"{role} owns the tables." if owns else f"There is no role {role}: nothing granted."
                )
                return
            names = {"schema": sql.Identifier(schema), "role": sql.Identifier(role)}
            for statement in STATEMENTS:
                cursor.execute(sql.SQL(statement).format(**names))
            self._protect(cursor, names["role"])

    def _protect(self, cursor: Any, role: sql.Identifier) -> None:
        """Whoever may write the log itself needs no right on the months that it consists of."""
        cursor.execute(LOG)
        for table, is_month in cursor.fetchall():
            taken = "ALL" if is_month else "UPDATE, DELETE, TRUNCATE"
            statement = f"REVOKE {taken} ON {table} FROM {{role}}"  # names come from the catalogue, quoted
            cursor.execute(sql.SQL(statement).format(role=role))
