"""Writers' words that readers must never see, and writers whom no broker may hold up."""

import json
import time
import urllib.parse
from collections.abc import Callable
from http.cookiejar import CookieJar
from urllib.request import HTTPCookieProcessor, Request, build_opener

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from django.utils import timezone

from authoring.models import Article, PlainPage, ScheduledChange, Site, Tag
from authoring.services import articles, scheduling, site, subjects, tokens
from authoring.services.texts import Text
from cms.databases import READ, WRITE
from publishing.models import Page
from tests.pipeline import machines
from tests.pipeline.builders import draft, live, path, status, withdraw
from tests.pipeline.machines import get, until
from tests.servers import running

pytestmark = pytest.mark.django_db(transaction=True, databases=[WRITE, READ])

CANARY = "zanzibarquince"
PASSWORD = "correct horse battery"


@pytest.fixture
def _empty_broker():
    running().broker.flush()


@pytest.mark.usefixtures("_empty_broker")
def test_words_of_drafts_are_found_nowhere_that_readers_or_operators_of_readers_look():
    secret = {"title": f"{CANARY} title", "summary": f"{CANARY} summary", "body": f"{CANARY} body"}
    with (
        machines.worker("authoring") as authoring,
        machines.worker("publishing") as publishing,
        machines.beat("authoring") as beat,
        machines.web("publishing") as reader,
        machines.web("authoring") as desk,
    ):
        _write_by_api(desk, **secret)
        site.save_site(Site(name="Fair Copy"), now=timezone.now())
        subjects.save_tag(Tag(name="Systems", slug="systems"), now=timezone.now())
        site.save_page(PlainPage(title=CANARY, slug=f"{CANARY}-page", body=CANARY), now=timezone.now())
        shown = live(title="Shown")
        articles.save_draft(shown.pk, Text(slug=shown.latest_revision.slug, **secret))
        hidden = draft(slug=CANARY, **secret)
        gone = live(title="Gone")
        withdraw(gone)
        articles.save_draft(gone.pk, Text(slug="gone-again", **secret))
        now = scheduling.database_now()
        scheduling.schedule(
            hidden.pk, action="publish", due_at=now + timezone.timedelta(days=1), zone="UTC", now=now
        )
        broken = draft(slug="broken", **secret)
        _fail_to_publish(broken, now)
        until(
            lambda: status(path(shown)) == 200 and status(path(gone)) == 410 and status("/") == 200,
            "readers see the rest",
            authoring,
            publishing,
            beat,
        )
        until(
            lambda: ScheduledChange.objects.filter(failed_at__isnull=False).exists(),
            "a failure",
            authoring,
            beat,
        )
        seen = _everything_public(reader)
        found = json.loads(get(f"{reader}/api/v1/search/?q={CANARY}")[1])["results"]
        by_address = [get(f"{reader}/{slug}/")[0] for slug in (CANARY, f"{CANARY}-page")]
        queued = _broker()
        logs = "".join(log.read_text(errors="replace") for log in running().folder.glob("process-*.log"))

    assert len(seen) > 10
    assert (found, by_address) == ([], [404, 404])
    assert [where for where, body in seen.items() if CANARY in body] == []
    assert CANARY not in _dump_of_the_read_database()
    assert CANARY not in queued
    assert CANARY not in logs
    assert CANARY not in running().read.log.read_text(errors="replace")


@pytest.mark.usefixtures("_empty_broker")
@pytest.mark.parametrize("outage", ["frozen", "refused"])
@pytest.mark.parametrize("entrance", ["api", "admin"])
def test_publishing_answers_within_a_second_without_the_broker(outage, entrance):
    broker = running().broker
    chief = get_user_model().objects.create_superuser("chief", password=PASSWORD)
    with (
        machines.web("authoring") as desk,
        machines.worker("authoring") as authoring,
        machines.worker("publishing") as publishing,
        machines.beat("authoring") as beat,
    ):
        publish = {"api": _by_api, "admin": _by_admin}[entrance](desk, chief)
        publish(draft())
        until(
            lambda: Page.objects.filter(status=200, kind="article").exists(),
            "a first page",
            authoring,
            publishing,
            beat,
        )
        usual = _seconds(publish, draft())
        article = draft()
        (broker.freeze if outage == "frozen" else broker.kill)()
        try:
            took = _seconds(publish, article)
        finally:
            broker.thaw() if outage == "frozen" else broker.start()

        # What the outage costs: how long a publish takes otherwise is the machine's.
        assert took - usual < 1
        assert Article.objects.get(pk=article.pk).version == 1
        until(lambda: status(path(article)) == 200, "the page", authoring, publishing, beat, seconds=10)


def _seconds(publish: Callable[[Article], None], article: Article) -> float:
    started = time.monotonic()
    publish(article)
    return time.monotonic() - started


def _write_by_api(desk: str, **secret: str) -> None:
    """One draft that is taken and two that are refused: neither may spill the text into the web's log."""
    _, key = tokens.create(get_user_model().objects.create_superuser("writer"), name="test")
    headers = {"Authorization": f"Token {key}", "Content-Type": "application/json"}
    drafts = [{"slug": "by-api"}, {"slug": "by-api"}, {"slug": "by-api-2", "body": f"{CANARY}\x00"}]
    answered = [
        get(f"{desk}/api/authoring/v1/articles/", data=json.dumps(secret | one).encode(), headers=headers)[0]
        for one in drafts
    ]
    assert answered == [201, 400, 400]


def _fail_to_publish(article, now):
    """A scheduled change that fails must not spill the text into a log."""
    scheduling.schedule(
        article.pk, action="withdraw", due_at=now + timezone.timedelta(seconds=1), zone="UTC", now=now
    )


def _everything_public(reader: str) -> dict[str, str]:
    """What every stored path, and every list that is rendered on demand, answers."""
    paths = set(Page.objects.values_list("path", flat=True))
    paths |= {"/api/v1/articles/", "/api/v1/tags/", "/api/v1/authors/", "/api/v1/openapi.json", "/page/2/"}
    paths |= {"/health/", "/search/?q=text", "/api/v1/search/?q=text"}
    return {one: get(reader + urllib.parse.quote(one, safe="/?=&"))[1].decode() for one in sorted(paths)}


def _broker() -> str:
    with running().broker.client() as client:
        return "".join(repr(client.dump(key)) + repr(_content(client, key)) for key in client.keys("*"))


def _content(client, key):
    kind = client.type(key)
    return client.lrange(key, 0, -1) if kind == b"list" else client.hgetall(key) if kind == b"hash" else b""


def _dump_of_the_read_database() -> str:
    name = connections[READ].settings_dict["NAME"]
    dumped = []
    with psycopg.connect(running().read.url(database=name)) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        for (table,) in tables:
            dumped += [str(row) for row in connection.execute(f'SELECT * FROM "{table}"').fetchall()]
    return "\n".join(dumped)


def _by_api(desk: str, chief):
    _, key = tokens.create(chief, name="test")

    def publish(article: Article) -> None:
        address = f"{desk}/api/authoring/v1/articles/{article.pk}/publish/"
        answered, body = get(
            address, data=b"{}", headers={"Authorization": f"Token {key}", "Content-Type": "application/json"}
        )
        assert (answered, json.loads(body)["version"]) == (202, 1)

    return publish


def _by_admin(desk: str, chief):
    cookies = CookieJar()
    opener = build_opener(HTTPCookieProcessor(cookies))

    def post(address: str, **fields: str) -> None:
        opener.open(desk + address, timeout=10).read()
        token = next(cookie.value for cookie in cookies if cookie.name == "csrftoken")
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        opener.open(
            Request(desk + address, data=form, headers={"Referer": desk + address}), timeout=10
        ).read()

    post("/admin/login/", username="chief", password=PASSWORD, next="/admin/")

    def publish(article: Article) -> None:
        post("/admin/authoring/article/", action="publish", _selected_action=str(article.pk), index="0")

    return publish
