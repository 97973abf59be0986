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
from pathlib import Path

import pytest
from django.utils import timezone

from publishing import purging, tasks
from publishing.models import Page, Purge
from publishing.purging import Change
from tests.publishing.builders import (
    author,
    by,
    days,
    plain_page,
    published,
    show,
    site,
    tag,
    tagged,
    withdrawn,
)
from tests.publishing.requests import Site


class Cache:
    """A server that notes what it is asked, and answers `status`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.headers: dict[str, str] = {}
        self.keys: list[set[str]] = []
        self.status = 200
        self.answers: Iterator[int] = iter(())
        cache = self

        class Answering(BaseHTTPRequestHandler):
            def do_PURGE(self) -> None:
                cache.asked.append(self.path)
                cache.headers = dict(self.headers)
                named = self.headers.get("Surrogate-Key") or self.headers.get("xkey") or ""
                cache.keys.append({self.command, *named.split()})
                self.send_response(next(cache.answers, cache.status))
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_PURGE

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
    purging.owe([Change("/", "list")])

    tasks.purge()

    assert cache.headers["Fastly-Key"] == "secret"


@pytest.mark.parametrize("status", [500, 405])
def test_cache_that_refuses_is_asked_again_later(cache, caplog, status):
    cache.status = status
    purging.owe([Change("/", "list"), Change("/a/", "article-a")])

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
    purging.owe(Change(f"/{number}/", "") for number in range(9))

    tasks.purge()

    assert len(cache.asked) == 3


@pytest.mark.parametrize(("by", "method"), [("surrogate-key", "POST"), ("xkey", "PURGE")])
def test_cache_that_goes_by_keys_is_told_the_keys_of_what_changed(cache, settings, by, method):
    settings.PURGE_BY, settings.PURGE_URL = by, f"{cache.url}/service/imprint/purge"
    show(site(), published(tags=tagged("type")), published(key="b"))
    tasks.purge()
    assert cache.keys == [{method, "article-a", "article-b", "list"}]
    cache.keys.clear()

    show(published(version=2, tags=tagged("type"), body="Another text."))
    tasks.purge()

    # Neither its neighbour, whose page is the same, nor everything under its tag.
    assert cache.keys == [{method, "article-a", "list"}]
    assert set(cache.asked) == {"/service/imprint/purge"}
    assert (cache.headers["Host"] == "testserver") is (by == "xkey")
    assert not Purge.objects.exists()


def test_page_that_becomes_another_is_named_by_what_it_was(cache, settings):
    settings.PURGE_BY = "xkey"
    show(site(), tag("type"), published(tags=tagged("type")))
    tasks.purge()
    cache.keys.clear()

    show(tag("type", version=2, path="/tags/letters/", former_paths=("/tags/type/",)))
    Purge.objects.exclude(path="/tags/type/").delete()
    tasks.purge()

    assert cache.keys == [{"PURGE", "list", "tag-type"}]


def test_keys_are_named_some_at_a_time_and_those_that_were_refused_again(cache, settings, monkeypatch):
    settings.PURGE_BY = "surrogate-key"
    monkeypatch.setattr(purging, "KEYS", 2)
    purging.owe(Change(f"/{key}/", f"article-{key} list") for key in "abc")
    cache.answers = iter([200, 500])

    tasks.purge()

    assert cache.keys == [{"POST", "article-a", "article-b"}, {"POST", "article-c", "list"}]
    assert Purge.objects.count() == 3
    make_due()
    tasks.purge()
    assert (cache.keys[2:], Purge.objects.count()) == (cache.keys[:2], 0)


def test_cache_without_the_address_for_keys_is_asked_again(cache, settings):
    settings.PURGE_BY, cache.status = "surrogate-key", 404
    purging.owe([Change("/a/", "article-a")])

    tasks.purge()

    assert Purge.objects.count() == 1


CHANGES = (
    published(version=2, title="Another title", tags=tagged("type")),
    withdrawn(),
    published(key="new", tags=tagged("type"), authors=by("ada")),
    published(version=2, path="/moved/", former_paths=("/a/",), tags=tagged("type")),
    published(key="b", version=2, tags=tagged("type")),
    tag("type", version=2, description="All of it."),
    tag("type", version=2, path="/tags/letters/", former_paths=("/tags/type/",)),
    plain_page(),
    site(version=2, name="Another name"),
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: f"{one.kind}-{one.key}-{type(one).__name__}")
def test_cache_that_forgets_by_keys_holds_nothing_old(cache, settings, change):
    settings.PURGE_BY = "xkey"
    show(site(), tag("type"), author(), published(tags=tagged("type"), authors=by("ada")))
    show(*(published(key=f"k{n}", published_at=days(-n)) for n in range(1, 21)), published(key="b"))
    tasks.purge()
    cache.keys.clear()
    paths = [*Page.objects.values_list("path", flat=True)]
    paths += ["/about/", "/new/", "/moved/", "/page/2/", "/page/3/", "/tags/letters/", "/tags/type/page/2/"]
    paths += ["/search/?q=body", "/search/feed.atom?q=body", "/api/v1/articles/"]
    held = {path: reply for path in paths if (reply := Site().get(path)).headers.get("Surrogate-Key")}
    assert set(held) == set(paths)

    show(change)
    tasks.purge()

    named = set().union(*cache.keys)
    kept = {
        path: reply for path, reply in held.items() if not named & set(reply.headers["Surrogate-Key"].split())
    }
    now = {path: Site().get(path) for path in kept}
    assert [
        path for path in kept if (kept[path].status, kept[path].text) != (now[path].status, now[path].text)
    ] == []
    if change.kind == "article":
        assert "/k9/" in kept


PURGE = "return (purge);"
BAN = r"""
    ban("obj.http.Surrogate-Key ~ (^|\s)(" + regsuball(req.http.xkey, "\s+", "|") + ")(\s|$)");
    return (synth(200));
"""
XKEY = "set req.http.gone = xkey.purge(req.http.xkey); return (synth(200));"
VCL = """
vcl 4.1;
%(imports)s
backend site { .host = "127.0.0.1"; .port = "%(port)s"; }
sub vcl_recv { if (req.method == "PURGE") { %(forget)s } }
sub vcl_backend_response {
    set beresp.ttl = 1h;
    set beresp.grace = 0s;
    set beresp.http.xkey = beresp.http.Surrogate-Key;
}
"""
MODULE = [*Path("/usr").glob("lib*/**/varnish/vmods/libvmod_xkey.so")]


@pytest.mark.skipif(shutil.which("varnishd") is None, reason="there is no Varnish on this machine")
@pytest.mark.parametrize(
    ("by", "forget", "imports"),
    [
        ("path", PURGE, ""),
        ("xkey", BAN, ""),
        pytest.param(
            *("xkey", XKEY, "import xkey;"),
            marks=pytest.mark.skipif(not MODULE, reason="Varnish here has no module xkey"),
        ),
    ],
    ids=["path", "ban", "xkey"],
)
def test_varnish_forgets_the_page_that_changed_and_keeps_the_others(settings, tmp_path, by, forget, imports):
    answers = {"/a/": "old", "/b/": "old"}
    site_server = HTTPServer(("127.0.0.1", 0), _answering(answers))
    threading.Thread(target=site_server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    given = {"port": site_server.server_port, "forget": forget, "imports": imports}
    (tmp_path / "site.vcl").write_text(VCL % given)
    address = ("127.0.0.1", _free_port())
    command = ["varnishd", "-j", "none", "-F", "-n", tmp_path / "v", "-f", tmp_path / "site.vcl"]
    command += ["-a", f"{address[0]}:{address[1]}", "-s", "malloc,8m"]
    varnish = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(address)
        settings.PURGE_URL, settings.PURGE_BY = f"http://127.0.0.1:{address[1]}", by
        assert [seen(address, path) for path in answers] == ["old", "old"]
        answers |= {"/a/": "new", "/b/": "new"}
        assert seen(address, "/a/") == "old"

        purging.owe([Change("/a/", "article-a author-x")])
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
            self.send_header("Surrogate-Key", f"article-{self.path.strip('/')} tag-type")
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
