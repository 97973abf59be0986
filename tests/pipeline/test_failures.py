"""What readers and writers notice when something dies: one test for each row of DESIGN's table."""

import signal
import time

import pytest
from django.db import connections
from django.utils import timezone

from authoring import outbox, tasks
from authoring.models import Article, OutboxMessage, ScheduledChange
from authoring.services import scheduling
from cms.databases import READ, WRITE
from publishing import projector
from publishing.models import DeadLetter, Page, Position, PublishedArticle, Refresh
from tests.pipeline import machines
from tests.pipeline.builders import (
    deliver,
    draft,
    live,
    make_due,
    newest,
    owed,
    path,
    publish,
    pump,
    refresh,
    settle,
    status,
    withdraw,
)
from tests.pipeline.machines import until
from tests.servers import running

pytestmark = pytest.mark.django_db(transaction=True, databases=[WRITE, READ])


@pytest.fixture(autouse=True)
def _empty_broker():
    running().broker.flush()


def test_death_inside_a_service_leaves_nothing(monkeypatch):
    article = draft()

    def die(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("authoring.outbox.appending.codec.encode", die)
    with pytest.raises(KeyboardInterrupt):
        publish(article)

    unchanged = Article.objects.get(pk=article.pk)
    assert (unchanged.version, unchanged.live_revision, unchanged.published_at) == (0, None, None)
    assert not OutboxMessage.objects.exists()


def test_death_after_commit_and_before_the_nudge_is_made_good_by_beat(monkeypatch):
    monkeypatch.setattr("authoring.wire.nudge", lambda task: None)
    with machines.worker("authoring") as authoring, machines.worker("publishing") as publishing:
        article = live()
        with machines.beat("authoring") as beat:
            until(lambda: status(path(article)) == 200, "the page is there", authoring, publishing, beat)


@pytest.mark.parametrize("outage", ["refused", "frozen", "flushed"])
def test_publish_succeeds_without_the_broker_and_the_page_comes_with_its_return(outage):
    broker = running().broker
    with (
        machines.worker("authoring") as authoring,
        machines.worker("publishing") as publishing,
        machines.beat("authoring") as beat,
    ):
        warm = live()
        until(lambda: status(path(warm)) == 200, "a first page is there", authoring, publishing, beat)
        {"refused": broker.kill, "frozen": broker.freeze, "flushed": broker.freeze}[outage]()
        started = time.monotonic()
        article = live()
        took = time.monotonic() - started
        if outage == "refused":
            broker.start()
        else:
            broker.thaw()
        if outage == "flushed":
            broker.flush()

        assert took < 1
        until(
            lambda: status(path(article)) == 200, "the page is there", authoring, publishing, beat, seconds=15
        )


@pytest.mark.parametrize("moment", ["before sending", "after sending"])
def test_relay_that_dies_after_claiming_sends_again_when_the_lease_ends(moment):
    article = live()
    sent = []

    def die(batch):
        if moment == "after sending":
            sent.append(batch)
        raise SystemExit

    with pytest.raises(SystemExit):
        outbox.relay(die)
    assert outbox.relay(lambda batch: sent.append(batch)) == 0, "the lease holds"
    make_due()
    assert outbox.relay(lambda batch: sent.append(batch)) == 1

    for batch in sent:
        settle(deliver(batch))
    assert status(path(article)) == 200
    assert owed() == 0
    assert Position.objects.get(kind="article").version == 1


def test_worker_of_publishing_killed_by_sigkill_loses_nothing():
    with machines.worker("authoring") as authoring, machines.beat("authoring") as beat:
        made = [draft() for _ in range(30)]
        with machines.worker("publishing") as doomed:
            until(lambda: "ready" in doomed.output or doomed.popen.poll() is None, "it starts", doomed)
            for article in made:
                publish(article)
            until(lambda: PublishedArticle.objects.exists(), "it has begun", authoring, doomed)
            doomed.kill()
        with machines.worker("publishing") as publishing:
            until(
                lambda: PublishedArticle.objects.count() == 30 and owed() == 0,
                "all are there",
                authoring,
                publishing,
                beat,
                seconds=40,
            )


def test_projector_that_dies_before_its_commit_leaves_nothing_and_is_sent_again(monkeypatch):
    article = live()

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("publishing.tables.change", die)
        with pytest.raises(SystemExit):
            outbox.relay(lambda batch: settle(deliver(batch)))
    assert not Position.objects.exists()

    make_due()
    pump()
    assert status(path(article)) == 200


def test_projector_that_dies_before_acknowledging_is_sent_again_and_says_when_it_was_applied():
    article = live()
    outbox.relay(lambda batch: deliver(batch))
    applied_at = Position.objects.get().applied_at
    time.sleep(0.3)

    make_due()
    pump()

    message = newest(article)
    assert message.applied_at == applied_at
    assert message.acknowledged_at > applied_at + timezone.timedelta(seconds=0.3)


def test_death_before_lists_are_refreshed_is_made_good_by_the_next_sweep():
    outbox_article = live(title="On the home page")
    outbox.relay(lambda batch: settle(deliver(batch)))
    assert Refresh.objects.filter(path="/").exists()
    assert status("/") is None

    with machines.worker("publishing") as publishing, machines.beat("publishing") as beat:
        until(lambda: status("/") == 200, "the home page is there", publishing, beat)
    assert status(path(outbox_article)) == 200


def test_messages_reversed_and_doubled_end_with_the_newest():
    article = live(title="One")
    publish(article, title="Two")
    publish(article, title="Three")
    messages = [(m.message, 0) for m in OutboxMessage.objects.order_by("-version")]

    for message in [*messages, *messages]:
        projector.project([message])

    assert PublishedArticle.objects.get().title == "Three"
    assert Position.objects.get(kind="article").version == 3


def test_publish_that_arrives_after_the_withdrawal_stays_gone():
    article = live()
    late = newest(article).message
    withdraw(article)
    pump()

    projector.project([(late, 0)])

    assert not PublishedArticle.objects.exists()
    assert status(path(article)) == 410


def test_message_of_an_unknown_schema_waits_for_the_release_that_knows_it(monkeypatch):
    article = live()
    newer = newest(article).message.replace('"schema":1', '"schema":2')
    OutboxMessage.objects.update(message=newer, schema=2)
    pump()
    assert (owed(), PublishedArticle.objects.count(), DeadLetter.objects.count()) == (1, 0, 0)

    monkeypatch.setitem(projector.codec.SCHEMAS, "article", 2)
    make_due()
    pump()

    assert (owed(), PublishedArticle.objects.count()) == (0, 1)


def test_read_database_killed_readers_keep_pages_writers_go_on_and_all_catches_up():
    read = running().read
    first = live(title="Before the outage")
    pump()
    with (
        machines.web("publishing") as site,
        machines.worker("authoring") as authoring,
        machines.worker("publishing") as publishing,
        machines.beat("authoring") as beat,
    ):
        assert machines.get(site + path(first))[0] == 200
        read.stop("immediate")
        try:
            second = live(title="During the outage")
            served, body = machines.get(site + path(first))
            assert (served, b"Before the outage" in body) == (200, True)
        finally:
            read.start()
            machines.reconnect()
        until(lambda: status(path(second)) == 200, "it catches up", authoring, publishing, beat, seconds=30)
        until(lambda: machines.get(site + path(second))[0] == 200, "readers see it")


def test_workers_off_for_a_day_the_broker_stays_small_and_the_newest_come_first():
    article = live(title="Old text")
    others = [live() for _ in range(600)]
    publish(article, title="New text")
    broker = running().broker
    sizes = []
    for _ in range(30):
        outbox.relay(tasks.send, waiting=tasks.wire.batches_waiting)
        sizes.append(tasks.wire.batches_waiting())
        make_due()

    with broker.client() as client:
        used = client.info("memory")["used_memory"]
    first = OutboxMessage.objects.filter(attempts__gt=0).latest("pk")
    assert max(sizes) <= 110
    assert used < 50_000_000
    assert first.key == str(article.pk)
    assert OutboxMessage.objects.get(key=str(article.pk), version=1).attempts == 0, "superseded: never sent"

    broker.flush()
    make_due()
    pump()
    assert PublishedArticle.objects.count() == len(others) + 1
    assert PublishedArticle.objects.get(title="New text").version == 2


def test_write_database_and_authoring_dead_readers_notice_nothing_and_publishing_ticks_go_on():
    write = running().write
    article = live(title="Still here")
    pump()
    where = path(article)
    with (
        machines.web("publishing") as site,
        machines.worker("publishing") as publishing,
        machines.beat("publishing") as beat,
    ):
        write.stop("immediate")
        try:
            assert machines.get(site + where)[0] == 200
            Refresh.objects.create(path="/")
            Page.objects.filter(path="/").delete()
            until(lambda: status("/") == 200, "publishing's own tick refreshes", publishing, beat)
            assert machines.get(site + "/search/?q=still")[0] == 200
        finally:
            write.start()
            machines.reconnect()


def test_read_database_lost_is_rebuilt_from_the_compacted_log():
    kept = [live() for _ in range(5)]
    gone = live()
    withdraw(gone)
    pump()
    before = _read_state()
    with connections[READ].cursor() as cursor:
        cursor.execute(
            "TRUNCATE publishing_page, publishing_position, publishing_publishedarticle, publishing_searchentry"
        )

    outbox.replay()
    pump()

    assert _read_state() == before
    assert status(path(gone)) == 410
    assert len(kept) == PublishedArticle.objects.count()


def test_two_beats_and_two_workers_do_each_due_change_once():
    made = [draft() for _ in range(10)]
    now = scheduling.database_now()
    soon = now + timezone.timedelta(seconds=3)
    for article in made:
        scheduling.schedule(article.pk, action="publish", due_at=soon, zone="UTC", now=now)
    with (
        machines.worker("authoring") as one,
        machines.worker("authoring") as two,
        machines.beat("authoring") as beat,
        machines.beat("authoring") as other,
    ):
        until(
            lambda: not ScheduledChange.objects.filter(done_at=None).exists(),
            "all are done",
            one,
            two,
            beat,
            other,
        )
        time.sleep(1.5)

    assert set(Article.objects.values_list("version", flat=True)) == {1}
    assert OutboxMessage.objects.filter(kind="article").count() == 10
    assert not ScheduledChange.objects.exclude(failed_at=None).exists()


def test_beat_down_for_a_day_late_changes_happen_at_once_and_in_order():
    article = draft()
    now = scheduling.database_now()
    for action, minutes in (("publish", 1), ("withdraw", 2)):
        scheduling.schedule(
            article.pk, action=action, due_at=now + timezone.timedelta(minutes=minutes), zone="UTC", now=now
        )
    ScheduledChange.objects.update(due_at=now - timezone.timedelta(days=1))
    ScheduledChange.objects.filter(action="withdraw").update(due_at=now - timezone.timedelta(hours=1))

    assert scheduling.publish_due() == 2
    sent = []
    outbox.relay(sent.extend)

    assert [message.message.count("article.withdrawn") for message in sent] == [1], (
        "never seen between the two"
    )
    assert Article.objects.get().withdrawn_at is not None


def test_worker_frozen_and_thawed_applies_nothing_older_than_what_came_meanwhile():
    article = live(title="One")
    with machines.worker("authoring") as authoring, machines.worker("publishing") as frozen:
        until(lambda: status(path(article)) == 200, "a first page", authoring, frozen)
        frozen.signal(signal.SIGSTOP)
        publish(article, title="Two")
        publish(article, title="Three")
        until(lambda: _pumped() == "Three", "another projector applies the newest")
        frozen.signal(signal.SIGCONT)
        until(lambda: tasks.wire.batches_waiting() == 0, "the queue is empty", frozen)
        time.sleep(0.5)
    refresh()
    assert PublishedArticle.objects.get().title == "Three"


def _pumped() -> str:
    make_due()
    pump()
    return PublishedArticle.objects.get().title


def _read_state() -> dict[str, object]:
    return {
        "pages": {p.path: (p.status, p.location, bytes(p.body)) for p in Page.objects.all()},
        "positions": set(Position.objects.values_list("kind", "key", "version", "is_live", "digest")),
        "articles": set(PublishedArticle.objects.values_list("key", "version", "title", "html")),
    }
