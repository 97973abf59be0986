"""Postgres's own transaction ids as a column."""

from typing import Any

from django.db import models


class XID8Field(models.Field):
    """`xid8`: a transaction's id, 64 bits wide, so that it never wraps around."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else str(value)


class CurrentXID(models.Func):
    """The id of the transaction that runs this."""

    function = "pg_current_xact_id"
    output_field = XID8Field()
