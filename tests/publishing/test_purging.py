"""A cache in front is told what changed: once it is there, until it says yes, and never otherwise."""

import datetime as dt
import http.client
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone

from publishing import purging, tasks
from publishing.models import Purge
from tests.publishing.builders import published, show, site, withdrawn


class Cache:
    """A server that notes what it is asked, and answers `status`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.headers: dict[str, str] = {}
        self.status = 200
        cache = self

        class Answering(BaseHTTPRequestHandler):
            def do_PURGE(self) -> None:
                cache.asked.append(self.path)
                cache.headers = dict(self.headers)
                self.send_response(cache.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def cache(settings) -> Iterator[Cache]:
    one = Cache()
    threading.Thread(target=one.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    settings.PURGE_URL = one.url
    yield one
    one.server.shutdown()
    one.server.server_close()


def make_due() -> None:
    Purge.objects.update(next_attempt_at=timezone.now() - dt.timedelta(seconds=1))


def test_pages_that_changed_are_named_and_no_others(cache):
    show(site(), published(path="/été/"), published(key="b"))
    tasks.purge()
    cache.asked.clear()

    show(published(version=2, path="/été/", body="Another text."))
    tasks.purge()

    feeds = [f"/feeds/articles.{suffix}" for suffix in ("atom", "json", "rss")]
    assert sorted(cache.asked) == sorted(["/%C3%A9t%C3%A9/", "/api/v1/articles/a/", *feeds])
    assert cache.headers["Host"] == "testserver"
    assert not Purge.objects.exists()


def test_page_that_goes_is_named(cache):
    show(site(), published())
    tasks.purge()
    cache.asked.clear()

    show(withdrawn())
    tasks.purge()

    assert {"/a/", "/", "/archive/2025/", "/sitemap/2025.xml"} <= set(cache.asked)


def test_cache_that_wants_a_key_gets_it(cache, settings):
    settings.PURGE_HEADER = "Fastly-Key: secret"
    purging.owe(["/"])

    tasks.purge()

    assert cache.headers["Fastly-Key"] == "secret"


@pytest.mark.parametrize("status", [500, 405])
def test_cache_that_refuses_is_asked_again_later(cache, caplog, status):
    cache.status = status
    purging.owe(["/", "/a/"])

    tasks.purge()
    tasks.purge()

    assert cache.asked == ["/"]
    assert f"told of 0 of 2 changes: it answered {status}" in caplog.text
    waits = [(row.next_attempt_at - timezone.now()).total_seconds() for row in Purge.objects.all()]
    assert [3 < wait <= 5 for wait in waits] == [True, True]

    cache.status = 200
    make_due()
    tasks.purge()
    assert (cache.asked, Purge.objects.count()) == (["/", "/", "/a/"], 0)


def test_cache_that_is_down_costs_no_page_and_waits_longer_each_time(cache, settings):
    settings.PURGE_URL = "http://127.0.0.1:1"

    show(published())
    Purge.objects.exclude(path="/a/").delete()
    waits = []
    for _ in range(3):
        tasks.purge()
        waits.append(round((Purge.objects.get().next_attempt_at - timezone.now()).total_seconds()))
        make_due()

    assert waits == [5, 10, 20]


def test_without_a_cache_nothing_is_owed():
    show(site(), published())

    assert not Purge.objects.exists()
    assert purging.purge_some() == 0


def test_what_is_owed_is_bounded(cache, monkeypatch):
    monkeypatch.setattr(purging, "MOST", 3)
    purging.owe([f"/{number}/" for number in range(9)])

    tasks.purge()

    assert len(cache.asked) == 3


VCL = """
vcl 4.1;
backend site {{ .host = "127.0.0.1"; .port = "{port}"; }}
sub vcl_recv {{ if (req.method == "PURGE") {{ return (purge); }} }}
sub vcl_backend_response {{ set beresp.ttl = 1h; set beresp.grace = 0s; }}
"""


@pytest.mark.skipif(shutil.which("varnishd") is None, reason="there is no Varnish on this machine")
def test_varnish_forgets_the_page_that_changed_and_keeps_the_others(settings, tmp_path):
    answers = {"/a/": "old", "/b/": "old"}
    site_server = HTTPServer(("127.0.0.1", 0), _answering(answers))
    threading.Thread(target=site_server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    (tmp_path / "site.vcl").write_text(VCL.format(port=site_server.server_port))
    address = ("127.0.0.1", _free_port())
    command = ["varnishd", "-j", "none", "-F", "-n", tmp_path / "v", "-f", tmp_path / "site.vcl"]
    command += ["-a", f"{address[0]}:{address[1]}", "-s", "malloc,8m"]
    varnish = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(address)
        settings.PURGE_URL = f"http://127.0.0.1:{address[1]}"
        assert [seen(address, path) for path in answers] == ["old", "old"]
        answers |= {"/a/": "new", "/b/": "new"}
        assert seen(address, "/a/") == "old"

        purging.owe(["/a/"])
        tasks.purge()

        assert [seen(address, path) for path in answers] == ["new", "old"]
        assert not Purge.objects.exists()
    finally:
        varnish.terminate()
        varnish.wait(10)
        site_server.shutdown()
        site_server.server_close()


def _answering(answers: dict[str, str]) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = answers[self.path].encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Answering


def seen(address: tuple[str, int], path: str) -> str:
    """What a reader of the site gets through the cache."""
    connection = http.client.HTTPConnection(*address, timeout=5)
    connection.request("GET", path, headers={"Host": "testserver"})
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(address: tuple[str, int]) -> None:
    """Return as soon as somebody listens there."""
    for _ in range(200):
        try:
            socket.create_connection(address, timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("Varnish did not start")
