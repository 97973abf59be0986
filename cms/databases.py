"""The database aliases, and which one reads of the read side go to."""

from contextvars import ContextVar

WRITE = "default"
READ = "read"

# A replica while a reader is being answered, the primary for all else: who writes must see what was written.
asked: ContextVar[str] = ContextVar("asked", default=READ)
