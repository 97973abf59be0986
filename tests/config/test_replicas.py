"""In which order databases are asked for readers, by what was last seen of them."""

import math
import os
import subprocess
import sys
import time

import pytest

from cms.databases import READ
from config.local.machine import NotReady
from config.local.place import ROOT, Place
from config.replicas import REST, Course, Watch


def watch(*lags: float | None, primary_is_up: bool = True) -> Watch:
    """A watch that has just seen replicas lag so many seconds, or found them down (None)."""
    found = Watch("", {f"r{n}": "" for n, _ in enumerate(lags, start=1)}, ceiling=5)
    found._process = os.getpid()
    for server, lag in zip(found.replicas, lags, strict=True):
        if lag is None:
            server.missed("refused")
        else:
            server.seen(1, lag, now=1000.0)
    if not primary_is_up:
        found.primary.missed("refused")
    found.arrange()
    return found


def orders(watch: Watch) -> list[str]:
    return sorted({" ".join(watch.order()) for _ in range(10)})


@pytest.mark.parametrize(
    ("lags", "asked"),
    [
        ((), ["read"]),
        ((0, 0), ["r1 r2 read", "r2 r1 read"]),
        ((0, 0.05, 0), ["r1 r3 r2 read", "r2 r1 r3 read", "r3 r2 r1 read"]),
        ((2, 0), ["r2 r1 read"]),
        ((4, 3, 2), ["r3 r2 r1 read"]),
        ((0, 6), ["r1 read r2"]),
        ((8, 6), ["read r2 r1"]),
        ((0, None), ["r1 read"]),
        ((None, None), ["read"]),
    ],
)
def test_least_lag_takes_turns_then_the_others_then_the_primary_then_who_lags_too_much(lags, asked):
    assert orders(watch(*lags)) == asked


def test_replica_that_was_not_looked_at_yet_is_not_logged_as_down(caplog):
    found = Watch("", {"r1": "", "r2": ""}, ceiling=5)

    found.replicas[0].missed("refused")
    found.arrange()

    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "r1 is down: refused"
    ]


@pytest.mark.parametrize(
    ("lags", "asked"), [((0, 6), ["r1 r2 read"]), ((8, 6), ["r2 r1 read"]), ((None,), ["read"])]
)
def test_what_is_old_is_better_than_a_primary_that_is_down(lags, asked):
    assert orders(watch(*lags, primary_is_up=False)) == asked


def test_states_say_who_serves():
    assert watch(0, 6, None).states() == {"r1": "serving", "r2": "behind", "r3": "down"}


def test_before_the_first_look_the_primary_is_asked():
    found = Watch("", {"r1": ""}, ceiling=5)
    found._process = os.getpid()

    assert orders(found) == ["read"]


def test_who_left_a_reader_without_an_answer_rests_even_if_it_looks_well():
    found = watch(0, 0)
    found.lost("r1")
    assert orders(found) == ["r2 read"]

    now = time.monotonic()
    for later, asked in ((0, ["r2 read"]), (REST + 1, ["r1 r2 read", "r2 r1 read"])):
        found.replicas[0].seen(1, 0, now=now + later)
        found.arrange()
        assert orders(found) == asked


def test_who_lagged_a_moment_ago_is_asked_later():
    found = watch(0, 2)
    found.replicas[1].seen(2, 0, now=1000.25)
    found.arrange()
    assert orders(found) == ["r1 r2 read"]

    for _ in range(200):
        found.replicas[1].seen(2, 0, now=1001.0)
    found.arrange()
    assert orders(found) == ["r1 r2 read", "r2 r1 read"]


def test_after_a_quiet_hour_the_first_change_makes_no_hour_of_lag():
    found = watch(0)
    found.replicas[0].seen(1, 3600, now=1000.5)

    assert found.replicas[0].lag == 0.5


def test_replica_is_behind_by_the_time_since_the_primary_had_no_more_than_it_has(monkeypatch):
    found = watch(0, 0)
    [ahead, late] = found.replicas
    for at, position in ((10.0, 100), (10.25, 150), (10.5, 150), (10.75, 300)):
        found.seen(found.primary, position, 0, began=at)
    found.seen(ahead, 300, 0, began=10.8)
    found.seen(late, 160, 0.4, began=10.8)
    monkeypatch.setattr("time.monotonic", lambda: 11.0)

    assert [found.behind(alias) for alias in (READ, "r1", "r2")] == [0.0, 0.25, 0.5]
    assert found.course.reached == 150


def test_reader_who_asks_how_far_a_replica_is_while_a_look_is_noted_gets_an_answer():
    course = Course()

    class Position(int):
        """Compared, it lets the watch's thread come between."""

        def __ge__(self, other: int) -> bool:
            course.note(11.0, 400)
            return super().__ge__(other)

    course.note(10.0, 100)
    course.note(10.25, 300)

    assert course.shown(Position(200)) == 10.0


def test_replica_of_which_nothing_is_known_is_behind_for_ever_while_the_primary_is_up():
    found = watch(0, None)

    assert [found.behind(alias) for alias in ("r1", "r2")] == [math.inf, math.inf]
    found.missed(found.primary, "refused")
    assert [found.behind(alias) for alias in ("r1", "r2")] == [0.0, 0.0]


@pytest.mark.parametrize(("switch", "asks"), [("on", "Watch"), ("off", "PrimaryAlone")])
def test_a_variable_switches_replicas_off(switch, asks):
    nowhere = "postgres://nobody@127.0.0.1:1/nowhere"
    code = "import config.wsgi; from publishing import reading; print(type(reading._servers).__name__)"
    variables = {
        "CMS_SIDE": "publishing",
        "CMS_SHAPE": "distributed",
        "SECRET_KEY": "none",
        "STATIC_MANIFEST": "off",
    }
    variables |= {"READ_DATABASE_URL": nowhere, "READ_REPLICA_URLS": f"{nowhere},{nowhere}"}
    environment = {"PATH": os.environ["PATH"], **variables, "READ_FROM_REPLICAS": switch}

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )

    assert done.stdout.strip() == asks, done.stderr


@pytest.mark.parametrize("given", ["many", "-1", "9"])
def test_a_wrong_number_of_replicas_is_one_sentence(monkeypatch, given):
    monkeypatch.setenv("REPLICAS", given)

    with pytest.raises(NotReady, match=rf"^REPLICAS is '{given}': it must be a number from 0 to 8, as in "):
        Place.from_variables()
