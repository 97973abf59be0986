"""Why something was not done: one sentence for writers, and nothing of the inside but in the log."""

import datetime as dt
import logging

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from authoring.models import ReleaseChange, ScheduledChange
from authoring.services import articles, releases, releasing, scheduling
from authoring.services.refusals import FAULT, origin, reason
from tests.authoring.builders import NOW, article

SECRET = "Key (body)=(the secret of the draft) already exists."


@pytest.fixture
def faulty(monkeypatch):
    """Publishing meets a fault of ours."""

    def fail(*_, **__):
        raise IntegrityError(SECRET)

    monkeypatch.setattr(articles, "publish_locked", fail)


def test_known_refusals_are_sentences_and_faults_quote_nothing():
    assert reason(ValidationError({"title": ["Give it one."], "slug": ["Taken."]})) == "Give it one. Taken."
    assert reason(articles.NotPublished()) == "It is not on the public site: there is nothing to unpublish."
    assert reason(articles.NoSuchArticle()) == "This article is not there any more. It may be in the trash."
    assert reason(articles.Conflict(7)) == "Somebody saved revision 7 meanwhile."
    assert [reason(error) for error in (IntegrityError(SECRET), KeyError("body"))] == [FAULT, FAULT]


def test_log_is_told_which_error_and_where_and_not_what_it_quotes(faulty):
    with pytest.raises(IntegrityError) as caught:
        articles.publish_locked(None)

    assert origin(caught.value).startswith("IntegrityError from test_refusals.py:")
    assert origin(ValidationError("No.")) == "ValidationError"


def scheduled() -> str:
    one = article()
    at = NOW - dt.timedelta(days=1)
    made = scheduling.schedule(one.pk, action="publish", due_at=NOW, zone="UTC", now=at)
    scheduling.publish_due()
    return ScheduledChange.objects.get(pk=made.pk).failure


def released() -> str:
    made = releases.create(name="Spring")
    releases.add(made.pk, [article().pk], action="publish")
    releasing.go(made.pk, now=NOW)
    return ReleaseChange.objects.get().failure


@pytest.mark.parametrize("fails", [scheduled, released])
def test_fault_of_ours_is_told_calmly_and_stands_in_the_log_with_its_place(faulty, caplog, fails):
    with caplog.at_level(logging.ERROR):
        assert fails() == FAULT

    (said,) = (record.getMessage() for record in caplog.records)
    assert "IntegrityError from test_refusals.py:" in said
    assert SECRET not in said
