"""Where readers' questions go: to replicas in turn, then to the primary. Everything else asks the primary."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from django.db import InterfaceError, OperationalError, connections

from cms.databases import READ, asked
from cms.patience import one_patience

T = TypeVar("T")

TOO_SLOW = "57014"
"""The SQLSTATE of a statement that took too long: it would elsewhere too."""

CONFLICT = "40"
"""The class of SQLSTATE for a statement that stood in the way of replication: the replica is well."""


IS_UP = "imprint.is_up"
"""In a request's environ: a question, whether a database would answer; nobody waits twice for one that does not."""


class Servers(Protocol):
    """The databases that readers may be answered from."""

    def order(self) -> Sequence[str]:
        """Their aliases, in the order in which to ask; the primary is among them."""

    def lost(self, alias: str) -> None:
        """Somebody asked `alias` and got no answer."""

    def is_down(self, alias: str) -> bool:
        """Whether it is known not to answer."""

    def behind(self, alias: str) -> float:
        """What was committed within the last so many seconds may be missing there."""

    def states(self) -> Mapping[str, str]:
        """What can be said of each replica, in a word."""


class PrimaryAlone:
    """No replicas."""

    def order(self) -> Sequence[str]:
        return (READ,)

    def lost(self, alias: str) -> None:
        pass

    def is_down(self, alias: str) -> bool:
        return False

    def behind(self, alias: str) -> float:
        return 0.0

    def states(self) -> Mapping[str, str]:
        return {}


_servers: Servers = PrimaryAlone()


def follow(servers: Servers) -> None:
    """Ask these from now on. The processes that answer readers say so when they start, no others."""
    global _servers
    _servers = servers


def order() -> Sequence[str]:
    """Aliases in the order in which to ask for a reader."""
    return _servers.order()


def behind(alias: str) -> float:
    """What was committed within the last so many seconds may be missing there."""
    return _servers.behind(alias)


def states() -> Mapping[str, str]:
    """What can be said of each replica, in a word."""
    return _servers.states()


def cursor() -> Any:
    """A cursor on the database that is being asked."""
    return connections[asked.get()].cursor()


def ask(question: Callable[[], T]) -> T:
    """The answer of the first database that gives one. Raises the error of the last."""
    *others, last = _servers.order()
    for alias in others:
        try:
            with one_patience():
                return _ask(alias, question)
        except (OperationalError, InterfaceError) as error:
            _note(alias, error)
    return _ask(last, question)


def ask_primary(question: Callable[[], T]) -> T:
    """The primary's answer. Raises an error at once where it is known to be down."""
    return ask_one(READ, question)


def ask_one(alias: str, question: Callable[[], T]) -> T:
    """The answer of one database. Raises an error at once where it is known to be down."""
    if _servers.is_down(alias):
        raise OperationalError(f"{alias} is down")
    try:
        return _ask(alias, question)
    except (OperationalError, InterfaceError) as error:
        _note(alias, error)
        raise


def _ask(alias: str, question: Callable[[], T]) -> T:
    # What `question` reads with `cursor` or the ORM, it reads there.
    token = asked.set(alias)
    try:
        return question()
    finally:
        asked.reset(token)


def _note(alias: str, error: Exception) -> None:
    sqlstate = getattr(error.__cause__, "sqlstate", None) or ""
    if sqlstate == TOO_SLOW:
        raise error
    if not sqlstate.startswith(CONFLICT):
        _servers.lost(alias)
