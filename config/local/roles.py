"""Databases with the roles of `roles/*.sql`, which operators run with psql and we run with psycopg."""

from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql

from config.local.postgres import Postgres

Kind = Literal["write", "read"]
FOLDER = Path(__file__).parent / "roles"
ROLES: dict[Kind, tuple[str, ...]] = {
    "write": ("imprint_authoring", "imprint_desk"),
    "read": ("imprint_publishing", "imprint_projector", "imprint_site"),
}


def create_database(
    cluster: Postgres, kind: Kind, name: str = "", passwords: dict[str, str] | None = None
) -> bool:
    """Make or renew the database of one side, `imprint_{kind}` if it has no other name; True if it is new."""
    name = name or f"imprint_{kind}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not known:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    with psycopg.connect(cluster.url(database=name)) as connection:
        connection.execute((FOLDER / f"{kind}.sql").read_bytes())
        for role in ROLES[kind]:
            if password := (passwords or {}).get(role):
                _set_password(connection, role, password)
                cluster.passwords[role] = password
    return not known


def _set_password(connection: psycopg.Connection, role: str, password: str) -> None:
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
    connection.execute(statement.format(sql.Identifier(role), sql.Literal(password)))
