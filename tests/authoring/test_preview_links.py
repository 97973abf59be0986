"""Preview links: a draft for somebody without an account, and nothing to learn for anybody else."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from authoring.admin import shared
from authoring.models import AuditEntry, PreviewLink
from authoring.services import articles, autosaving, links, trash
from authoring.services.rights import Forbidden
from cms.databases import WRITE
from tests.authoring.builders import article, editor, text, writer

WEEK = dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def _nobody_was_here():
    cache.clear()


def link(one, **fields):
    now = fields.pop("now", timezone.now())
    return links.make(one.pk, **{"note": "Zoë", "expires_at": now + WEEK, "now": now, **fields})


def opened(token: str, client: Client | None = None):
    return (client or Client()).get(f"/preview/{token}/")


def test_link_shows_the_article_as_readers_will_see_it_and_keeps_it_out_of_everything():
    _, token = link(article("A draft", body="Some **words**."))

    page = opened(token)

    told = page.content.decode()
    assert page.status_code == 200
    assert "<h1>A draft</h1>" in told
    assert "Some <strong>words</strong>." in told
    assert "Draft, not published" in told
    assert "do not share" in told
    assert '<meta name="robots" content="noindex">' in told
    assert page["Cache-Control"] == "no-store"
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Referrer-Policy"] == "no-referrer"
    policy = page["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert not page.cookies
    assert "Vary" not in page


def test_link_asks_no_session_even_of_who_is_logged_in():
    _, token = link(article("A draft"))
    client = Client()
    client.force_login(editor())

    with CaptureQueriesContext(connections[WRITE]) as queries:
        page = opened(token, client)

    assert page.status_code == 200
    assert not [query["sql"] for query in queries if "session" in query["sql"] or "auth_user" in query["sql"]]


def test_link_follows_the_newest_text_unless_it_is_pinned():
    one = article("First")
    _, pinned = link(one, revision_number=1)
    _, following = link(one)
    articles.save_draft(one.pk, text("Second", "first"))

    assert "<h1>First</h1>" in opened(pinned).content.decode()
    assert "<h1>Second</h1>" in opened(following).content.decode()


def test_wrong_expired_revoked_and_trashed_links_answer_the_same_bytes_after_the_same_query():
    one, other = article("One"), article("Other")
    (revoked, revoked_token), (_, trashed_token) = link(one), link(other)
    long_ago = timezone.now() - dt.timedelta(days=30)
    _, expired_token = link(one, now=long_ago)
    links.revoke(one.pk, revoked.pk, now=timezone.now())
    trash.put(other.pk, now=timezone.now())

    answers, asked = [], []
    for token in (expired_token, revoked_token, trashed_token, "x" * 32, "x", "ä/../admin", "x" * 3000):
        with CaptureQueriesContext(connections[WRITE]) as queries:
            page = opened(token)
        answers.append((page.status_code, page.content, sorted(page.items())))
        asked.append(len(queries))

    assert {answer[0] for answer in answers} == {404}
    assert all(answer == answers[0] for answer in answers)
    assert set(asked) == {1}
    assert dict(answers[0][2])["Cache-Control"] == "no-store"


def test_token_is_long_random_and_stored_nowhere():
    one = article()
    (row, token), (_, second) = link(one), link(one)

    assert len(token) == 32  # 192 bits
    assert token != second
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM authoring_previewlink AS l WHERE l::text LIKE %s", [f"%{token}%"]
        )
        assert cursor.fetchone() == (0,)
    assert token not in str(list(AuditEntry.objects.values()))
    assert re.fullmatch("[0-9a-f]{64}", row.digest)


def test_opening_is_counted_and_looking_at_the_head_is_not():
    row, token = link(article())

    opened(token)
    opened(token)
    assert Client().head(f"/preview/{token}/").status_code == 200

    row.refresh_from_db()
    assert row.used == 2
    assert timezone.now() - row.last_used_at < dt.timedelta(minutes=1)


def test_pinned_revision_is_not_thinned_out():
    anna = writer()
    one = article("First", by=anna)
    kept = autosaving.autosave(one.pk, text("Typed", "first"), by=anna, based_on=1)
    link(one, revision_number=kept.number)

    autosaving.discard(one.pk, by=anna)

    assert one.revisions.filter(pk=kept.pk).exists()


def test_who_asks_too_often_is_told_to_wait_whatever_the_token(monkeypatch):
    monkeypatch.setattr(shared.Throttle, "rate", "2/min")
    _, token = link(article())
    assert [opened(token).status_code, opened("x").status_code] == [200, 404]

    refused, wrong = opened(token), opened("x")

    assert (refused.status_code, wrong.status_code) == (429, 429)
    assert refused.content == wrong.content
    assert 1 <= int(refused["Retry-After"]) <= 60


def test_link_is_made_by_who_may_edit_and_ends_within_a_year():
    anna, one = writer(), article("Of another")
    now = timezone.now()

    with pytest.raises(Forbidden):
        link(one, by=anna)
    for expires_at in (now, now + dt.timedelta(days=367)):
        with pytest.raises(ValidationError):
            link(one, now=now, expires_at=expires_at)
    with pytest.raises(ValidationError):
        link(one, note="")
    row, _ = link(one)
    with pytest.raises(Forbidden):
        links.revoke(one.pk, row.pk, now=now, by=anna)

    assert PreviewLink.objects.filter(revoked_at=None).count() == 1


def test_link_is_made_shown_once_listed_and_revoked_in_the_admin():
    anna, client = writer(name="anna"), Client()
    one = article("Mine", by=anna)
    client.force_login(anna)
    page_of = reverse("admin:authoring_article_change", args=[one.pk])

    made = client.post(
        reverse("admin:authoring_article_link", args=[one.pk]),
        {"note": "Zoë <b>", "lasts": "7", "shows": "now", "day": ""},
    )
    told = made.content.decode()
    token = re.search(r"http://testserver/preview/([\w-]{32})/", told)[1]
    assert "no-store" in made["Cache-Control"]
    assert opened(token).status_code == 200
    panel = client.get(page_of).content.decode()
    assert "Zoë &lt;b&gt;" in panel
    assert "shows revision 1" in panel
    assert "opened 1 time," in panel
    assert token not in panel

    row = PreviewLink.objects.get()
    client.post(reverse("admin:authoring_article_revoke", args=[one.pk, row.pk]))

    assert opened(token).status_code == 404
    assert "Zoë" not in client.get(page_of).content.decode().partition("What was done")[0]
    told = AuditEntry.objects.filter(action__in=("linked", "revoked")).order_by("at")
    assert [(entry.action, entry.user) for entry in told] == [("linked", "anna"), ("revoked", "anna")]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"lasts": "own", "day": ""}, "Choose a day."),
        ({"lasts": "own", "day": "2020-01-01"}, "This time is past."),
        ({"lasts": "own", "day": "9999-12-31"}, "A link is good for a year at most."),
        ({"lasts": "1000"}, "Select a valid choice."),
        ({"note": " "}, "This field is required."),
    ],
)
def test_what_is_wrong_with_a_link_is_said_where_it_was_typed(typed, said):
    one, client = article(), Client()
    client.force_login(editor())

    page = client.post(
        reverse("admin:authoring_article_link", args=[one.pk]),
        {"note": "Zoë", "lasts": "7", "shows": "", "day": "", **typed},
    )

    assert page.status_code == 400
    assert said in page.content.decode()
    assert not PreviewLink.objects.exists()
