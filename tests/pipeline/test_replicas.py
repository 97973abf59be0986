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
from cms.databases import READ, WRITE
from config.local import Standby, start_together
from tests.pipeline import machines
from tests.pipeline.builders import live, path, publish, pump, withdraw
from tests.pipeline.machines import get, until
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
