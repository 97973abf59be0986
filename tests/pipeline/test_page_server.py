"""The page server over a real web server and a real database that is stopped, frozen, or swallows all it is sent."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg
import pytest
from django.db import connections

from cms.databases import READ, WRITE
from tests.pipeline import machines
from tests.pipeline.machines import until
from tests.pipeline.readers import Readers, ask, well
from tests.publishing.builders import published, show, site
from tests.servers import running

pytestmark = pytest.mark.django_db(transaction=True, databases=[WRITE, READ])

BOUND = 1.0
"""Seconds that a request may wait for a dead database, be it itself or behind others."""

SLACK = 0.4
"""Seconds that a busy machine may take by itself."""


@pytest.fixture
def pages():
    show(site(), published(), published(key="b", path="/été/"))


@pytest.fixture
def web(pages) -> Iterator[str]:
    with machines.web("publishing") as address:
        yield address


def test_web_server_passes_on_what_the_page_server_answers(web):
    status, headers, body = ask(web, "/a/", accept_encoding="gzip")
    assert (status, headers["content-encoding"], headers["content-length"]) == (200, "gzip", str(len(body)))
    assert b"Title of a" in gzip.decompress(body)

    assert ask(web, "/a/", "HEAD", accept_encoding="gzip")[1]["content-length"] == str(len(body))
    assert ask(web, "/a/", "HEAD", accept_encoding="gzip")[2] == b""
    plain = ask(web, "/a/")
    assert plain[2] == gzip.decompress(body)
    assert "content-encoding" not in plain[1]
    known = ask(web, "/a/", accept_encoding="gzip", if_none_match=headers["etag"])
    assert (known[0], known[2], known[1]["etag"]) == (304, b"", headers["etag"])
    assert ask(web, "/a/", if_modified_since=headers["last-modified"])[0] == 304
    assert ask(web, "/a/?utm_source=x", accept_encoding="gzip")[2] == body
    assert ask(web, "/%C3%A9t%C3%A9/")[0] == ask(web, "/%c3%a9t%c3%a9/")[0] == 200
    assert ask(web, "/a")[1]["location"] == "/a/"


STRANGE = (
    *("//", "//a/", "/a//", "/./a/", "/a/../a/", "/..", "/%2e%2e/a/", "/a/%2e/", "/a%00/", "/%00", "/%ff/"),
    *("/a%0d%0aSet-Cookie:%20x=y/", "/%ed%a0%80/", "/A/", "/%41/", "/%7f/", "/%25/", "/%", "/a%2f/", "/a;x/"),
    *("/" + "a" * 10_000 + "/", "/" + "%C3%A9" * 3_000 + "/", "/api/v1/articles/%00/", "/search/%ff"),
)


def test_strange_paths_are_errors_of_the_asker_on_a_real_web_server(web):
    statuses = {target: ask(web, target)[0] for target in STRANGE}
    statuses |= {target: ask(web, target)[0] for target in (b"/\xc3\xa9t\xc3\xa9/\xff", b"*", b"/a/\x01")}

    assert {target: status for target, status in statuses.items() if status not in (400, 404, 414)} == {}


@contextmanager
def refused() -> Iterator[None]:
    running().read.stop(mode="immediate")
    try:
        yield
    finally:
        running().read.start()
        machines.reconnect()


def frozen() -> AbstractContextManager[None]:
    return machines.frozen(running().read)


IN_MEMORY = ("/a/", "/%C3%A9t%C3%A9/")
KINDS = (
    *IN_MEMORY, "/search/?q=body", "/api/v1/articles/", "/health/", "/a/?min_version=1", "/nothing/",
)  # fmt: skip
WITHOUT = ("/static/none.css", "/media/none.webp")
"""What has nothing to do with the database."""


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("outage", [refused, frozen])
def test_without_the_database_nobody_waits_longer_than_a_second_and_all_recovers_in_two(
    pages, outage, threads
):
    with machines.web("publishing", threads=threads) as site, Readers(site, KINDS + WITHOUT) as readers:
        until(lambda: all(len(got) > 9 for got in readers.got.values()), "everything is asked for")
        with outage():
            died = time.monotonic()
            until(lambda: not any(well(readers.got[kind][-1]) for kind in KINDS), "all notice")
        returned = answering()
        until(lambda: all(any(map(well, got)) for got in readers.since(returned).values()), "all is back")

    answers = [one for got in readers.got.values() for one in got]
    back = max(next(filter(well, got)).ended for got in readers.since(returned).values())
    waits = [one.ended - one.began for one in answers if one.ended > died]
    # What a request takes on this machine while all is well, and what the machine stood still, come on top.
    usual = max(one.ended - one.began for got in readers.got.values() for one in got[3:] if one.ended < died)
    assert max(waits) < BOUND + SLACK + usual + readers.stalled
    assert back - returned < 2
    assert {one.status for address in IN_MEMORY for one in readers.got[address]} == {200}
    assert {one.status for one in answers} == {200, 404, 503}


def answering() -> float:
    """The moment from which the read database answers."""
    while True:
        try:
            with psycopg.connect(running().read.url(), connect_timeout=1):
                return time.monotonic()
        except psycopg.OperationalError:
            time.sleep(0.01)


def timed(address: str, path: str) -> tuple[int, float]:
    started = time.monotonic()
    status = ask(address, path)[0]
    return status, time.monotonic() - started


def test_black_hole_for_a_database_is_503_within_a_second(pages):
    with socket.create_server(("127.0.0.1", 0)) as hole:
        port = hole.getsockname()[1]
        url = f"postgres://postgres@127.0.0.1:{port}/{connections[READ].settings_dict['NAME']}"
        with machines.web("publishing", READ_DATABASE_URL=url) as address:
            waits: list[tuple[int, float]] = []
            paths = ("/a/", "/search/?q=body", "/api/v1/articles/") * 3
            threads = [threading.Thread(target=lambda p=p: waits.append(timed(address, p))) for p in paths]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    assert {status for status, _ in waits} == {503}
    assert len(waits) == 9
    assert max(seconds for _, seconds in waits) < BOUND + SLACK
