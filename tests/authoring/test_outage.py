"""What the desk and its API say when the write database fails."""

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from authoring import middleware
from authoring.admin import inbox
from tests.authoring.builders import publisher


@pytest.fixture
def desk():
    client = Client(raise_request_exception=False)
    client.force_login(publisher(), backend="django.contrib.auth.backends.ModelBackend")
    return client


def failing(error):
    def fail(*_, **__):
        raise error

    return fail


BEFORE, INSIDE = (middleware, "_is_over"), (inbox.notifying, "inbox")


@pytest.mark.parametrize("place", [BEFORE, INSIDE])
@pytest.mark.parametrize("error", [OperationalError("10.0.0.1 failed"), InterfaceError("closed")])
def test_page_that_the_database_fails_is_a_calm_503_wherever_it_fails(monkeypatch, desk, place, error):
    monkeypatch.setattr(*place, failing(error))

    response = desk.get("/admin/inbox/?page=2&x=%3Cb%3E")

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "no-store" in response["Cache-Control"]
    said = response.content.decode()
    assert "Nothing that you typed is lost." in said
    assert '<a href="/admin/inbox/?page=2&amp;x=%3Cb%3E">Try again</a>' in said
    assert "10.0.0.1" not in said


def test_who_sent_something_reads_that_it_may_not_be_saved_and_how_to_send_it_again(monkeypatch, desk):
    monkeypatch.setattr(*BEFORE, failing(OperationalError()))

    said = desk.post("/admin/inbox/", {"mail": "on"}).content.decode()

    assert "may not have been saved" in said
    assert "reload this page" in said
    assert "Try again" not in said


def test_api_answers_503_in_json_also_before_its_views(monkeypatch, desk):
    monkeypatch.setattr(*BEFORE, failing(OperationalError()))

    response = desk.get("/api/authoring/v1/articles/")

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json() == {"detail": "The write database does not answer."}


def test_faults_of_ours_are_no_outage(monkeypatch, desk):
    monkeypatch.setattr(*INSIDE, failing(ValueError("a draft")))

    response = desk.get("/admin/inbox/")

    assert response.status_code == 500
    assert "a draft" not in response.content.decode()
