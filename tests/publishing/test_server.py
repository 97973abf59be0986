"""The page server: every header, every strange path, and what it does without its database."""

import datetime as dt
import gzip
import itertools
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connections
from django.test import override_settings

from cms.databases import READ
from publishing import reading
from publishing.models import Page
from publishing.pages import context
from publishing.server.lines import Row
from publishing.server.memory import Memory, StoredPage
from tests.publishing.builders import days, plain_page, published, show, site, tagged, withdrawn
from tests.publishing.requests import Site, ask

CSP = (
    "default-src 'none'; img-src 'self'; style-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)


@pytest.fixture
def reader(dead):
    return Site(dead.ask)


@pytest.fixture
def dead():
    """Turns the database off and on, and remembers who asked."""
    return Database()


class Database:
    def __init__(self):
        self.down = False
        self.rows = []

    def ask(self, alias, path, known, patience):
        self.rows.append(None)
        if self.down:
            raise OperationalError("the database does not answer")
        self.rows[-1] = ask(alias, path, known, patience)
        return self.rows[-1]

    @property
    def asked(self):
        return len(self.rows)


def test_page_comes_with_all_its_headers(reader):
    show(published())

    reply = reader.get("/a/", accept_encoding="gzip, br")

    page = Page.objects.get(path="/a/")
    assert reply.status == 200
    assert reply.body == bytes(page.body)
    assert reply.headers == {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Encoding": "gzip",
        "Content-Length": str(len(page.body)),
        "ETag": f'"{page.etag}-gzip"',
        "Last-Modified": page.changed_at.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "Cache-Control": "public, max-age=5, stale-while-revalidate=60, stale-if-error=86400",
        "Vary": "Accept-Encoding",
        "Content-Security-Policy": f"{CSP}; script-src 'self'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Surrogate-Key": "article-a",
        "Server-Timing": reply.headers["Server-Timing"],
    }
    assert re.fullmatch(r'page;desc="database";dur=\d+\.\d\d', reply.headers["Server-Timing"])
    again = reader.get("/a/", accept_encoding="gzip, br")
    assert again.headers == reply.headers | {"Server-Timing": 'page;desc="memory"'}
    assert again.body == reply.body


@pytest.mark.parametrize("path", ["/", "/archive/", "/tags/type/", "/nowhere/"])
def test_pages_that_hold_no_code_allow_no_script(reader, path):
    show(site(), published(tags=tagged("type")))

    assert reader.get(path).headers["Content-Security-Policy"] == CSP


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "*;q=0", "gzip;q=x", "*, gzip;q=0.0"])
def test_client_that_takes_no_gzip_gets_the_page_unpacked(reader, accepted):
    show(published())

    reply = reader.get("/a/", accept_encoding=accepted)

    assert reply.body.startswith(b"<!doctype html>")
    assert "Content-Encoding" not in reply.headers
    assert reply.headers["Content-Length"] == str(len(reply.body))
    assert reply.headers["ETag"] == f'"{Page.objects.get(path="/a/").etag}"'


@pytest.mark.parametrize("accepted", ["gzip", "GZIP", "br, gzip;q=0.1", "*", "*;q=0.5"])
def test_client_that_takes_gzip_gets_it(reader, accepted):
    show(published())

    assert reader.get("/a/", accept_encoding=accepted).headers["Content-Encoding"] == "gzip"


def test_head_has_the_headers_of_get_and_no_body(reader):
    show(published())

    for accepted in ("gzip", ""):
        reader.get("/a/", accept_encoding=accepted)
        get = reader.get("/a/", accept_encoding=accepted)
        head = reader.get("/a/", "HEAD", accept_encoding=accepted)

        assert (head.status, head.body) == (200, b"")
        assert timeless(head) == timeless(get)


def timeless(reply):
    return {name: value for name, value in reply.headers.items() if name != "Server-Timing"}


@pytest.mark.parametrize("form", ['"{0}"', '"{0}-gzip"', 'W/"{0}"', '"x", "{0}"', "*"])
def test_page_that_the_client_knows_is_304_with_its_headers_and_no_body(reader, form):
    show(published())
    etag = Page.objects.get(path="/a/").etag

    reply = reader.get(
        "/a/", if_none_match=form.format(etag), if_modified_since="Mon, 01 Jan 2001 00:00:00 GMT"
    )

    assert (reply.status, reply.body) == (304, b"")
    assert reply.headers["ETag"] == f'"{etag}"'
    assert reply.headers["Cache-Control"].startswith("public, max-age=5,")
    assert reply.headers["Vary"] == "Accept-Encoding"
    assert "Content-Length" not in reply.headers


def test_page_with_another_etag_is_sent_whatever_its_time(reader):
    show(published())

    reply = reader.get("/a/", if_none_match='"x"', if_modified_since="Fri, 01 Jan 2100 00:00:00 GMT")

    assert reply.status == 200


@pytest.mark.parametrize(("seconds", "status"), [(0, 304), (3600, 304), (-1, 200)])
def test_page_not_modified_since_is_304(reader, seconds, status):
    show(published())
    Page.objects.update(changed_at=days(0))
    since = (days(0) + dt.timedelta(seconds=seconds)).strftime("%a, %d %b %Y %H:%M:%S GMT")

    assert reader.get("/a/", if_modified_since=since).status == status


@pytest.mark.parametrize("nonsense", ["", "yesterday", "Fri, 99 Jan 2100 00:00:00 GMT"])
def test_nonsense_for_a_date_is_passed_over(reader, nonsense):
    show(published())

    assert reader.get("/a/", if_modified_since=nonsense).status == 200


def test_former_path_is_301_to_the_page(reader):
    show(published(path="/été/", former_paths=("/old/", "/2017/05/old.html")))

    for path in ("/old/", "/2017/05/old.html"):
        reply = reader.get(path)
        assert (reply.status, reply.headers["Location"]) == (301, "/%C3%A9t%C3%A9/")
        assert reply.headers["Cache-Control"].startswith("public, max-age=5,")


def test_withdrawn_article_is_410_in_words(reader):
    show(site(), published())
    show(withdrawn())

    reply = reader.get("/a/")

    assert reply.status == 410
    assert "This article was withdrawn" in reply.text
    assert "The Galley" in reply.text


def test_json_of_an_article_is_a_stored_page_open_to_every_origin(reader):
    show(published(), published(key="b"))
    show(withdrawn(key="b"))

    found, gone, missing = (reader.get(f"/api/v1/articles/{key}/") for key in ("a", "b", "c"))

    assert found.json["title"] == "Title of a"
    assert found.headers["Content-Type"] == "application/json"
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert (gone.status, gone.json) == (410, {"detail": "This article was withdrawn."})
    assert missing.status == 404
    assert missing.headers["Content-Type"] == "application/json"


def test_unknown_path_is_404_with_the_name_of_the_site(reader):
    show(site())

    reply = reader.get("/nothing/")

    assert reply.status == 404
    assert "There is no page here" in reply.text
    assert "The Galley" in reply.text
    assert reply.headers["Content-Security-Policy"] == CSP


def test_missing_slash_is_301_to_the_page_that_has_it(reader):
    show(published(path="/été/"), plain_page())

    assert reader.get("/about").headers["Location"] == "/about/"
    assert reader.get("/%C3%A9t%C3%A9").headers["Location"] == "/%C3%A9t%C3%A9/"
    assert reader.get("/search").headers["Location"] == "/search/"
    assert reader.get("/nothing").status == 404


def test_percent_encoded_path_is_the_page(reader):
    show(published(path="/été/"))

    assert reader.get("/%C3%A9t%C3%A9/").status == reader.get("/%c3%a9t%c3%a9/").status == 200


@pytest.mark.parametrize(
    "address",
    [
        "//", "//a/", "/a//", "//evil.example/%2e%2e", "/./a/", "/a/../a/", "/..", "/%2e%2e/a/", "/a/%2e/",
        "/a%00/", "/%00", "/%ff/", "/%c3%28/", "/a%0d%0aSet-Cookie:%20x=y/", "/" + "a" * 10_000 + "/",
        "/a%2f%2fb/", "/%ed%a0%80/", "*", "a/", "/a/;x", "/%7f/", "/\\evil", "/%25/", "/%",
    ],
)  # fmt: skip
def test_strange_path_is_404(reader, address):
    show(published())

    assert reader.get(address).status == 404


@pytest.mark.parametrize("path", ["/search/", "/api/v1/", "/media/", "/static/", "/health/", "/admin/"])
@pytest.mark.parametrize("strange", ["%00", "%ff", "..", "../x", "%0d%0a", "a" * 10_000, "/", "%2e%2e/"])
def test_strange_path_below_djangos_is_404_too(reader, path, strange):
    assert reader.get(path + strange).status == 404


def test_empty_path_is_the_front_page(reader):
    assert reader.ask("").status == 200


def test_path_that_is_no_latin_1_is_404(reader):
    assert reader.ask("/日本/").status == 404


def test_query_string_makes_no_other_page(reader):
    show(published())

    replies = [
        reader.get(f"/a/?{query}") for query in ("", "utm_source=x", "%00", "a=%ff", "&&&", "x" * 5000)
    ]

    assert {(reply.status, reply.headers["ETag"]) for reply in replies} == {(200, replies[0].headers["ETag"])}
    assert len(reader.memory) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_405(reader, method):
    show(published())

    reply = reader.get("/a/", method)

    assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD")


def test_pages_that_always_are_answer_before_they_are_stored(reader):
    for path in (
        "/",
        "/archive/",
        "/tags/",
        "/authors/",
        "/feeds/articles.atom",
        "/sitemap.xml",
        "/robots.txt",
    ):
        assert reader.get(path).status == 200


def test_later_pages_of_lists_are_rendered_on_demand(reader):
    show(*(published(key=f"k{number:02}", published_at=days(number)) for number in range(21)))

    assert "Title of k00" in reader.get("/page/2/").text
    assert "Title of k00" in reader.get("/archive/page/2/").text
    assert reader.get("/page/1/").headers["Location"] == "/"
    assert reader.get("/page/3/").status == reader.get("/page/999999/").status == 404
    assert reader.get("/archive/0000/page/2/").status == reader.get("/x/page/2/").status == 404


def test_second_request_within_a_second_asks_nobody(reader, dead):
    show(published())

    first, second = reader.get("/a/"), reader.get("/a/")

    assert dead.asked == 1
    assert (timeless(first), first.body) == (timeless(second), second.body)


def test_pages_that_came_together_are_not_looked_up_together_again(reader, dead):
    show(*(published(key=key) for key in "abc"))
    for key, chance in (("a", 0.0), ("b", 0.5), ("c", 1.0)):
        reader.chance = chance
        reader.get(f"/{key}/")
    before, asked = dead.asked, []

    for reader.clock.now in (1000.69, 1000.71, 1000.86, 1001.01):
        for key in "abc":
            reader.get(f"/{key}/")
        asked.append(dead.asked - before)

    assert asked == [0, 1, 2, 3]


def test_page_older_than_a_second_is_confirmed_without_its_body(reader, dead):
    show(published())
    reader.get("/a/")
    reader.clock.now += 1.1
    reader.get("/a/")

    assert [row.body is None for row in dead.rows] == [False, True]


def test_change_and_withdrawal_show_after_a_second(reader):
    show(published(version=1))
    reader.get("/a/")
    show(published(version=2, title="New"))

    before = reader.get("/a/").text
    reader.clock.now += 1.1
    after = reader.get("/a/").text
    show(withdrawn(version=3))
    reader.clock.now += 1.1

    assert "New" not in before
    assert "New" in after
    assert reader.get("/a/").status == 410


class Standbys:
    """Two replicas of unequal lag, asked in turns, and the primary: each says what a test gives it."""

    def __init__(self, monkeypatch):
        self.rows = {"ahead": None, "behind": None, READ: None}
        self.turns = itertools.cycle(["ahead", "behind"])
        self.asked = []
        self.down = set()
        self.seconds = {}
        monkeypatch.setattr(reading, "_servers", self)
        monkeypatch.setattr("publishing.server.notices._site", context.nameless)

    def order(self):
        return (next(self.turns), READ)

    def lost(self, alias):
        self.down.add(alias)

    def is_down(self, alias):
        return alias in self.down

    def behind(self, alias):
        return self.seconds.get(alias, 0.0)

    def ask(self, alias, path, known, patience):
        self.asked.append(alias)
        row = self.rows[alias]
        if isinstance(row, Exception):
            raise row
        return row and (row if row.changed_at > known else Row(row.changed_at))


def version(number: int) -> Row:
    return Row(
        number, 200, "text/plain", "", f"etag-{number}", "", "article", gzip.compress(b"version %d" % number)
    )


@pytest.fixture
def standbys(monkeypatch):
    return Standbys(monkeypatch)


def seen(reader: Site, times: int = 6) -> list[tuple[int, str]]:
    """What a reader sees who comes back every 1.1 seconds."""
    found = []
    for _ in range(times):
        reply = reader.get("/a/")
        found.append((reply.status, reply.text if reply.status == 200 else ""))
        reader.clock.now += 1.1
    return found


def test_change_that_one_standby_does_not_have_yet_does_not_flip_back(standbys):
    reader = Site(standbys.ask)
    standbys.rows |= {"ahead": version(2), "behind": version(1)}

    assert seen(reader) == [(200, "version 2")] * 6


def test_page_that_one_standby_does_not_have_yet_stays(standbys):
    reader = Site(standbys.ask)
    standbys.rows |= {"ahead": version(1), READ: version(1)}

    assert seen(reader) == [(200, "version 1")] * 6


def test_page_that_went_does_not_come_back_from_a_standby_that_still_has_it(standbys):
    reader = Site(standbys.ask)
    standbys.rows |= {"ahead": version(1), "behind": version(1)}
    assert seen(reader, 2) == [(200, "version 1")] * 2
    standbys.rows |= {"ahead": None}

    assert seen(reader) == [(404, "")] * 6
    assert READ in standbys.asked
    standbys.rows |= {"ahead": version(2), "behind": version(2)}
    assert seen(reader) == [(200, "version 2")] * 6


@pytest.mark.parametrize(("behind", "fresh_for"), [(0.0, 1.0), (0.4, 0.6), (3.0, 0.1), (float("inf"), 0.1)])
def test_what_a_standby_confirms_is_fresh_for_what_it_leaves_of_a_second(standbys, behind, fresh_for):
    reader = Site(standbys.ask)
    standbys.rows |= {"ahead": version(1), "behind": version(1)}
    standbys.seconds |= {"ahead": behind, "behind": behind}

    for asked in (1, 2, 3):
        reader.get("/a/")
        reader.clock.now += fresh_for - 0.01
        reader.get("/a/")
        assert len(standbys.asked) == asked
        reader.clock.now += 0.02


def test_withdrawal_that_one_standby_does_not_have_yet_does_not_flip_back(standbys):
    reader = Site(standbys.ask)
    standbys.rows |= {"ahead": Row(2, 410, "text/html", "", "x", "", "article", b""), "behind": version(1)}

    assert seen(reader) == [(410, "")] * 6


def test_without_the_primary_a_page_that_a_standby_misses_stays(standbys):
    reader = Site(standbys.ask)
    standbys.rows |= {"ahead": version(1), READ: OperationalError("down")}

    assert seen(reader) == [(200, "version 1")] * 6


def test_standby_that_does_not_answer_is_left_alone_and_the_primary_asked(standbys):
    reader = Site(standbys.ask)
    down = OperationalError("down")
    standbys.rows |= {"ahead": down, "behind": down, READ: version(1)}

    for _ in range(4):
        assert reader.get("/a/").text == "version 1"
        reader.memory.forget("/a/")
        standbys.rows[READ] = version(standbys.rows[READ].changed_at + 1)._replace(
            body=gzip.compress(b"version 1")
        )

    assert standbys.asked == ["ahead", READ, "behind", READ, READ, READ]
    assert standbys.down == {"ahead", "behind"}


def test_many_who_ask_for_one_page_at_once_make_one_look_up():
    entered, leave, asked = threading.Semaphore(0), threading.Event(), []

    def slow(alias, path, known, patience):
        asked.append(path)
        entered.release()
        leave.wait(10)
        return version(1)

    reader = Site(slow)
    with ThreadPoolExecutor(8) as pool:
        replies = [pool.submit(reader.server.source.find, "/a/") for _ in range(8)]
        assert entered.acquire(timeout=10)
        until(lambda: sum(future.running() for future in replies) == 8)
        leave.set()
        found = [future.result(10).held.page.etag for future in replies]

    assert (asked, found) == (["/a/"], ["etag-1"] * 8)


def test_while_one_asks_others_get_a_page_that_is_only_just_too_old():
    entered, leave = threading.Event(), threading.Event()

    def slow(alias, path, known, patience):
        if known:
            entered.set()
            leave.wait(10)
        return version(2 if known else 1)

    reader = Site(slow)
    find = reader.server.source.find
    find("/a/")
    reader.clock.now += 1.01
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(find, "/a/")
        assert entered.wait(10)
        meanwhile = find("/a/").held.page.etag
        leave.set()

    assert (meanwhile, first.result().held.page.etag) == ("etag-1", "etag-2")


def until(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_change_shows_within_a_second_and_a_tenth_however_often_the_page_is_read(reader, dead):
    show(published(version=1))
    reader.get("/a/", accept_encoding="gzip")
    changed_at = reader.clock.now + 0.001
    show(published(version=2, title="New"))

    while "New" not in reader.get("/a/", accept_encoding="gzip").text:
        reader.clock.now += 0.01

    assert reader.clock.now - changed_at <= 1.1
    assert dead.asked == 2


def test_page_that_went_is_404_and_leaves_the_memory(reader):
    show(published())
    reader.get("/a/")
    Page.objects.filter(path="/a/").delete()
    reader.clock.now += 1.1

    assert reader.get("/a/").status == 404
    assert len(reader.memory) == 0


def test_without_the_database_pages_in_memory_are_served_and_say_so(reader, dead):
    show(published())
    reader.get("/a/")
    dead.down = True
    reader.clock.now += 3600

    reply = reader.get("/a/")

    assert reply.status == 200
    assert reply.headers["Warning"] == '110 - "Response is Stale"'
    assert reply.headers["Age"] == "3600"
    assert reader.get("/a/", if_none_match=reply.headers["ETag"]).headers["Age"] == "3600"


def test_without_the_database_pages_are_served_for_a_day_at_most(reader, dead):
    show(published())
    reader.get("/a/")
    dead.down = True
    reader.clock.now += 86_401

    assert reader.get("/a/").status == 503


def test_without_the_database_other_pages_are_a_calm_503(reader, dead):
    dead.down = True

    reply = reader.get("/a/")

    assert (reply.status, reply.headers["Retry-After"], reply.headers["Cache-Control"]) == (
        503,
        "5",
        "no-store",
    )
    assert "Back in a moment" in reply.text
    assert "style-src 'self' 'sha256-" in reply.headers["Content-Security-Policy"]
    assert reader.get("/api/v1/articles/a/").json == {"detail": "Please try again soon."}


def test_without_the_database_one_request_finds_out_and_the_others_do_not_wait(reader, dead):
    dead.down = True

    for _ in range(50):
        assert reader.get("/a/").status == 503

    assert dead.asked == 1


@pytest.mark.parametrize("address", ["/search/?q=x", "/page/2/", "/health/", "/a/?min_version=1"])
def test_after_one_waited_for_the_database_in_vain_nobody_asks_it_until_it_answers(reader, dead, address):
    show(published())
    assert reader.get("/a/").status == 200
    reader.clock.now += 0.9
    with connections[READ].execute_wrapper(broken):
        assert reader.get(address).status == 503
        reader.clock.now += 0.2
        dead.rows.clear()
        replies = [reader.get(one) for one in (address, "/search/?q=y", "/b/", "/a/", "/a/?min_version=1")]

    assert [reply.status for reply in replies] == [503, 503, 503, 200, 503]
    assert replies[3].headers["Age"] == "1"
    assert dead.asked == 0
    [is_back] = reader.questions
    assert is_back()
    assert [reader.get(one).status for one in ("/search/?q=y", "/a/?min_version=1")] == [200, 200]


def test_after_a_look_up_failed_django_is_asked_nothing(reader, dead):
    show(published())
    assert reader.get("/search/?q=x").status == 200
    dead.down = True
    assert reader.get("/a/").status == 503

    assert reader.get("/search/?q=x").status == 503
    assert reader.get("/a/?min_version=1").status == 503


def test_page_in_memory_is_served_where_the_look_up_of_another_fails():
    entered, leave = threading.Event(), threading.Event()

    def slow(alias, path, known, patience):
        if known:
            entered.set()
            leave.wait(10)
            raise OperationalError("the database does not answer")
        return version(1)

    reader = Site(slow)
    find = reader.server.source.find
    find("/a/")
    reader.clock.now += 3
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(find, "/a/")
        assert entered.wait(10)
        second = pool.submit(find, "/a/")
        until(lambda: second.running())
        leave.set()

    assert (first.result().stale, second.result().stale) == (3, 3)


def test_everything_recovers_by_itself_when_the_database_is_back(reader, dead):
    show(published())
    dead.down = True
    reader.get("/a/")
    [is_back] = reader.questions
    assert not is_back()
    assert reader.get("/a/").status == 503
    dead.down = False
    assert is_back()

    reply = reader.get("/a/")

    assert reply.status == 200
    assert "Warning" not in reply.headers


def test_without_the_database_404_and_410_keep_their_words(reader, dead, monkeypatch):
    show(site(), published())
    show(withdrawn())
    assert "The Galley" in reader.get("/a/").text
    monkeypatch.setattr("publishing.pages.context.site", broken)
    dead.down = True
    reader.clock.now += 60

    reply = reader.get("/a/")

    assert reply.status == 410
    assert "The Galley" in reply.text


def broken(*_, **__):
    raise OperationalError("the database does not answer")


@pytest.mark.parametrize("address", ["/static/none.css", "/media/none.webp"])
def test_without_the_database_nobody_waits_for_the_words_of_djangos_404(reader, dead, address):
    dead.down = True
    asked = []

    with connections[READ].execute_wrapper(lambda *args: asked.append(args)):
        reply = reader.get(address)

    assert (reply.status, asked) == (404, [])
    assert "<h1" in reply.text


@pytest.mark.parametrize("address", ["/search/?q=x", "/page/2/", "/health/", "/"])
def test_without_the_database_djangos_pages_are_a_calm_503_too(reader, address):
    with connections[READ].execute_wrapper(broken):
        reply = reader.get(address)

    assert reply.status == 503
    assert reply.headers["Retry-After"] == "5"
    assert "Traceback" not in reply.text


def test_memory_stays_within_its_bytes_and_forgets_whom_nobody_asked_for():
    memory = Memory(40_000)
    for number in range(30):
        keep(memory, f"/{number}/", 1000)
        memory.get("/0/").used = True

    assert 30_000 < memory.size <= 40_000
    assert memory.size == sum(memory.get(f"/{n}/").page.size for n in range(30) if memory.get(f"/{n}/"))
    assert memory.get("/0/")
    assert memory.get("/1/") is None
    assert memory.get("/29/")


def test_page_larger_than_the_memory_is_served_and_not_kept():
    memory = Memory(40_000)
    keep(memory, "/a/", 1000)

    kept = keep(memory, "/b/", 50_000)

    assert len(kept.page.body) == 50_000
    assert memory.get("/a/")
    assert memory.get("/b/") is None


def keep(memory: Memory, path: str, size: int, changed_at: int = 1):
    page = StoredPage(
        path=path, status=200, content_type="", location="", etag="", surrogate_keys="", changed_at=changed_at,
        body=b"x" * size,
    )  # fmt: skip
    return memory.put(page, confirmed_at=0.0, fresh_until=1.0)


@override_settings(SECURE_SSL_REDIRECT=True, SITE_URL="https://site.example")
def test_http_is_redirected_where_the_site_is_https():
    show(published())

    reply = Site().get("/a/?x=y")

    assert (reply.status, reply.headers["Location"]) == (301, "https://site.example/a/")


@override_settings(SECURE_SSL_REDIRECT=True, SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"))
def test_proxy_that_says_https_is_believed():
    show(published())
    reader = Site()

    for _ in ("from the database", "from memory"):
        assert reader.get("/a/", x_forwarded_proto="https", accept_encoding="gzip").status == 200
        assert reader.get("/a/", x_forwarded_proto="http", accept_encoding="gzip").status == 301


@override_settings(SECURE_HSTS_SECONDS=60)
def test_https_site_says_that_it_stays_so():
    reader = Site()

    assert reader.get("/x/").headers["Strict-Transport-Security"] == "max-age=60; includeSubDomains"
