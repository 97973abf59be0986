"""Writers and a write database that is frozen: its processes stand still, and the kernel takes what is sent to them."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone

from authoring import outage
from authoring.models import ScheduledChange, SchedulerTurn
from cms import channels
from cms.databases import READ, WRITE
from config.celery import PATIENCE
from config.celery import app as celery_app
from tests.authoring.builders import publisher
from tests.pipeline import machines
from tests.pipeline.builders import draft
from tests.pipeline.machines import until
from tests.pipeline.readers import ask
from tests.servers import running

pytestmark = pytest.mark.django_db(transaction=True, databases=[WRITE, READ])

SLACK = 0.5
"""Seconds that a busy machine may take by itself."""

HEALTH, API = "/authoring/health/", "/api/authoring/v1/articles/"
PAGES = {"/admin/": 200, "/admin/authoring/article/": 200, API: 200, HEALTH: 200, "/admin/login/": 302}


def cookie() -> str:
    """Of somebody who is logged in."""
    client = Client()
    client.force_login(publisher(), backend="django.contrib.auth.backends.ModelBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def timed(*arguments, **headers):
    began = time.monotonic()
    answer = ask(*arguments, **headers)
    return time.monotonic() - began, answer


@contextmanager
def locked() -> Iterator[None]:
    """Somebody holds the table of articles."""
    with psycopg.connect(
        running().write.url(database=connections[WRITE].settings_dict["NAME"])
    ) as connection:
        connection.execute("LOCK TABLE authoring_article")
        yield


def test_desk_api_and_health_answer_soon_while_the_database_is_frozen_and_recover_by_themselves():
    held = cookie()
    with machines.web("authoring") as desk:
        assert statuses(desk, held) == PAGES
        with machines.frozen(running().write):
            for _ in range(2):
                for page in PAGES:
                    took, (status, headers, body) = timed(desk, page, cookie=held)
                    assert (status, headers["retry-after"]) == (503, "5")
                    assert "no-store" in headers["cache-control"]
                    assert took < 2 + SLACK
                    if page == HEALTH:
                        assert json.loads(body) == {"status": "down"}
                    elif page == API:
                        assert json.loads(body) == {"detail": "The write database does not answer."}
                    else:
                        assert b"Nothing that you typed is lost" in body
                        assert "script-src 'self'" in headers["content-security-policy"]
        until(lambda: statuses(desk, held) == PAGES, "the desk is back", seconds=5)


def test_who_waits_when_it_freezes_waits_ten_seconds_and_nobody_behind_him_as_long():
    held = cookie()
    with machines.web("authoring") as desk, ThreadPoolExecutor() as others:
        assert statuses(desk, held) == PAGES
        with locked():
            page = others.submit(timed, desk, "/admin/authoring/article/", cookie=held)
            until(lambda: waiting_for_locks() == 1, "it waits for the lock", seconds=5)
            with machines.frozen(running().write):
                api = others.submit(timed, desk, API, cookie=held)
                assert timed(desk, HEALTH)[0] < 2 * (1 + SLACK)
                assert api.result()[0] < 2 + SLACK
                took, (status, _, body) = page.result()
        assert (status, b"A short wait" in body) == (503, True)
        assert outage.PATIENCE - SLACK < took < outage.PATIENCE + SLACK
        until(lambda: statuses(desk, held) == PAGES, "the desk is back", seconds=5)


def test_worker_and_beat_go_on_by_themselves_when_the_database_thaws():
    with machines.worker("authoring") as worker, machines.beat("authoring") as beat:
        until(lambda: SchedulerTurn.objects.exists(), "the worker looks for what is due", worker, beat)
        article = draft()
        with machines.frozen(running().write):
            celery_app.send_task(channels.RELAY)
            until(
                lambda: "OperationalError" in worker.output,
                "the worker gives up",
                worker,
                seconds=PATIENCE + 10,
            )
        assert beat.popen.poll() is None
        due = ScheduledChange.objects.create(
            article=article, action="publish", revision=article.latest_revision, due_at=timezone.now()
        )
        until(
            lambda: ScheduledChange.objects.filter(pk=due.pk, done_at__isnull=False).exists(),
            "what is due is done",
            worker,
            beat,
            seconds=20,
        )


def statuses(desk: str, held: str) -> dict[str, int]:
    return {page: ask(desk, page, cookie=held)[0] for page in PAGES}


def waiting_for_locks() -> int:
    with connections[WRITE].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return int(cursor.fetchone()[0])
