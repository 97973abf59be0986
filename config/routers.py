"""Which side's tables live where, and which of the read side's databases is asked."""

from typing import Any

from cms.databases import READ, WRITE, asked

READ_APPS = {"publishing"}


class SideRouter:
    """Publishing's tables live in the read database, everything else in the write database.

    Reads of publishing's tables follow `asked`: a replica while a reader is answered (publishing/reading.py).
    """

    def db_for_read(self, model: type, **hints: Any) -> str:
        alias = _alias(model._meta.app_label)  # type: ignore[attr-defined]
        return asked.get() if alias == READ else alias

    def db_for_write(self, model: type, **hints: Any) -> str:
        return _alias(model._meta.app_label)  # type: ignore[attr-defined]

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return _alias(one._meta.app_label) == _alias(other._meta.app_label)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return _alias(app_label) == db


def _alias(app_label: str) -> str:
    return READ if app_label in READ_APPS else WRITE
