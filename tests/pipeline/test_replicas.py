"""Readers and two real standbys that lag, stop and return: nobody sees an error, and nothing flips back."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest
from django.db import connections

from authoring.models import Tag
from authoring.services import overview
from cms.databases import READ, WRITE
from config.local import Standby, start_together
from publishing import reading, tasks
from tests.pipeline import machines
from tests.pipeline.builders import live, newest, path, publish, pump, withdraw
from tests.pipeline.machines import get, until
from tests.publishing.requests import Site
from tests.servers import running

pytestmark = pytest.mark.django_db(transaction=True, databases=[WRITE, READ])


@pytest.fixture(scope="module")
def standbys(django_db_setup) -> Iterator[list[Standby]]:
    made = [Standby(running().folder / f"standby{n}", running().read) for n in (1, 2)]
    start_together(*made)
    yield made
    for standby in made:
        standby.stop("immediate")


@pytest.fixture(scope="module")
def site(standbys) -> Iterator[str]:
    """The address of a public site over both; a replica may lag by half a second."""
    with machines.web("publishing", READ_REPLICA_URLS=urls(standbys), REPLICA_MAX_LAG="0.5") as address:
        yield address


@pytest.fixture(autouse=True)
def _all_well(site, standbys):
    """Each test begins, and ends, with everything up and nothing behind."""
    until(lambda: states(site) == ["serving", "serving"], "both replicas serve")
    yield
    if not running().read.running:
        running().read.start()
    for standby in standbys:
        if not standby.running:
            standby.start()
        ask(standby, "SELECT pg_wal_replay_resume()")
    machines.reconnect()


@pytest.fixture
def replicas(standbys, settings) -> Iterator[list[str]]:
    """The aliases of both in this process, where there is no broker: what is sent is done at once."""
    settings.REPLICAS, settings.INLINE = ["replica1", "replica2"], True
    settings.READ_REPLICA_URLS = urls(standbys).split(",")
    for alias, standby in zip(settings.REPLICAS, standbys, strict=True):
        connections[alias] = connections[READ].copy(alias)
        connections[alias].settings_dict["PORT"] = standby.port
    yield settings.REPLICAS
    for alias in ("replica1", "replica2"):
        connections[alias].close()
        connections[alias].close_pool()
        del connections[alias]


class Turns:
    """Servers that are asked in an order which the test sets, each believed to be up."""

    first = READ
    primary_is_down = False

    def order(self):
        return tuple(dict.fromkeys((self.first, READ)))

    def lost(self, alias):
        pass

    def is_down(self, alias):
        return alias == READ and self.primary_is_down

    def behind(self, alias):
        return 0.0

    def states(self):
        return {"replica1": "serving", "replica2": "serving"}


@pytest.fixture
def turns(replicas) -> Iterator[Turns]:
    turns = Turns()
    reading.follow(turns)
    yield turns
    reading.follow(reading.PrimaryAlone())


def urls(standbys: list[Standby]) -> str:
    name = connections[READ].settings_dict["NAME"]
    return ",".join(standby.url(database=name) for standby in standbys)


def ask(server, statement: str, *parameters: object) -> object:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        return connection.execute(statement, parameters).fetchone()[0]


def position() -> object:
    return ask(running().read, "SELECT pg_current_wal_lsn()::text")


def caught_up(*standbys: Standby) -> None:
    upto = position()
    for standby in standbys:
        until(lambda one=standby: ask(one, "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", upto), "replayed")


@contextmanager
def paused(standby: Standby) -> Iterator[None]:
    ask(standby, "SELECT pg_wal_replay_pause()::text")
    until(lambda: ask(standby, "SELECT pg_get_wal_replay_pause_state()") == "paused", "paused")
    yield
    ask(standby, "SELECT pg_wal_replay_resume()::text")


def states(site: str) -> list[str]:
    status, body = get(f"{site}/health/")
    return list(json.loads(body)["replicas"].values()) if status == 200 else []


class Reader(threading.Thread):
    """Asks for one address after the other until it is told to stop, and notes what it got."""

    def __init__(self, site: str, *paths: str) -> None:
        super().__init__()
        self.addresses, self.got, self.enough = [site + one for one in paths], [], False

    def run(self) -> None:
        while not self.enough:
            self.got += [get(address) for address in self.addresses]
            time.sleep(0.01)

    def __enter__(self) -> "Reader":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.enough = True
        self.join()

    @property
    def statuses(self) -> set[int]:
        return {status for status, _ in self.got}


KINDS = (
    "/", "/archive/", "/tags/", "/authors/", "/page/2/", "/search/?q=text", "/sitemap.xml", "/feeds/articles.atom",
    "/api/v1/articles/", "/api/v1/search/?q=text", "/api/v1/tags/", "/api/v1/authors/", "/api/v1/site/",
    "/health/",
)  # fmt: skip


def test_primary_down_every_kind_of_page_is_answered_by_replicas(site, standbys):
    articles = [live() for _ in range(21)]
    pump()
    caught_up(*standbys)

    running().read.stop("immediate")

    for address in (*KINDS, *map(path, articles), f"/api/v1/articles/{articles[0].pk}/"):
        assert (get(site + address)[0], address) == (200, address)
    assert get(f"{site}/nothing/")[0] == 404


def test_replica_that_stops_leaves_within_two_seconds_and_returns_by_itself(site, standbys):
    article = live()
    pump()
    caught_up(*standbys)
    with Reader(site, path(article), "/search/?q=text", "/api/v1/articles/", "/health/") as reader:
        standbys[0].stop("immediate")
        until(lambda: states(site) == ["down", "serving"], "it leaves", seconds=2)
        standbys[0].start()
        until(lambda: states(site) == ["serving", "serving"], "it returns", seconds=10)

    assert reader.statuses == {200}


def test_replica_that_lags_shows_nothing_that_was_replaced_and_leaves_beyond_the_ceiling(site, standbys):
    article = live(title="Old title")
    pump()
    caught_up(*standbys)
    with paused(standbys[1]), Reader(site, path(article), f"/api/v1/articles/{article.pk}/") as reader:
        publish(article, title="New title")
        pump()
        until(lambda: states(site) == ["serving", "behind"], "it leaves", seconds=3)
        until(lambda: b"New title" in reader.got[-1][1] + reader.got[-2][1], "the change is there", seconds=3)
        time.sleep(1.5)
    until(lambda: states(site) == ["serving", "serving"], "it returns", seconds=10)

    for kind in (reader.got[0::2], reader.got[1::2]):
        shown = [b"New title" in body for _, body in kind]
        assert shown == sorted(shown), "it flipped back"
        assert shown[-1]
    assert reader.statuses == {200}


def test_what_was_withdrawn_does_not_come_back_from_a_replica_that_lags(site, standbys):
    tag = Tag.objects.create(slug="lonely", name="Lonely")
    article = live(tags=(tag.pk,))
    pump()
    caught_up(*standbys)
    with paused(standbys[1]), Reader(site, path(article), "/tags/lonely/") as reader:
        until(lambda: len(reader.got) > 2, "both pages were read")
        withdraw(article)
        pump()
        until(lambda: {status for status, _ in reader.got[-2:]} == {410, 404}, "both are gone", seconds=5)
        time.sleep(1.5)

    for kind, gone in ((reader.got[0::2], 410), (reader.got[1::2], 404)):
        statuses = [status for status, _ in kind]
        assert statuses == sorted(statuses), "it came back"
        assert set(statuses) == {200, gone}


def test_page_that_is_new_does_not_vanish_on_a_replica_that_lags(site, standbys):
    with paused(standbys[1]):
        article = live()
        pump()
        caught_up(standbys[0])
        until(lambda: get(site + path(article))[0] == 200, "the page is there", seconds=3)
        with Reader(site, path(article)) as reader:
            time.sleep(2.5)

    assert reader.statuses == {200}


def test_one_stopped_the_other_paused_and_the_primary_down_readers_get_what_there_is(site, standbys):
    article, other = live(title="First"), live()
    pump()
    caught_up(*standbys)
    with paused(standbys[1]), Reader(site, path(article), "/search/?q=text", "/api/v1/articles/") as reader:
        publish(article, title="Second")
        pump()
        until(lambda: b"Second" in get(site + path(article))[1], "the change is there", seconds=3)
        standbys[0].stop("immediate")
        time.sleep(1)
        running().read.stop("immediate")
        time.sleep(1)
        assert get(site + path(other))[0] == 200
        assert b"Second" in get(site + path(article))[1]
    with suppress(psycopg.Error):
        ask(standbys[1], "SELECT 1")

    assert reader.statuses == {200}


@pytest.mark.parametrize("primary_is_down", [False, True])
def test_memory_asked_of_replicas_that_lag_differently_never_goes_back(turns, standbys, primary_is_down):
    tag = Tag.objects.create(slug="lonely", name="Lonely")
    changed, gone = live(tags=(tag.pk,)), live()
    pump()
    caught_up(*standbys)
    reader, seen = Site(), {}

    def look(first, *addresses):
        reader.clock.now += 1.1
        turns.first = first
        for address in addresses:
            reply = reader.get(address)
            seen.setdefault(address, []).append((reply.status, "Changed words" in reply.text))

    known = path(changed), path(gone), "/tags/lonely/"
    look("replica2", *known)
    with paused(standbys[1]):
        new = live()
        publish(changed, body="Changed words", tags=())
        withdraw(gone)
        pump()
        caught_up(standbys[0])
        look("replica1", *known, path(new))
        turns.primary_is_down = primary_is_down
        for first in ("replica2", "replica1", "replica2", "replica2"):
            look(first, *known, path(new))

    assert seen == {
        path(changed): [(200, False)] + [(200, True)] * 5,
        path(gone): [(200, False)] + [(410, False)] * 5,
        "/tags/lonely/": [(200, False)] + [(404, False)] * 5,
        path(new): [(200, False)] * 5,
    }


def test_version_is_found_on_a_replica_or_else_on_the_primary(turns, standbys):
    turns.first, reader = "replica2", Site()
    article = live()
    pump()
    caught_up(*standbys)
    with paused(standbys[1]):
        publish(article, title="Second")
        pump()
        addresses = path(article), f"/api/v1/articles/{article.pk}/"

        assert [reader.get(f"{address}?min_version=1").status for address in addresses] == [200, 200]
        assert ["Second" in reader.get(f"{address}?min_version=2").text for address in addresses] == [
            True,
            True,
        ]
        assert [reader.get(f"{address}?min_version=3").status for address in addresses] == [503, 503]
        turns.primary_is_down = True
        assert [reader.get(f"{address}?min_version=2").status for address in addresses] == [503, 503]


def test_authoring_is_told_when_every_replica_shows_a_version(replicas, standbys):
    with paused(standbys[1]):
        article = live()
        caught_up(standbys[0])
        tasks.report_replicas()
        waiting = overview.overview().get(pk=article.pk)
        assert newest(article).applied_at
        assert (waiting.is_spreading, waiting.everywhere_after) == (True, None)
    caught_up(*standbys)
    tasks.report_replicas()

    told, message = overview.overview().get(pk=article.pk), newest(article)
    assert message.replicated_at >= message.applied_at
    assert (told.is_spreading, told.everywhere_after) == (False, message.replicated_at - message.created_at)


def test_no_version_is_on_every_replica_while_one_does_not_answer(replicas, standbys):
    standbys[1].stop("immediate")
    article = live()
    caught_up(standbys[0])
    tasks.report_replicas()
    assert newest(article).replicated_at is None

    standbys[1].start()
    caught_up(*standbys)
    tasks.report_replicas()
    assert newest(article).replicated_at
