"""What a monitor is told."""

import datetime as dt

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from authoring.admin import health
from authoring.models import OutboxMessage, SchedulerTurn
from authoring.services import releases, releasing, scheduling, turns
from tests.authoring.builders import NOW, article, live, settle

HEALTH = "/authoring/health/"
WELL = {"failed": 0, "overdue": 0, "refused": 0, "lag_s": 0.0, "scheduler_still_s": 0}


def late(one, action="publish"):
    at = timezone.now() - dt.timedelta(hours=1)
    return scheduling.schedule(one.pk, action=action, due_at=at, zone="UTC", now=at - dt.timedelta(hours=1))


def test_all_is_well_when_nothing_waits_too_long():
    settle(live())
    turns.note()

    response = Client().get(HEALTH)

    assert response.json() == {"status": "ok", **WELL}
    assert "no-store" in response["Cache-Control"]


def test_overdue_changes_and_releases_are_counted_though_no_beat_runs():
    late(article("Secret"))
    made = releases.create(name="Spring")
    releases.schedule(made.pk, due_at=NOW, zone="UTC", now=NOW - dt.timedelta(days=1))

    response = Client().get(HEALTH)

    assert response.json() == {"status": "degraded", **WELL, "overdue": 2}
    assert response.status_code == 200
    assert "Secret" not in response.content.decode()


def test_failed_changes_and_releases_are_counted_until_somebody_lays_them_aside():
    failing = late(article("Draft"), "withdraw")
    scheduling.publish_due()
    made = releases.create(name="Spring")
    releasing.go(made.pk, now=NOW)
    assert Client().get(HEALTH).json() == {"status": "degraded", **WELL, "failed": 2}

    scheduling.cancel(failing.pk, now=NOW)
    releases.cancel(made.pk, now=NOW)

    assert Client().get(HEALTH).json()["status"] == "ok"


def test_a_beat_that_stands_still_is_told_though_nothing_is_due():
    SchedulerTurn.objects.create(looked_at=timezone.now() - dt.timedelta(minutes=10))

    told = Client().get(HEALTH).json()

    assert told["status"] == "degraded"
    assert 600 <= told["scheduler_still_s"] < 610


def test_what_is_refused_is_counted():
    settle(live())
    OutboxMessage.objects.update(refusal="No.")

    assert Client().get(HEALTH).json() == {"status": "degraded", **WELL, "refused": 1}


def test_readers_who_are_behind_are_told(monkeypatch):
    monkeypatch.setattr(health.outbox, "lag", lambda: dt.timedelta(seconds=61))

    assert Client().get(HEALTH).json() == {"status": "degraded", **WELL, "lag_s": 61.0}


def test_without_a_database_it_says_so_and_nothing_else(monkeypatch):
    def gone():
        raise OperationalError("connection to 10.0.0.1 failed")

    monkeypatch.setattr(health, "figures", gone)

    response = Client().get(HEALTH)

    assert (response.status_code, response.json()) == (503, {"status": "down"})


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_health_is_only_asked(method):
    assert getattr(Client(), method)(HEALTH).status_code == 405
