"""Who else has an article open."""

import datetime as dt

from authoring.models import Presence
from authoring.services import presence
from authoring.services.scheduling import database_now
from tests.authoring.builders import article, editor, writer
from tests.authoring.test_admin_articles import LIST, browser, page_of


def test_others_are_told_and_oneself_is_not():
    one, anna, ben = article(), editor(name="anna"), editor(name="ben")
    presence.note(one.pk, by=anna)
    presence.note(one.pk, by=ben)
    now = Presence.objects.get(user=anna).seen_at + dt.timedelta(seconds=20)

    assert presence.others(one.pk, than=ben, now=now) == [("anna", 20)]


def test_a_writer_who_is_not_heard_of_for_a_minute_is_gone():
    one, anna, ben = article(), editor(), editor()
    presence.note(one.pk, by=anna)
    now = Presence.objects.get().seen_at + dt.timedelta(seconds=60)

    assert presence.others(one.pk, than=ben, now=now) == []


def test_heartbeats_keep_one_row_and_forget_those_of_yesterday():
    one, other, anna = article("One"), article("Other"), editor()
    Presence.objects.create(article=other, user=anna, seen_at=database_now() - dt.timedelta(days=2))

    for _ in range(2):
        presence.note(one.pk, by=anna)

    assert Presence.objects.get().article == one


def test_an_open_article_says_who_else_has_it_open():
    one, anna = article(), editor(name="anna")
    browser(anna).post(f"{LIST}{one.pk}/presence/")
    client = browser(editor())

    (said,) = client.post(f"{LIST}{one.pk}/presence/").json()["others"]

    assert said.startswith("anna is editing this, last active ")
    assert f"{LIST}{one.pk}/presence/" in client.get(page_of(one)).content.decode()


def test_an_author_has_no_presence_at_others_articles():
    one = article()

    assert browser(writer()).post(f"{LIST}{one.pk}/presence/").status_code == 404
    assert not Presence.objects.exists()
