"""What people are told, and the mail about it: claimed with a lease, sent outside transactions, tried again."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, connections
from django.db.models import F
from django.utils import timezone

from authoring import mailing
from authoring.models import MailPreference, Notification, Release
from authoring.services import (
    articles,
    comments,
    notifying,
    releases,
    releasing,
    reviews,
    scheduling,
    sharing,
)
from tests.authoring.builders import NOW, article, editor, publisher, writer


@pytest.fixture(autouse=True)
def mail_server(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example.org"


class Refusing(EmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages: Any) -> int:
        raise OSError("connection refused")


def asked(to: Any, title: str = "Hello", message: str = "Please.") -> Notification:
    """Somebody is asked for a review."""
    ines = writer(first_name="Ines", last_name="H.")
    one = article(title, by=ines)
    reviews.submit(one.pk, by=ines, now=NOW, reviewers=[to.get_username()], message=message)
    return Notification.objects.get(article=one)


def make_due() -> None:
    Notification.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=F("created_at"))


def send_all() -> int:
    sent = 0
    while mailing.send_next():
        sent += 1
    return sent


def test_a_mail_says_what_happened_and_where_and_is_sent_once():
    anna = editor(email="anna@example.org")
    row = asked(anna)

    assert (send_all(), send_all()) == (1, 0)

    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["anna@example.org"], "Ines H. asked for your review of “Hello”")
    assert sent.body == (
        "Ines H. asked for your review of “Hello”.\nPlease.\n"
        f"http://testserver/admin/authoring/article/{row.article_id}/review/\n\n"
        "--\nAll of it, and the switch for these mails: http://testserver/admin/inbox/\n"
    )
    row.refresh_from_db()
    assert (row.mailed_at is not None, row.next_attempt_at, row.attempts) == (True, None, 1)


def test_comments_of_a_minute_are_one_mail():
    ines, anna = writer(email="ines@example.org"), editor(name="anna")
    one = article(by=ines, body="The secret passage.")
    comments.comment(one.pk, by=anna, body="First", number=1, quote="The secret passage.")
    comments.comment(one.pk, by=anna, body="Second", number=1)

    assert send_all() == 0
    make_due()
    assert send_all() == 1

    (sent,) = mail.outbox
    assert sent.subject == "2 things on your desk"
    assert sent.body.index("First") > sent.body.index("anna commented on “Hello”") >= 0
    assert "Second" in sent.body
    assert "secret" not in sent.body


def test_what_was_read_needs_no_mail_and_a_switch_ends_them_all():
    anna, ben = editor(email="anna@example.org"), editor(email="ben@example.org")
    asked(anna)
    asked(ben, "Other")
    notifying.mark_read(anna, now=NOW)
    notifying.choose_mail(ben, wanted=False)
    asked(ben, "Third")

    assert send_all() == 0
    assert not notifying.wants_mail(ben)
    notifying.choose_mail(ben, wanted=True)
    asked(ben, "Fourth")
    assert send_all() == 1
    assert MailPreference.objects.count() == 1


def test_who_has_no_address_or_works_here_no_more_gets_none(settings):
    anna, ben = editor(), editor(email="ben@example.org")
    asked(anna)
    asked(ben, "Other")
    ben.is_active = False
    ben.save()

    assert send_all() == 1
    assert mail.outbox == []
    settings.EMAIL_HOST = ""
    cleo = editor(email="cleo@example.org")
    assert asked(cleo, "Third").next_attempt_at is None


def test_no_mail_tells_of_an_article_that_its_reader_may_not_see_any_more():
    ines, eve = writer(), writer(name="eve", email="eve@example.org")
    one = article(by=ines)
    sharing.share(one.pk, "eve", by=ines)
    sharing.unshare(one.pk, eve.pk, by=ines)

    assert list(notifying.inbox(eve)) == []
    assert send_all() == 1
    assert mail.outbox == []


def test_a_mail_that_fails_is_tried_again_later_and_given_up_in_the_end(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    row = asked(editor(email="anna@example.org"))
    monkeypatch.setattr(mailing, "MOST_ATTEMPTS", 2)

    assert not mailing.send_next()
    row.refresh_from_db()
    first = row.next_attempt_at - timezone.now()
    assert dt.timedelta(minutes=4) < first <= mailing.FIRST_REST
    assert (row.attempts, row.mailed_at) == (1, None)

    make_due()
    assert not mailing.send_next()
    row.refresh_from_db()
    assert (row.attempts, row.mailed_at, row.next_attempt_at) == (2, None, None)


def test_a_mail_that_cannot_be_sent_does_not_hold_up_the_others(monkeypatch):
    bad, good = editor(email="bad@example.org"), editor(email="good@example.org")
    asked(bad)
    asked(good, "Other")
    send = mailing._mail

    def broken(user: Any, rows: Any) -> Any:
        if user == bad:
            raise ValueError("no header")
        return send(user, rows)

    monkeypatch.setattr(mailing, "_mail", broken)

    assert (mailing.send_next(), mailing.send_next(), mailing.send_next()) == (False, True, False)
    assert [sent.to for sent in mail.outbox] == [["good@example.org"]]


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_mail_once_and_outside_any_transaction(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Watching"
    Watching.in_transaction = []
    for number in range(6):
        asked(editor(email=f"anna{number}@example.org"), f"Number {number}")
    barrier = threading.Barrier(2)

    def run() -> None:
        barrier.wait()
        try:
            send_all()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send_all()

    assert sorted(sent.to[0] for sent in mail.outbox) == [f"anna{number}@example.org" for number in range(6)]
    assert Watching.in_transaction == [False] * 6


class Watching(EmailBackend):
    """Notes whether a transaction is open while it sends."""

    in_transaction: list[bool] = []

    def send_messages(self, messages: Any) -> int:
        Watching.in_transaction.append(connection.in_atomic_block)
        return super().send_messages(messages)


def test_one_turn_of_tick_sends_mail(settings):
    settings.INLINE = True
    from authoring import tasks

    asked(editor(email="anna@example.org"))
    tasks.mail()

    assert len(mail.outbox) == 1


def test_a_writer_is_told_when_others_publish_their_article_and_when_a_change_fails():
    ines, paul = writer(name="ines"), publisher(name="paul")
    one = article(by=ines)
    articles.publish(one.pk, by=paul, now=NOW)
    past = NOW - dt.timedelta(days=9)
    scheduling.schedule(
        one.pk, action="withdraw", due_at=past, zone="UTC", now=past - dt.timedelta(days=1), by=paul
    )
    articles.withdraw(one.pk, now=NOW)
    scheduling.publish_due()

    told = [(row.user.username, row.kind, row.text) for row in Notification.objects.order_by("pk")]
    reason = "It is not on the public site: there is nothing to unpublish."
    assert told[0] == ("ines", "published", "")
    assert sorted(told[1:]) == [("ines", "failed", reason), ("paul", "failed", reason)]


def test_what_is_told_reads_as_a_sentence_with_the_title_of_today():
    ines, paul = writer(), publisher(first_name="Paul", last_name="P.")
    one = article(by=ines)
    articles.publish(one.pk, by=paul, now=NOW)
    articles.publish(one.pk, now=NOW)

    assert [notifying.sentence(row) for row in notifying.inbox(ines)] == [
        "The schedule published “Hello”",
        "Paul P. published “Hello”",
    ]


def failing_release(*, by: Any, planned_by: Any) -> Release:
    """One that cannot go out, and is due."""
    made = releases.create(name="Spring", by=by)
    draft = article("Draft", by=by)
    releases.add(made.pk, [draft.pk], action="withdraw", by=by)
    releases.schedule(made.pk, due_at=NOW, zone="UTC", now=NOW - dt.timedelta(days=1), by=planned_by)
    return made


def told_of_releases() -> list[Any]:
    return list(Notification.objects.filter(release__isnull=False).values_list("user__username", "kind"))


def test_release_that_failed_is_told_and_mailed_to_who_made_it_and_who_planned_it():
    anna, ben = (
        publisher(name="anna", email="anna@example.org"),
        publisher(name="ben", email="ben@example.org"),
    )
    made = failing_release(by=anna, planned_by=ben)

    assert releasing.go_due() is True
    send_all()

    assert sorted(told_of_releases()) == [("anna", "failed"), ("ben", "failed")]
    assert sorted(sent.to[0] for sent in mail.outbox) == ["anna@example.org", "ben@example.org"]
    assert mail.outbox[0].subject == "The release “Spring” did not go out"
    assert mail.outbox[0].body.startswith(
        "The release “Spring” did not go out.\nOne of its articles cannot go out.\n“Draft”: It is not on the public"
        " site: there is nothing to unpublish.\n"
        f"http://testserver/admin/authoring/release/{made.pk}/change/\n"
    )


def test_who_watches_a_release_fail_is_not_told_but_who_planned_it_is():
    anna, ben = publisher(name="anna"), publisher(name="ben")
    made = failing_release(by=anna, planned_by=ben)

    assert releasing.go(made.pk, now=NOW, by=anna)

    assert told_of_releases() == [("ben", "failed")]


def test_notice_of_a_release_is_for_who_may_publish_today():
    anna, ben = publisher(name="anna"), publisher(name="ben")
    failing_release(by=anna, planned_by=ben)
    anna.groups.clear()
    releasing.go_due()
    assert told_of_releases() == [("ben", "failed")]

    ben.groups.clear()

    assert notifying.unread(get_user_model().objects.get(pk=ben.pk)) == 0


def test_notice_of_a_release_names_the_first_reasons_alone():
    anna = publisher()
    made = releases.create(name="Spring", by=anna)
    releases.add(made.pk, [article(f"Draft {n}", by=anna).pk for n in range(7)], action="withdraw", by=anna)
    releases.schedule(made.pk, due_at=NOW, zone="UTC", now=NOW - dt.timedelta(days=1), by=anna)

    releasing.go_due()

    lines = Notification.objects.get().text.splitlines()
    assert (lines[0], len(lines), lines[-1]) == ("7 of its articles cannot go out.", 7, "…")


def test_inbox_leads_to_the_release(client):
    anna = publisher()
    made = failing_release(by=anna, planned_by=anna)
    releasing.go_due()
    client.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")

    assert "The release “Spring” did not go out" in client.get("/admin/inbox/").content.decode()
    led = client.get(f"/admin/inbox/{Notification.objects.get().pk}/")

    assert led["Location"] == f"/admin/authoring/release/{made.pk}/change/"
    assert client.get(led["Location"]).status_code == 200
    assert notifying.unread(anna) == 0
