"""The three shapes, by settings alone: publish, page, search, withdraw, 410."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from cms.databases import READ, WRITE
from tests.pipeline import machines
from tests.pipeline.machines import BIN, environment, get, until
from tests.servers import running

pytestmark = pytest.mark.django_db(transaction=True, databases=[WRITE, READ])

ROOT = Path(__file__).parent.parent.parent

PUBLISH = """
from django.utils import timezone
from authoring.services import articles
from authoring.services.texts import Text
article = articles.create(Text(title="Marmalade", slug="marmalade", body="Oranges from *Seville*."))
articles.publish(article.pk, now=timezone.now())
print(article.pk)
"""

WITHDRAW = """
from django.utils import timezone
from authoring.models import Article
from authoring.services import articles
articles.withdraw(Article.objects.get(path="/marmalade/").pk, now=timezone.now())
"""

SCHEDULE = """
import datetime as dt
from authoring.models import ScheduledChange
from authoring.services import articles, scheduling
from authoring.services.texts import Text
article = articles.create(Text(title="Later", slug="later"))
now = scheduling.database_now()
scheduling.schedule(article.pk, action="publish", due_at=now + dt.timedelta(hours=1), zone="UTC", now=now)
ScheduledChange.objects.update(due_at=now - dt.timedelta(seconds=1))
"""


def test_single_is_one_process_on_one_database_without_a_broker(single):
    with machines.web("all", **single) as site:
        manage("shell", "-c", PUBLISH, **single)
        assert_published(site)
        manage("shell", "-c", WITHDRAW, **single)
        until(lambda: get(site + "/marmalade/")[0] == 410, "gone", seconds=3)


def test_single_catches_up_by_tick(single):
    with machines.web("all", **single) as site:
        manage("shell", "-c", SCHEDULE, **single)
        assert get(site + "/later/")[0] == 404
        manage("tick", "--reconcile", **single)
        until(lambda: get(site + "/later/")[0] == 200, "published by tick", seconds=3)


def test_split_is_web_worker_and_beat_on_two_databases():
    shape = {"CMS_SHAPE": "split"}
    both = ["-Q", "authoring,publishing", "-n", f"both-{time.monotonic_ns()}@test", "--concurrency", "1"]
    with (
        machines.web("all", **shape) as site,
        machines.process(*machines.WORKER, *both, side="all", **shape) as worker,
    ):
        manage("shell", "-c", PUBLISH, **split_environment())
        until(lambda: get(site + "/marmalade/")[0] == 200, "the page", worker)
        assert_published(site)
        manage("shell", "-c", WITHDRAW, **split_environment())
        until(lambda: get(site + "/marmalade/")[0] == 410, "gone", worker)


def test_distributed_sides_know_nothing_of_each_other():
    with ExitStack() as stack:
        site = stack.enter_context(machines.web("publishing", BROKER_URL=""))
        authoring = stack.enter_context(machines.web("authoring"))
        one = stack.enter_context(machines.worker("authoring"))
        two = stack.enter_context(machines.worker("publishing"))
        beat = stack.enter_context(machines.beat("authoring"))
        manage("shell", "-c", PUBLISH, **environment("authoring"))
        until(lambda: get(site + "/marmalade/")[0] == 200, "the page", one, two, beat)
        assert_published(site)
        assert get(authoring + "/marmalade/")[0] == 404
        assert get(site + "/admin/")[0] == 404
        manage("shell", "-c", WITHDRAW, **environment("authoring"))
        until(lambda: get(site + "/marmalade/")[0] == 410, "gone", one, two, beat)


def test_publishing_process_cannot_import_authoring():
    code = "import django; django.setup(); import authoring.models"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment("publishing"), cwd=ROOT, capture_output=True, text=True
    )

    assert done.returncode != 0
    assert "authoring" in done.stderr


def test_public_process_has_no_way_to_the_broker():
    running().broker.flush()
    code = (
        "import django; django.setup(); from config.celery import app; from cms import channels;"
        "app.send_task(channels.RELAY)"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        env=environment("publishing", BROKER_URL=""),
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=30,
    )

    with running().broker.client() as client:
        assert client.keys("*") == []


@pytest.mark.parametrize("side", ["authoring", "publishing"])
def test_process_of_one_side_has_no_way_into_the_other_database(side):
    other = {"authoring": READ, "publishing": WRITE}[side]
    code = (
        "import django; django.setup(); from django.db import connections;"
        f"connections[{other!r}].cursor().execute('SELECT 1')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(side), cwd=ROOT, capture_output=True, text=True
    )

    assert done.returncode != 0
    assert "ConnectionDoesNotExist" in done.stderr or "ImproperlyConfigured" in done.stderr


def assert_published(site: str) -> None:
    """The page, the search result and the JSON of the article."""
    until(lambda: get(site + "/marmalade/")[0] == 200, "the page")
    assert b"<em>Seville</em>" in get(site + "/marmalade/")[1]
    until(lambda: b'href="/marmalade/"' in get(site + "/search/?q=oranges")[1], "the search result")
    found = json.loads(get(site + "/api/v1/search/?q=oranges")[1])
    assert [hit["path"] for hit in found["results"]] == ["/marmalade/"]


def manage(*arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [str(BIN / "python"), "manage.py", *arguments],
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def split_environment() -> dict[str, str]:
    return environment("all", CMS_SHAPE="split")


@pytest.fixture(scope="module")
def single() -> Iterator[dict[str, str]]:
    """One database with both sides' tables in it, and no broker."""
    cluster = running().write
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS single WITH (FORCE)")
        connection.execute("CREATE DATABASE single")
    url = cluster.url(database="single")
    variables = {
        **environment("all", CMS_SHAPE="single"),
        "WRITE_DATABASE_URL": url,
        "READ_DATABASE_URL": url,
        "BROKER_URL": "",
    }
    subprocess.run(
        [sys.executable, "-m", "config.release"], env=variables, cwd=ROOT, check=True, capture_output=True
    )
    yield variables
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("DROP DATABASE single WITH (FORCE)")
