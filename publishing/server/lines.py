"""Look-ups of pages by path, over connections kept for nothing else: fast, and no wait without an end.

Below Django's connections, because those wait for ever for a server that is frozen, and because a look-up takes twice
as long there.
"""

import select
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import django.db
from django.db import connections
from psycopg import Error, OperationalError, pq
from psycopg.conninfo import make_conninfo
from psycopg.errors import error_from_result

NAME = b"page"
LOOK_UP = b"""
SELECT changed_at, status, content_type, location, etag, surrogate_keys, kind,
    CASE WHEN changed_at > $2 THEN body END
FROM publishing_page WHERE path = $1
"""
TEXT_OID, MOMENT_OID = 25, 1184
GOOD = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)
FORMATS = (pq.Format.TEXT, pq.Format.BINARY)

NOT_LIBPQS = {"context", "cursor_factory", "prepare_threshold", "client_encoding"}


class Row(NamedTuple):
    """What the database has at a path. `changed_at` in microseconds since 2000.

    Without `body` it is not newer than what the asker knows, and only `changed_at` says anything.
    """

    changed_at: int
    status: int = 0
    content_type: str = ""
    location: str = ""
    etag: str = ""
    surrogate_keys: str = ""
    kind: str = ""
    body: bytes | None = None


class Line:
    """One connection with the look-up prepared. Raises psycopg's errors, and is of no use afterwards."""

    def __init__(self, connection: pq.abc.PGconn, deadline: float) -> None:
        self._connection = connection
        self._poll = select.poll()
        self._poll.register(connection.socket, select.POLLIN)
        connection.send_prepare(NAME, LOOK_UP, [TEXT_OID, MOMENT_OID])
        self._result(deadline)

    @classmethod
    def connect(cls, conninfo: str, deadline: float) -> "Line":
        connection = pq.PGconn.connect_start(conninfo.encode())
        while (status := connection.connect_poll()) != pq.PollingStatus.OK:
            if status == pq.PollingStatus.FAILED:
                raise OperationalError(connection.get_error_message())
            waiting = select.poll()
            reading = status == pq.PollingStatus.READING
            waiting.register(connection.socket, select.POLLIN if reading else select.POLLOUT)
            _wait(waiting, deadline)
        return cls(connection, deadline)

    def ask(self, path: str, newer_than: int, deadline: float) -> Row | None:
        """The row at `path`, with its body only if it changed after `newer_than`."""
        parameters = [path.encode("latin-1"), newer_than.to_bytes(8, signed=True)]
        self._connection.send_query_prepared(NAME, parameters, FORMATS, result_format=pq.Format.BINARY)
        return _row(self._result(deadline))

    def close(self) -> None:
        self._connection.finish()

    def _result(self, deadline: float) -> pq.abc.PGresult:
        connection, found = self._connection, None
        while True:
            while connection.is_busy():
                _wait(self._poll, deadline)
                connection.consume_input()
            result = connection.get_result()
            if result is None:
                break
            found = result
        if found is None:
            raise OperationalError("no answer")
        if found.status not in GOOD:
            raise error_from_result(found)
        return found


def _row(result: pq.abc.PGresult) -> Row | None:
    if not result.ntuples:
        return None
    # Only `body` may be NULL.
    columns: Any = [result.get_value(0, number) for number in range(8)]
    changed_at, status, content_type, location, etag, keys, kind, body = columns
    if body is None:
        return Row(int.from_bytes(changed_at, signed=True))
    return Row(
        int.from_bytes(changed_at, signed=True),
        int.from_bytes(status),
        content_type.decode(),
        location.decode(),
        etag.decode(),
        keys.decode(),
        kind.decode(),
        body,
    )


def _wait(poll: select.poll, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000 + 1):
        raise OperationalError("the database does not answer in time")


class Lines:
    """The connections of one process, by database; each is used by one thread at a time."""

    def __init__(self, connect: Callable[[str, float], Line] = Line.connect) -> None:
        self._connect = connect
        self._idle: dict[str, list[Line]] = {}

    def ask(self, alias: str, path: str, newer_than: int, patience: float) -> Row | None:
        """Ask one database. Raises Django's `OperationalError` if there is no answer within `patience` seconds."""
        try:
            return self._ask(alias, path, newer_than, time.monotonic() + patience)
        except Error as error:
            raise django.db.OperationalError(str(error)) from error

    def _ask(self, alias: str, path: str, newer_than: int, deadline: float) -> Row | None:
        idle = self._idle.setdefault(alias, [])
        try:
            line = idle.pop()
        except IndexError:
            return self._ask_anew(alias, path, newer_than, deadline)
        try:
            row = line.ask(path, newer_than, deadline)
        except Error:
            line.close()
            self._hang_up(idle)
            # The server may be back since; one that does not answer at all has used up the time.
            return self._ask_anew(alias, path, newer_than, deadline)
        idle.append(line)
        return row

    def _ask_anew(self, alias: str, path: str, newer_than: int, deadline: float) -> Row | None:
        line = self._connect(conninfo(connections[alias].get_connection_params()), deadline)
        row = line.ask(path, newer_than, deadline)
        self._idle[alias].append(line)
        return row

    def _hang_up(self, idle: list[Line]) -> None:
        """What broke one connection broke the others."""
        while idle:
            try:
                idle.pop().close()
            except IndexError:
                return


def conninfo(parameters: Mapping[str, Any]) -> str:
    """Django's parameters of a connection as libpq takes them."""
    return make_conninfo(**{name: value for name, value in parameters.items() if name not in NOT_LIBPQS})
