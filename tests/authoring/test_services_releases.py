"""Releases: put together, going out together or not at all, and in the middle of everything else."""

import datetime as dt
import threading
import time

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connections, transaction
from django.utils import timezone

from authoring.models import Article, OutboxMessage, Release, ReleaseChange, ReservedPath, Revision
from authoring.services import articles, audit, autosaving, releases, releasing, scheduling, trash
from cms.databases import WRITE
from tests.authoring.builders import NOW, article, editor, live, messages, text, writer
from tests.authoring.races import at_once

PAST = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def release(*members: Article, withdraws: tuple[Article, ...] = (), at: dt.datetime | None = None) -> Release:
    """A release that publishes `members`; with `at`, one that was planned long before."""
    made = releases.create(name="Spring")
    if members:
        releases.add(made.pk, [one.pk for one in members], action="publish")
    if withdraws:
        releases.add(made.pk, [one.pk for one in withdraws], action="withdraw")
    if at:
        releases.schedule(made.pk, due_at=at, zone="UTC", now=at - dt.timedelta(days=1))
    made.refresh_from_db()
    return made


def versions(*chosen: Article) -> list[int]:
    return [Article.objects.get(pk=one.pk).version for one in chosen]


def failures(made: Release) -> dict[str, str]:
    return {change.title: change.failure for change in made.changes.all()}


def test_everything_in_a_release_goes_out_together():
    one, two, three = article("One"), live("Two"), live("Three")
    articles.save_draft(two.pk, text("Two", body="Newer"))
    made = release(one, two, withdraws=(three,))
    before = len(messages())

    assert releasing.go(made.pk, now=NOW) == {}

    made.refresh_from_db()
    assert (made.done_at, made.failed_at) == (NOW, None)
    assert versions(one, two, three) == [1, 2, 2]
    assert Article.objects.get(pk=two.pk).live_revision.body == "Newer"
    assert sorted(message.type for message in messages()[before:]) == [
        "article.published",
        "article.published",
        "article.withdrawn",
    ]
    assert sorted(made.changes.values_list("version", flat=True)) == [1, 2, 2]


@pytest.mark.django_db(transaction=True)
def test_messages_of_a_release_are_rows_of_one_transaction():
    made = release(*(article(f"Number {number}") for number in range(3)))

    releasing.go(made.pk, now=NOW)

    assert OutboxMessage.objects.values("xid").distinct().count() == 1


def test_one_article_that_cannot_go_holds_all_back_and_every_reason_is_told():
    fine, draft, gone, trashed = (article(name) for name in ("Fine", "Draft", "Gone", "Trashed"))
    made = release(fine, gone, trashed, withdraws=(draft,))
    for one in (gone, trashed):
        trash.put(one.pk, now=NOW)
    trash.delete(gone.pk)

    reasons = releasing.go(made.pk, now=NOW)

    made.refresh_from_db()
    assert (made.done_at, made.failed_at, made.failure) == (None, NOW, "3 of its articles cannot go out.")
    assert failures(made) == {
        "Fine": "",
        "Draft": "It is not on the public site: there is nothing to unpublish.",
        "Gone": "It was deleted.",
        "Trashed": "It is in the trash.",
    }
    assert len(reasons) == 3
    assert versions(fine, draft) == [0, 0]
    assert messages() == []
    assert not ReservedPath.objects.filter(is_public=True).exists()


def test_a_release_that_failed_goes_out_once_its_articles_can():
    one, draft = article("One"), article("Draft")
    made = release(one, withdraws=(draft,))
    releasing.go(made.pk, now=NOW)
    articles.publish(draft.pk, now=NOW)

    assert releasing.go(made.pk, now=NOW) == {}

    made.refresh_from_db()
    assert (made.done_at, made.failed_at, made.failure) == (NOW, None, "")
    assert failures(made) == {"One": "", "Draft": ""}
    assert versions(one, draft) == [1, 2]


def test_an_empty_release_fails():
    made = release(at=PAST)

    assert releasing.go_due()

    made.refresh_from_db()
    assert made.failure == "It holds no articles."
    assert not releasing.go_due()


def test_a_release_goes_out_at_its_time_and_not_before():
    one, now = article(), timezone.now()
    made = release(one)
    releases.schedule(made.pk, due_at=now + dt.timedelta(hours=1), zone="Europe/Vienna", now=now)
    assert not releasing.go_due()
    assert versions(one) == [0]

    Release.objects.filter(pk=made.pk).update(due_at=PAST)

    assert releasing.go_due()
    assert not releasing.go_due()
    assert versions(one) == [1]


def test_a_release_without_a_time_waits_for_somebody():
    release(article())

    assert not releasing.go_due()


def test_the_revision_that_was_added_goes_out_until_somebody_takes_the_newest():
    one = article(body="Chosen")
    made = release(one)
    articles.save_draft(one.pk, text(body="Newer"))
    assert [change.title for change in releases.outdated(made)] == ["Hello"]
    assert releasing.rehearse(made.pk, now=NOW) == {}
    assert made.changes.get().revision.body == "Chosen"

    assert releases.take_newest(made.pk) == 1

    releasing.go(made.pk, now=NOW)
    assert Article.objects.get().live_revision.body == "Newer"
    assert not releases.outdated(made).exists()


def test_a_rehearsal_tells_what_would_fail_and_changes_nothing():
    one, draft = article("One"), article("Draft")
    made = release(one, withdraws=(draft,))

    reasons = releasing.rehearse(made.pk, now=NOW)

    made.refresh_from_db()
    assert list(reasons.values()) == ["It is not on the public site: there is nothing to unpublish."]
    assert (made.done_at, made.failed_at) == (None, None)
    assert versions(one, draft) == [0, 0]
    assert messages() == []


def test_a_rehearsal_of_what_can_go_out_changes_nothing_either():
    one = article()
    made = release(one)

    assert releasing.rehearse(made.pk, now=NOW) == {}

    assert versions(one) == [0]
    assert messages() == []
    assert not ReservedPath.objects.filter(is_public=True).exists()
    assert made.changes.get().version is None


def test_an_article_is_in_a_release_once():
    one = live()
    made = release(one)

    assert releases.add(made.pk, [one.pk, one.pk], action="withdraw") == 1

    change = made.changes.get()
    assert (change.action, change.revision) == ("withdraw", None)


def test_a_change_is_taken_out_of_its_own_release_alone():
    one, two = release(article("One")), release(article("Two"))
    change = two.changes.get()

    assert not releases.remove(one.pk, change.pk)
    assert releases.remove(two.pk, change.pk)
    assert not two.changes.exists()


@pytest.mark.parametrize("settle", ["go", "cancel"])
def test_a_release_that_is_settled_does_not_change_any_more(settle):
    one = article()
    made = release(one)
    {"go": releasing.go, "cancel": releases.cancel}[settle](made.pk, now=NOW)
    before = versions(one)
    change = made.changes.get().pk

    for act in (
        lambda: releasing.go(made.pk, now=NOW),
        lambda: releasing.rehearse(made.pk, now=NOW),
        lambda: releases.cancel(made.pk, now=NOW),
        lambda: releases.add(made.pk, [one.pk], action="withdraw"),
        lambda: releases.remove(made.pk, change),
        lambda: releases.take_newest(made.pk),
        lambda: releases.schedule(made.pk, due_at=None, now=NOW),
        lambda: releases.describe(made.pk, name="Other", note=""),
    ):
        with pytest.raises(releases.Settled):
            act()

    assert versions(one) == before
    assert (made.changes.get().action, Release.objects.get().name) == ("publish", "Spring")
    assert not releasing.go_due()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"note": "x" * 2001}, "note"),
        ({"note": "\x00"}, "note"),
    ],
)
def test_names_and_notes_that_cannot_be_kept_are_refused(typed, field):
    with pytest.raises(ValidationError) as caught:
        releases.create(**{"name": "Spring", "note": "", **typed})

    assert list(caught.value.message_dict) == [field]
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"due_at": NOW}, "due_at"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"zone": "localtime"}, "zone"),
        ({"due_at": dt.datetime.fromisoformat("9999-12-31T23:59:59-12:00")}, "due_at"),
    ],
)
def test_impossible_times_of_releases_are_refused(wanted, field):
    made = release(article())

    with pytest.raises(ValidationError) as caught:
        releases.schedule(made.pk, now=NOW, **{"due_at": NOW + dt.timedelta(days=1), "zone": "UTC", **wanted})

    assert list(caught.value.message_dict) == [field]


def test_a_release_holds_a_bounded_number_of_articles(monkeypatch):
    monkeypatch.setattr(releases, "MOST", 1)
    made = release(article("One"))

    with pytest.raises(ValidationError, match="at most 1 articles"):
        releases.add(made.pk, [article("Two").pk], action="publish")

    assert made.changes.count() == 1


def test_a_revision_in_a_release_keeps_its_path_and_is_not_thinned_out():
    anna = writer()
    one = autosaving.begin(text("A", "a"), by=anna)
    made = release(one)
    articles.save_draft(one.pk, text("A", "b"), by=anna)
    Revision.objects.all()

    assert not autosaving.loose().exists()
    assert ReservedPath.objects.filter(path="/a/").exists()

    releases.cancel(made.pk, now=NOW)
    articles.save_draft(one.pk, text("A", "c"), by=anna)
    assert not ReservedPath.objects.filter(path="/a/").exists()


def test_drafts_that_swapped_their_addresses_go_out_together():
    one, two = article("One", "a"), article("Two", "b")
    articles.save_draft(one.pk, text("One", "c"))
    articles.save_draft(two.pk, text("Two", "a"))
    articles.save_draft(one.pk, text("One", "b"))
    made = release(one, two)

    assert releasing.go(made.pk, now=NOW) == {}

    assert [Article.objects.get(pk=x.pk).path for x in (one, two)] == ["/b/", "/a/"]


def test_an_address_that_readers_knew_stays_its_articles_own_in_a_release_too():
    one, two = live("One", "a"), live("Two", "b")
    articles.save_draft(one.pk, text("One", "c"))
    releasing.go(release(one).pk, now=NOW)

    with pytest.raises(ValidationError, match="/a/ is taken"):
        articles.save_draft(two.pk, text("Two", "a"))


def test_what_is_due_on_one_article_happens_in_order_whoever_planned_it():
    """A publish at 1:00, a release at 2:00 that withdraws, a publish at 3:00: seen after an outage."""
    one, hour = article(body="First"), dt.timedelta(hours=1)
    early = {"zone": "UTC", "now": PAST - hour}
    scheduling.schedule(one.pk, action="publish", due_at=PAST + hour, **early)
    made = release(withdraws=(one,), at=PAST + 2 * hour)
    articles.save_draft(one.pk, text(body="Second"))
    scheduling.schedule(one.pk, action="publish", due_at=PAST + 3 * hour, **early)

    assert not releasing.go_due()
    assert scheduling.publish_due() == 1
    assert scheduling.publish_due() == 0
    assert releasing.go_due()
    assert scheduling.publish_due() == 1

    made.refresh_from_db()
    assert [message.type.split(".")[1] for message in messages()] == ["published", "withdrawn", "published"]
    assert Article.objects.get().live_revision.body == "Second"


def test_of_two_releases_that_are_due_the_earlier_goes_first_on_articles_of_both():
    one, hour = article(), dt.timedelta(hours=1)
    later = release(withdraws=(one,), at=PAST + hour)
    earlier = release(one, at=PAST)
    with transaction.atomic(using=WRITE):
        assert releasing.go_due()

    assert Release.objects.get(pk=earlier.pk).done_at
    assert not Release.objects.get(pk=later.pk).done_at
    assert releasing.go_due()
    assert versions(one) == [2]


def test_a_database_that_breaks_off_is_no_failure_of_the_release(monkeypatch):
    one = article()
    made = release(one, at=PAST)

    def breaks_off(*_, **__):
        raise OperationalError("the connection is gone")

    with monkeypatch.context() as broken:
        broken.setattr(articles, "publish_locked", breaks_off)
        with pytest.raises(OperationalError):
            releasing.go_due()

    made.refresh_from_db()
    assert made.is_waiting
    assert releasing.go_due()
    assert versions(one) == [1]


def test_the_audit_log_tells_what_was_done_to_a_release_and_to_its_articles():
    anna, one, draft = editor(name="anna"), article("One"), article("Draft")
    made = releases.create(name="Spring", by=anna)
    releases.add(made.pk, [one.pk], action="publish", by=anna)
    releases.add(made.pk, [draft.pk], action="withdraw", by=anna)
    releasing.rehearse(made.pk, now=NOW, by=anna)
    releasing.go(made.pk, now=NOW, by=anna)
    releases.remove(made.pk, made.changes.get(article=draft).pk, by=anna)
    releases.schedule(made.pk, due_at=NOW, zone="UTC", now=NOW - dt.timedelta(days=1), by=anna)
    releasing.go_due()

    told = [
        (entry.user, entry.action, entry.note) for entry in audit.entries(kind="release", key=str(made.pk))
    ]
    assert told[::-1] == [
        ("anna", "created", ""),
        ("anna", "added", "publish “One”"),
        ("anna", "added", "unpublish “Draft”"),
        ("anna", "failed", "One of its articles cannot go out."),
        ("anna", "removed", "unpublish “Draft”"),
        ("anna", "scheduled", "at 2026-03-01 12:00 UTC"),
        ("anna", "released", ""),
    ]
    (published,) = [entry for entry in audit.entries(key=str(one.pk)) if entry.action == "published"]
    assert (published.user, published.way, published.to_version) == ("anna", "scheduler", 1)


# --- At the same moment ---


@pytest.mark.django_db(transaction=True)
def test_two_workers_let_each_release_go_out_once():
    members = [article(f"Number {number}") for number in range(4)]
    for one in members:
        release(one, at=PAST)

    def work() -> int:
        return sum(iter(lambda: int(releasing.go_due()), 0))

    done = at_once(work, work)

    assert sum(done) == 4
    assert versions(*members) == [1, 1, 1, 1]
    assert len(messages()) == 4


@pytest.mark.django_db(transaction=True)
def test_two_releases_with_the_same_articles_wait_for_each_other_and_not_in_a_ring():
    members = [article(f"Number {number}") for number in range(12)]
    one, two = release(*members), release(*reversed(members))

    for _ in range(3):
        outcomes = at_once(lambda: releasing.go(one.pk, now=NOW), lambda: releasing.go(two.pk, now=NOW))
        assert outcomes == [{}, {}]
        Release.objects.update(done_at=None)

    assert set(versions(*members)) == {6}


@pytest.mark.django_db(transaction=True)
def test_a_release_does_not_overtake_an_earlier_one_that_another_worker_has_in_hand():
    one, other = article("One"), article("Other")
    later = release(withdraws=(one,), at=PAST + dt.timedelta(hours=1))
    elsewhere = release(other, at=PAST + dt.timedelta(hours=2))
    earlier = release(one, at=PAST)
    held, tried = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(using=WRITE):
            releases.lock_open(earlier.pk)
            held.set()
            tried.wait(10)

    def work() -> list[bool]:
        held.wait(10)
        try:
            return [releasing.go_due(), releasing.go_due()]
        finally:
            tried.set()

    assert at_once(hold, work) == [None, [True, False]]
    assert Release.objects.get(pk=elsewhere.pk).done_at
    assert Release.objects.get(pk=later.pk).is_waiting


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_the_first_article_of_a_release_holds_none_of_the_others():
    """Otherwise two releases could each hold what the other waits for."""
    members = [article(f"Number {number}") for number in range(8)]
    made = release(*members)
    keys = sorted(one.pk for one in members)
    held, looked = threading.Event(), threading.Event()

    def hold() -> list[bool]:
        with transaction.atomic(using=WRITE):
            articles.lock(keys[0])
            held.set()
            looked.wait(10)
            return [bool(articles.lockable(skip_locked=True).filter(pk=key)) for key in keys[1:]]

    def go() -> dict[int, str]:
        held.wait(10)
        threading.Thread(target=notice).start()
        return releasing.go(made.pk, now=NOW)

    def notice() -> None:
        with connections[WRITE].cursor() as cursor:
            for _ in range(200):
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
                if cursor.fetchone()[0]:
                    break
                time.sleep(0.02)
        connections.close_all()
        looked.set()

    assert at_once(hold, go) == [[True] * 7, {}]
    assert set(versions(*members)) == {1}


@pytest.mark.django_db(transaction=True)
def test_a_save_in_the_moment_of_a_release_is_kept_and_the_chosen_text_goes_out():
    members = [article(f"Number {number}", body="Chosen") for number in range(8)]
    made = release(*members)

    def edit() -> None:
        for number, one in reversed(list(enumerate(members))):
            articles.save_draft(one.pk, text(f"Number {number}", body="Edited"))

    outcomes = at_once(lambda: releasing.go(made.pk, now=NOW), edit)

    assert outcomes == [{}, None]
    for one in Article.objects.select_related("live_revision", "latest_revision"):
        assert (one.version, one.live_revision.body, one.latest_revision.body) == (1, "Chosen", "Edited")


@pytest.mark.django_db(transaction=True)
def test_a_release_and_scheduled_changes_of_its_articles_happen_once_each_and_in_order():
    members = [article(f"Number {number}") for number in range(6)]
    for one in members:
        scheduling.schedule(
            one.pk, action="publish", due_at=PAST, zone="UTC", now=PAST - dt.timedelta(hours=1)
        )
    made = release(withdraws=tuple(members), at=PAST + dt.timedelta(hours=1))

    def work() -> None:
        for _ in range(20):
            scheduling.publish_due(limit=2)
            releasing.go_due()

    at_once(work, work)

    made.refresh_from_db()
    assert made.failure == ""
    assert made.done_at
    assert versions(*members) == [2] * 6
    assert not Article.objects.filter(live_revision__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_a_release_that_is_cancelled_in_the_moment_it_goes_either_went_or_did_not():
    for number in range(6):
        one = article(f"Number {number}")
        made = release(one, at=PAST)

        went, cancelled = at_once(releasing.go_due, lambda made=made: releases.cancel(made.pk, now=NOW))

        made.refresh_from_db()
        assert (made.done_at is None) != (made.cancelled_at is None)
        assert versions(one) == [1 if made.done_at else 0]
        assert isinstance(cancelled, releases.Settled) == bool(made.done_at)
        assert went == bool(made.done_at)


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_release_finds_it_as_it_is_when_their_turn_comes():
    """The articles of a release are read after its lock: what was added meanwhile goes out too."""
    one, two = article("One"), article("Two")
    made = release(one)
    held, added = threading.Event(), threading.Event()

    def add() -> None:
        with transaction.atomic(using=WRITE):
            releases.add(made.pk, [two.pk], action="publish")
            held.set()
            added.wait(10)

    def go() -> dict[int, str]:
        held.wait(10)
        threading.Timer(0.2, added.set).start()
        return releasing.go(made.pk, now=NOW)

    at_once(add, go)

    assert versions(one, two) == [1, 1]
    assert ReleaseChange.objects.filter(version=1).count() == 2
