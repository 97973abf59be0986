"""Being asked to stop: an exception, once, and never between the start of a child and our knowing of it."""

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType

from config.local.machine import LIBC, PR_SET_PDEATHSIG

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """A signal asked us to end."""


class _State:
    wanted = False
    announced = False
    undisturbed = 0


def listen() -> None:
    """From now on signals raise Stopped in the main thread. The death of `make` counts as one."""
    for number in SIGNALS:
        # nohup ignores SIGHUP and means it; a script's `&` ignores SIGINT and knows no better.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _want)
    if LIBC and "MAKELEVEL" in os.environ:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _want(number: int, frame: FrameType | None) -> None:
    _State.wanted = True
    _announce()


def _announce() -> None:
    if _State.wanted and not _State.announced and not _State.undisturbed:
        _State.announced = True
        raise Stopped


def no_more() -> None:
    """We are ending: a second Ctrl-C must not keep the servers from being stopped."""
    _State.announced = True


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold Stopped back. A child that starts meanwhile would be nobody's."""
    _State.undisturbed += 1
    try:
        yield
    finally:
        _State.undisturbed -= 1
    _announce()
