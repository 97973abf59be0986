"""Which replicas of the read database answer readers: looked at in the background, by each process of the site."""

import asyncio
import logging
import math
import os
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock, Thread

import psycopg

from cms.databases import READ

logger = logging.getLogger(__name__)

INTERVAL = 0.25
"""Seconds between two looks at a server."""

PATIENCE = 1.0
"""Seconds after which a server that says nothing counts as down."""

REST = 1.0
"""Seconds without questions for a server that left a reader without an answer."""

ALIKE = 0.1
"""Replicas whose lag differs by less, in seconds, take turns."""

FADE = 0.98
"""How much of an earlier lag is remembered from one look to the next: half of it after nine seconds."""

REMEMBERED = 240
"""So many looks at the primary are remembered: a minute of them."""

CONNECT: dict[str, str | int | bool] = {
    "autocommit": True,
    "connect_timeout": 2,
    "tcp_user_timeout": 2000,
    "options": "-c statement_timeout=1000",
    "application_name": "imprint watch",
}

# Without lag is who has replayed what the primary had a moment ago; if that is not known, who has replayed
# what it received. The age of the last transaction alone would grow while nobody writes.
LOOK = """
SELECT pg_wal_lsn_diff(position, '0/0')::bigint, CASE
    WHEN coalesce(pg_wal_lsn_diff(position, '0/0') >= %(reached)s, received <= position, true) THEN 0
    ELSE coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 'infinity')
END::float8
FROM (
    SELECT pg_last_wal_receive_lsn() AS received,
        CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS position
) AS server
"""


@dataclass
class Server:
    """A database that may answer readers, and what the last look at it showed. Lags are in seconds."""

    alias: str
    url: str
    is_up: bool | None = None
    """None until the first look."""
    lag: float = math.inf
    worst: float = math.inf
    """The largest lag of late."""
    state: str = ""
    why: str = ""
    """Why it is down, if it is."""
    caught_up_at: float = -math.inf
    rests_until: float = -math.inf
    position: int | None = None
    """How far its log had come at the last look, in bytes."""
    connection: psycopg.AsyncConnection | None = None

    def seen(self, position: int, lag: float, now: float) -> None:
        """A look succeeded."""
        self.position = position
        if lag == 0:
            self.caught_up_at = now
        # It has all that it had when it was last seen without lag: after a pause in writing, this is less.
        self.lag = min(max(lag, 0), now - self.caught_up_at)
        self.worst = max(self.lag, self.worst * FADE) if self.is_up else self.lag
        self.is_up = self.is_up or now >= self.rests_until

    def missed(self, why: object) -> None:
        """A look, or a reader's question, got no answer."""
        self.is_up = False
        self.why = str(why).strip()
        self.position = None


class Course:
    """How far the primary's log had come, and when: tells up to which moment a replica shows everything."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, int]] = deque(maxlen=REMEMBERED)

    def note(self, at: float, position: int) -> None:
        """All that was committed before `at` stands before `position`."""
        self._looks.append((at, position))

    def forget(self) -> None:
        self._looks.clear()

    @property
    def reached(self) -> int | None:
        """What a replica without lag has: a moment ago the primary had no more."""
        return self._looks[-2][1] if len(self._looks) > 1 else None

    def shown(self, position: int | None) -> float:
        """When the primary had no more than `position`, as far as is known."""
        # Of a copy, made in one step: readers ask while the watch notes.
        looks = reversed(tuple(self._looks))
        return next((at for at, had in looks if position is not None and had <= position), -math.inf)


class Watch:
    """Knows in which order to ask the primary and its replicas (`publishing.reading.Servers`)."""

    def __init__(self, primary: str, replicas: Mapping[str, str], *, ceiling: float) -> None:
        self.primary = Server(READ, primary, is_up=True)
        self.replicas = [Server(alias, url) for alias, url in replicas.items()]
        self._servers = {one.alias: one for one in (self.primary, *self.replicas)}
        self.ceiling = ceiling
        self.course = Course()
        self._orders: Sequence[Sequence[str]] = ((READ,),)
        self._turn = 0
        self._process = 0
        self._lock = Lock()

    def order(self) -> Sequence[str]:
        """The aliases to ask, another one first each time. Asks nobody itself."""
        if self._process != os.getpid():
            self._start()
        self._turn += 1
        orders = self._orders
        return orders[self._turn % len(orders)]

    def lost(self, alias: str) -> None:
        """Somebody asked `alias` and got no answer: it rests."""
        server = self._servers[alias]
        server.rests_until = time.monotonic() + REST
        server.missed("a reader's question failed")
        self.arrange()

    def is_down(self, alias: str) -> bool:
        return not self._servers[alias].is_up

    def behind(self, alias: str) -> float:
        """What was committed within the last so many seconds may be missing there, as far as is known."""
        server = self._servers[alias]
        # While the primary is down nothing is committed.
        if server is self.primary or not self.primary.is_up:
            return 0.0
        return time.monotonic() - self.course.shown(server.position)

    def states(self) -> Mapping[str, str]:
        """Each replica: serving, behind or down."""
        return {one.alias: self._state(one) for one in self.replicas}

    def _state(self, server: Server) -> str:
        if not server.is_up:
            return "down"
        return "serving" if server is self.primary or server.lag <= self.ceiling else "behind"

    def arrange(self) -> None:
        """Those with the least lag in turns, the others by their lag, the primary, then who lags too much."""
        for one in self._servers.values():
            self._tell(one)
        up = sorted((one for one in self.replicas if one.is_up), key=lambda one: one.worst)
        serving = [one for one in up if one.state == "serving"]
        first = [one.alias for one in serving if one.worst <= serving[0].worst + ALIKE]
        rest = [one.alias for one in serving if one.alias not in first]
        behind = [one.alias for one in up if one not in serving]
        # What is old is better than nothing: a primary that is down comes last.
        rest += [READ, *behind] if self.primary.is_up else [*behind, READ]
        self._orders = [(*first[n:], *first[:n], *rest) for n in range(len(first))] or [tuple(rest)]

    def _tell(self, server: Server) -> None:
        state = self._state(server)
        if server.state != state and server.is_up is not None:
            level = logging.INFO if state == "serving" else logging.WARNING
            logger.log(level, "%s is %s%s", server.alias, state, f": {server.why}" if state == "down" else "")
        server.state = state

    def _start(self) -> None:
        """In each process of its own: threads do not survive a fork."""
        with self._lock:
            if self._process != os.getpid():
                self._process = os.getpid()
                Thread(target=lambda: asyncio.run(self._watch()), name="replicas", daemon=True).start()

    async def _watch(self) -> None:
        await asyncio.gather(*(self._keep_looking(one) for one in self._servers.values()))

    async def _keep_looking(self, server: Server) -> None:
        look: asyncio.Task[tuple[int, float]] | None = None
        began = 0.0
        while True:
            if look is None:
                began, look = time.monotonic(), asyncio.create_task(self._look(server))
            # Not cancelled when it takes too long: a server that is frozen answers when it thaws.
            await asyncio.wait([look], timeout=PATIENCE)
            try:
                position, lag = look.result()
                self.seen(server, position, lag, began=began)
            except asyncio.InvalidStateError:
                self.missed(server, f"nothing for {PATIENCE} s")
            except Exception as error:
                self.missed(server, error)
            look = None if look.done() else look
            self.arrange()
            await asyncio.sleep(INTERVAL)

    def seen(self, server: Server, position: int, lag: float, *, began: float) -> None:
        """A look that began then succeeded."""
        server.seen(position, lag, now=time.monotonic())
        if server is self.primary:
            self.course.note(began, position)

    def missed(self, server: Server, why: object) -> None:
        """A look failed."""
        server.missed(why)
        if server is self.primary:
            self.course.forget()

    async def _look(self, server: Server) -> tuple[int, float]:
        if server.connection is None or server.connection.closed:
            server.connection = await psycopg.AsyncConnection.connect(server.url, **CONNECT)  # type: ignore[arg-type]
        try:
            found = await server.connection.execute(LOOK, {"reached": self.course.reached})
            row = await found.fetchone()
        except BaseException:
            await server.connection.close()
            raise
        assert row  # noqa: S101  one row, always
        return row[0], row[1]
