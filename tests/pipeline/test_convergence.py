"""Any order, any repetition, any loss that is reconciled: one read state."""

import datetime as dt
import random
import threading
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.models import Q
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authoring import outbox, tasks
from authoring.models import Article, OutboxMessage
from authoring.outbox import feed
from authoring.services import articles, trash
from cms import codec
from cms.databases import READ, WRITE
from cms.events import Published
from publishing import projector, reconciling
from publishing.models import Page, Position, PublishedArticle, SearchEntry
from tests.pipeline.builders import (
    draft,
    live,
    make_due,
    owed,
    path,
    publish,
    pump,
    refresh,
    settle,
    status,
    withdraw,
)
from tests.servers import running

ACTIONS = st.sampled_from(["publish", "rename", "withdraw", "retitle"])
HISTORIES = st.lists(st.tuples(st.integers(0, 2), ACTIONS), min_size=1, max_size=8)


@pytest.mark.django_db(databases=[WRITE, READ])
@given(history=HISTORIES, data=st.data())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_delivery_of_any_history_ends_as_the_straight_run(history, data):
    with _undone():
        messages = _live_through(history)
        with _undone():
            for message in messages:
                projector.project([(message, 0)])
            _inspect()
            straight = _read_state()

        kept = [m for m in messages if data.draw(st.booleans(), label="delivered")]
        disorder = data.draw(st.permutations(kept + kept[: len(kept) // 2]), label="order")
        for message in disorder:
            projector.project([(message, data.draw(st.integers(0, 1), label="again"))])
        _reconcile()

        assert _read_state() == straight


@pytest.mark.django_db(databases=[WRITE, READ])
def test_without_the_guard_a_late_message_would_win(monkeypatch):
    """The guard is broken on purpose: this proves that the tests above can fail."""
    messages = _live_through([(0, "publish"), (0, "withdraw")])
    monkeypatch.setattr(projector, "NEWER", Q(version__gte=0))

    for message in reversed(messages):
        projector.project([(message, 0)])

    assert PublishedArticle.objects.exists(), "the late publish resurrected it"


@pytest.mark.django_db(transaction=True, databases=[WRITE, READ])
@pytest.mark.parametrize(
    ("damage", "sql"),
    [
        ("article row", "UPDATE publishing_publishedarticle SET title = 'Damaged'"),
        ("missing row", "DELETE FROM publishing_publishedarticle"),
        ("page bytes", "UPDATE publishing_page SET body = 'x' WHERE status = 200 AND kind = 'article'"),
        ("missing page", "DELETE FROM publishing_page WHERE status = 200 AND kind = 'article'"),
        ("redirect", "UPDATE publishing_page SET location = '/elsewhere/' WHERE status = 301"),
        ("tombstone", "DELETE FROM publishing_page WHERE status = 410"),
        ("search vector", "UPDATE publishing_searchentry SET vector = to_tsvector('nothing')"),
        ("missing vector", "DELETE FROM publishing_searchentry"),
        ("list page", "UPDATE publishing_page SET body = 'x' WHERE path IN ('/', '/archive/', '/tags/')"),
        ("missing list", "DELETE FROM publishing_page WHERE path = '/'"),
        (
            "resurrected row",
            "INSERT INTO publishing_publishedarticle SELECT p.key, 1, '/gone/', 'en', 'Back', '', '', '', 1, now(),"
            " now(), '[]', '[]', '{}', '{}', NULL FROM publishing_position AS p WHERE NOT p.is_live",
        ),
        (
            "resurrected page",
            "UPDATE publishing_page SET status = 200, body = 'x' WHERE status = 410",
        ),
        ("lost position", "DELETE FROM publishing_position"),
        ("older position", "UPDATE publishing_position SET version = version - 1"),
        ("changed message", "UPDATE publishing_position SET message = replace(message, 'Text', 'Test')"),
    ],
)
def test_reconciling_heals(damage, sql):
    renamed = live(slug="first-slug", body="Text of one.")
    publish(renamed, slug="second-slug")
    live(body="Text of another.")
    withdraw(live(slug="gone"))
    pump()
    _inspect()
    before = _read_state()
    with connections[READ].cursor() as cursor:
        cursor.execute(sql)
        assert cursor.rowcount > 0
    assert _read_state() != before

    _reconcile()

    assert _read_state() == before


@pytest.mark.django_db(transaction=True, databases=[WRITE, READ])
def test_what_is_put_into_the_trash_is_gone_for_readers_until_it_is_published_again():
    article = live()
    pump()
    address = path(article)
    assert status(address) == 200

    trash.put(article.pk, now=timezone.now())
    pump()
    assert (status(address), status("/nothing/")) == (410, None)

    trash.restore(article.pk)
    pump()
    assert status(address) == 410
    publish(article)
    pump()
    assert status(address) == 200


def test_what_authoring_does_not_know_is_asked_about_and_never_deleted():
    article = live()
    pump()
    OutboxMessage.objects.filter(key=str(article.pk)).delete()

    _reconcile()

    assert Position.objects.get(key=str(article.pk)).unknown_since is not None
    assert status(Article.objects.get().path) == 200


@pytest.mark.django_db(transaction=True, databases=[WRITE, READ])
def test_second_consumer_comes_up_from_nothing_while_commits_compaction_and_replay_go_on():
    for _ in range(20):
        live()
    stop = threading.Event()
    writers = [threading.Thread(target=_write_until, args=(stop, seed)) for seed in range(3)]
    for writer in writers:
        writer.start()
    state: dict[tuple[str, str], Any] = {}
    cursor = ""
    for turn in range(40):
        cursor = _consume(state, cursor)
        if turn == 10:
            outbox.compact(older_than=-dt.timedelta(hours=1))
        if turn == 20:
            outbox.replay()
    stop.set()
    for writer in writers:
        writer.join()

    _consume(state, cursor)
    from_nothing: dict[tuple[str, str], Any] = {}
    outbox.relay(lambda batch: settle(projector.project([(e.message, e.again) for e in batch])))
    outbox.compact(older_than=-dt.timedelta(hours=1))
    _consume(from_nothing, "")

    newest = {
        (m.kind, m.key): codec.decode(m.message)
        for m in OutboxMessage.objects.order_by("kind", "key", "version")
    }
    assert state == newest
    assert from_nothing == newest


@pytest.mark.django_db(transaction=True, databases=[WRITE])
def test_feed_hides_a_commit_from_nobody_while_an_older_transaction_is_open():
    """An id that is lower and commits later: a cursor over ids would lose it."""
    first, second = draft(), draft()
    holding, done = threading.Event(), threading.Event()

    def publish_slowly() -> None:
        with transaction.atomic():
            publish(first)
            holding.set()
            done.wait(10)
        connections[WRITE].close()

    slow = threading.Thread(target=publish_slowly)
    slow.start()
    holding.wait(10)
    publish(second)
    before = feed.read()
    done.set()
    slow.join()
    after = feed.read(before[-1].cursor if before else "")

    keys = [codec.decode(entry.message).key for entry in [*before, *after]]
    assert sorted(keys) == sorted([str(first.pk), str(second.pk)])


@pytest.mark.django_db(transaction=True, databases=[WRITE])
def test_cursor_of_another_cluster_expires():
    live()
    cluster, _, rest = feed.read()[0].cursor.partition(".")

    with pytest.raises(feed.CursorExpired):
        feed.read(f"{cluster}0.{rest}")


@pytest.mark.django_db(transaction=True, databases=[WRITE, READ])
def test_ten_thousand_publishes_with_publishing_off_keep_the_broker_small_and_all_arrive():
    broker = running().broker
    broker.flush()
    template = codec.decode(OutboxMessage.objects.get(key=str(live().pk)).message)
    assert isinstance(template, Published)
    with transaction.atomic():
        for number in range(10_000):
            outbox.append(_copy(template, number))
    used = []
    for _ in range(120):  # an hour of relays, half a minute apart
        outbox.relay(tasks.send, waiting=tasks.wire.batches_waiting)
        _pass(seconds=30)
        used.append(tasks.wire.batches_waiting())
    with broker.client() as client:
        memory = client.info("memory")["used_memory"]
    assert max(used) <= 110
    assert memory < 64_000_000

    broker.flush()
    while owed():
        make_due()
        outbox.relay(lambda batch: settle(projector.project([(e.message, e.again) for e in batch])))
    assert PublishedArticle.objects.count() == 10_001


def _copy(template: Published, number: int) -> Published:
    state = replace(template.state, path=f"/copy-{number}/", title=f"Copy {number}")
    return replace(template, key=f"copy-{number}", version=1, state=state)


def _pass(*, seconds: int) -> None:
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            "UPDATE authoring_outboxmessage SET next_attempt_at = next_attempt_at - make_interval(secs => %s)"
            " WHERE acknowledged_at IS NULL AND attempts > 0",
            [seconds],
        )


def _live_through(history: list[tuple[int, str]]) -> list[str]:
    """Let three articles live, and return the messages that readers are owed."""
    OutboxMessage.objects.all().delete()
    cast = [draft(slug=f"cast-{number}") for number in range(3)]
    for step, (number, action) in enumerate(history):
        article = cast[number]
        match action:
            case "publish":
                publish(article)
            case "retitle":
                publish(article, title=f"Title {step}")
            case "rename":
                publish(article, slug=f"cast-{number}-{step % 2}")
            case "withdraw":
                try:
                    withdraw(article)
                except articles.NotPublished:
                    continue
    return list(OutboxMessage.objects.order_by("pk").values_list("message", flat=True))


class _undone:
    """Everything inside is rolled back, on both databases: examples start alike."""

    def __enter__(self) -> None:
        self.blocks = [transaction.atomic(using=alias) for alias in (WRITE, READ)]
        for block in self.blocks:
            block.__enter__()

    def __exit__(self, *problem: Any) -> None:
        for alias, block in zip((READ, WRITE), reversed(self.blocks), strict=True):
            transaction.set_rollback(True, using=alias)
            block.__exit__(*problem)


def _reconcile() -> None:
    """What the schedules do: compare, ask, send again, inspect, ask, send again."""
    # What was lost on the way counts as delivered: only the comparison can find it.
    OutboxMessage.objects.filter(acknowledged_at=None).update(acknowledged_at=timezone.now())
    for manifest in outbox.manifests():
        _answer(reconciling.compare(manifest))
    _inspect()


def _inspect() -> None:
    for findings in reconciling.inspect():
        _answer([(finding.kind, finding.key) for finding in findings if not finding.mended])
    refresh()


def _answer(wanted: list[tuple[str, str]]) -> None:
    if wanted:
        outbox.replay(wanted)
        reconciling.note_unknown(outbox.unknown(wanted))
        pump()


def _write_until(stop: threading.Event, seed: int) -> None:
    chance = random.Random(seed)
    mine = [live() for _ in range(3)]
    while not stop.is_set():
        article = chance.choice(mine)
        if chance.random() < 0.3 and Article.objects.get(pk=article.pk).is_live:
            withdraw(article)
        else:
            publish(article, title=f"By {seed}, {chance.random()}")
    connections[WRITE].close()


def _consume(state: dict[tuple[str, str], Any], cursor: str) -> str:
    while entries := feed.read(cursor, limit=50):
        for entry in entries:
            event = codec.decode(entry.message)
            known = state.get((event.kind, event.key))
            if known is None or known.version < event.version:
                state[(event.kind, event.key)] = event
        cursor = entries[-1].cursor
    return cursor


def _read_state() -> dict[str, object]:
    """Everything that readers can see, and what guards it; not when it was written."""
    with connections[READ].cursor() as cursor:
        cursor.execute("SELECT key, config, vector::text FROM publishing_searchentry")
        vectors = set(cursor.fetchall())
    return {
        "pages": {
            page.path: (page.status, page.location, page.content_type, bytes(page.body), page.etag)
            for page in Page.objects.all()
        },
        "positions": set(Position.objects.values_list("kind", "key", "version", "is_live", "message")),
        "articles": {
            row.key: (row.version, row.path, row.title, row.html) for row in PublishedArticle.objects.all()
        },
        "vectors": vectors,
        "entries": SearchEntry.objects.count(),
    }
