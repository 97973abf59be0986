"""One thing done to many articles: each is told for itself, whoever works on it and whatever dies."""

import datetime as dt
import threading
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from authoring import tasks
from authoring.models import Article, AuditEntry, BulkItem, BulkJob, ScheduledChange, Site
from authoring.services import articles, bulk, site
from cms.databases import WRITE
from tests.authoring.builders import NOW, article, author, chief, editor, live, publisher, tag, text, writer

LIST = "/admin/authoring/article/"


def job(rows, action: str, by=None, **options) -> BulkJob:
    made = bulk.choose([(row.pk, str(row)) for row in rows], by=by or editor())
    bulk.start(made.pk, action=action, options=options, now=NOW)
    return made


def work(seconds: float = 60) -> bool:
    return bulk.work(seconds=seconds, now=timezone.now)


def outcomes(made: BulkJob) -> list[tuple[str, str, str]]:
    return list(made.items.order_by("pk").values_list("title", "outcome", "reason"))


def test_each_article_is_published_for_itself_and_says_what_became_of_it():
    draft, seen, taken = article("Draft"), live("Seen"), article("Taken")
    articles.save_draft(taken.pk, text("Taken", "taken"))
    gone = uuid.uuid4()
    made = bulk.choose([(draft.pk, "Draft"), (seen.pk, "Seen"), (gone, "Gone")], by=editor(name="anna"))
    bulk.start(made.pk, action="publish", options={}, now=NOW)

    assert work() is False

    assert outcomes(made) == [
        ("Draft", "done", "Version 1 is on its way to readers."),
        ("Seen", "unchanged", "Readers see the newest text already."),
        ("Gone", "refused", "This article is not there any more. It may be in the trash."),
    ]
    made.refresh_from_db()
    assert made.finished_at
    assert bulk.progress(made) == {"total": 3, "waiting": 0, "done": 1, "unchanged": 1, "refused": 1}
    told = AuditEntry.objects.get(action="published", key=str(draft.pk))
    assert (told.user, told.way) == ("anna", "bulk")


def test_rights_are_asked_of_whoever_started_it_article_by_article():
    anna = writer(name="anna")
    ink = tag("Ink")
    mine, other = article("Mine", by=anna), article("Other")

    tagged = job([mine, other], "add_tag", by=anna, tag=str(ink.pk))
    published = job([mine], "publish", by=anna)
    work()

    assert [row[1] for row in outcomes(tagged)] == ["done", "refused"]
    assert outcomes(tagged)[1][2] == "You may not change this article: it is somebody else's."
    assert outcomes(published)[0][1:] == ("refused", "You may not publish articles.")
    other.refresh_from_db()
    assert other.latest_revision.tags == []


@pytest.mark.parametrize("action", ["publish", "schedule"])
def test_with_the_workflow_on_what_nobody_approved_is_refused_with_the_reason(action, caplog):
    site.save_site(Site(name="Fair Copy", workflow=True), now=NOW)
    draft = article("Draft")
    made = bulk.choose([(draft.pk, "Draft")], by=publisher())
    options = {"action": "publish", "due_at": "2100-01-01T00:00:00+00:00", "zone": "UTC"}
    bulk.start(made.pk, action=action, options=options, now=NOW)

    work()

    told = "Revision 1 is not approved: it needs a review before it can be published."
    assert outcomes(made) == [("Draft", "refused", told)]
    assert caplog.records == []
    draft.refresh_from_db()
    assert not draft.is_live
    assert not ScheduledChange.objects.exists()


def test_whoever_lost_the_right_meanwhile_does_no_more():
    anna, one = editor(), article("One")
    made = job([one], "publish", by=anna)
    anna.is_active = False
    anna.save()

    work()

    assert outcomes(made)[0][1] == "refused"


def test_tags_are_added_and_removed_and_readers_get_it_where_that_is_wished():
    ink, paper = tag("Ink"), tag("Paper")
    draft, seen = article("Draft", tags=(paper.pk,)), live("Seen")
    changed = live("Changed")
    articles.save_draft(changed.pk, text("Changed again", "changed"))

    added = job([draft, seen, changed], "add_tag", tag=str(ink.pk), publish=True)
    again = job([draft], "add_tag", tag=str(ink.pk))
    removed = job([draft], "remove_tag", tag=str(paper.pk))
    work()

    assert [row[1:] for row in outcomes(added)] == [
        ("done", "Saved as revision 2; readers do not see it yet."),
        ("done", "Version 2 is on its way to readers."),
        ("done", "Saved as revision 3; readers do not see it yet."),
    ]
    assert outcomes(again)[0][1:] == ("unchanged", "It is so already.")
    assert outcomes(removed)[0][1] == "done"
    draft.refresh_from_db()
    assert draft.latest_revision.tags == [ink.pk]
    changed.refresh_from_db()
    assert changed.version == 1


def test_author_is_changed_and_withdrawals_and_schedules_are_done():
    ines, one, two = author("Ines"), live("One"), article("Two")
    due = timezone.now() + dt.timedelta(days=1)

    signed = job([one], "sign", author=str(ines.pk))
    planned = _planned([two], due)
    withdrawn = job([one, two], "withdraw")
    work()

    one.refresh_from_db()
    assert outcomes(signed)[0][1] == "done"
    assert one.latest_revision.authors == [ines.pk]
    assert not one.is_live
    assert [row[1] for row in outcomes(withdrawn)] == ["done", "unchanged"]
    assert ScheduledChange.objects.get(article=two).due_at == due
    assert outcomes(planned)[0][1] == "done"


def _planned(rows, due: dt.datetime) -> BulkJob:
    made = bulk.choose([(row.pk, str(row)) for row in rows], by=editor())
    options = {"due_at": due.isoformat(), "zone": "UTC", "action": "publish"}
    bulk.start(made.pk, action="schedule", options=options, now=NOW)
    return made


def test_work_ends_when_its_time_is_over_and_goes_on_where_it_stopped():
    made = job([article(f"A{number}") for number in range(3)], "publish")

    assert work(seconds=-1) is True
    assert bulk.progress(made)["waiting"] == 2
    work()

    assert bulk.progress(made)["done"] == 3
    assert Article.objects.filter(version=1).count() == 3


def test_what_is_stopped_is_not_done():
    made = job([article(f"A{number}") for number in range(3)], "publish")
    work(seconds=-1)

    assert bulk.stop(made.pk, now=NOW) is True
    assert work() is False

    assert bulk.progress(made) == {"total": 3, "waiting": 2, "done": 1, "unchanged": 0, "refused": 0}
    assert bulk.stop(made.pk, now=NOW) is False
    assert bulk.start(made.pk, action="publish", options={}, now=NOW) is False


def test_a_fault_of_one_article_does_not_stop_the_others_and_a_dead_database_stops_all(monkeypatch):
    rows = [article(f"A{number}") for number in range(2)]
    made = job(rows, "publish")
    publish = articles.publish

    def broken(pk, **given):
        if pk == rows[0].pk:
            raise RuntimeError("secret of a draft")
        return publish(pk, **given)

    monkeypatch.setattr("authoring.services.articles.publish", broken)
    work()

    assert outcomes(made)[0][1:] == (
        "refused", "This is a fault of ours: nothing was changed, and it has been noted.",
    )  # fmt: skip
    assert outcomes(made)[1][1] == "done"

    def dead(pk, **given):
        raise OperationalError

    monkeypatch.setattr("authoring.services.articles.publish", dead)
    later = job([article("Later")], "publish")
    with pytest.raises(OperationalError):
        work()
    assert bulk.progress(later)["waiting"] == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_each_article_once():
    made = job([article(f"A{number}") for number in range(12)], "publish")
    barrier, errors = threading.Barrier(2), []

    def worker() -> None:
        try:
            barrier.wait()
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work()

    assert errors == []
    assert set(Article.objects.values_list("version", flat=True)) == {1}
    made.refresh_from_db()
    assert (bulk.progress(made)["done"], made.finished_at is not None) == (12, True)


def test_jobs_are_forgotten_when_nobody_needs_them():
    unused, old, running = (bulk.choose([(uuid.uuid4(), "A")], by=editor()) for _ in range(3))
    long_ago = timezone.now() - dt.timedelta(days=40)
    BulkJob.objects.filter(pk__in=[unused.pk, running.pk]).update(created_at=long_ago)
    BulkJob.objects.filter(pk=running.pk).update(started_at=long_ago)
    BulkJob.objects.filter(pk=old.pk).update(started_at=long_ago, finished_at=long_ago)

    assert bulk.forget() == 2
    assert list(BulkJob.objects.all()) == [running]


def test_nothing_and_too_much_are_no_job(monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 1)
    for rows in ([], [(uuid.uuid4(), "A"), (uuid.uuid4(), "B")]):
        with pytest.raises(ValidationError):
            bulk.choose(rows, by=editor())

    assert not BulkJob.objects.exists()


# --- In the admin ---


def logged_in(who) -> Client:
    client = Client()
    client.force_login(who)
    return client


def chosen(client: Client, action: str, rows, **more: str):
    keys = [str(row.pk) for row in rows]
    return client.post(LIST, {"action": action, "_selected_action": keys, **more})


def test_all_of_a_list_are_published_as_a_job_whose_page_tells_each_outcome():
    rows = [article(f"A{number}") for number in range(12)]
    client = logged_in(editor())

    answer = chosen(client, "publish", rows[:1], select_across="1")
    made = BulkJob.objects.get()
    assert answer["Location"] == reverse("admin:authoring_article_bulk", args=[made.pk])
    waiting = client.get(answer["Location"])
    assert "<strong>0 of 12</strong> so far" in waiting.content.decode()
    assert 'http-equiv="refresh"' in waiting.content.decode()
    tasks.work_bulk()

    page = client.get(answer["Location"]).content.decode()
    assert "<strong>12 of 12</strong> and finished: 12 done" in page
    assert page.count("Version 1 is on its way to readers.") == 12
    assert 'http-equiv="refresh"' not in page


def test_without_workers_a_job_is_done_at_once(settings):
    settings.INLINE = True
    rows = [article(f"A{number}") for number in range(11)]

    answer = chosen(logged_in(editor()), "publish", rows)

    assert bulk.progress(BulkJob.objects.get()) == {
        "total": 11, "waiting": 0, "done": 11, "unchanged": 0, "refused": 0,
    }  # fmt: skip
    assert answer.status_code == 302


def test_few_are_published_while_one_waits():
    chosen(logged_in(editor()), "publish", [article("One")])

    assert not BulkJob.objects.exists()
    assert Article.objects.get().version == 1


def test_what_to_do_is_asked_and_what_is_missing_is_said():
    rows, ink = [article("One"), article("Two")], tag("Ink")
    client = logged_in(editor())

    asked = client.get(chosen(client, "more", rows)["Location"])
    assert "2 articles" in asked.content.decode()
    start = reverse("admin:authoring_article_bulk_start", args=[BulkJob.objects.get().pk])
    missing = client.post(start, {"deed": "add_tag", "tag": ""})
    assert (missing.status_code, "Choose a tag." in missing.content.decode()) == (400, True)
    past = client.post(
        start, {"deed": "schedule", "action": "publish", "day": "x", "time": "10:00", "zone": "UTC"}
    )
    assert past.status_code == 400
    assert client.post(start, {"deed": "delete"}).status_code == 404
    assert not BulkJob.objects.filter(started_at__isnull=False).exists()

    client.post(start, {"deed": "add_tag", "tag": str(ink.pk)})
    tasks.work_bulk()

    assert [row.latest_revision.tags for row in Article.objects.select_related("latest_revision")] == [
        [ink.pk]
    ] * 2


def test_a_job_is_its_makers_alone_and_publishing_is_for_publishers():
    anna = writer()
    made = bulk.choose([(article("Mine", by=anna).pk, "Mine")], by=anna)
    address = reverse("admin:authoring_article_bulk", args=[made.pk])

    assert logged_in(editor()).get(address).status_code == 404
    assert logged_in(chief()).get(address).status_code == 200
    page = logged_in(anna).get(address).content.decode()
    assert "Unpublish" not in page
    assert "Take along" in page
    refused = logged_in(anna).post(f"{address}start/", {"deed": "publish"})
    assert refused.status_code == 403


def test_progress_asks_the_same_few_queries_however_many_articles_there_are():
    anna = editor()
    client, counted = logged_in(anna), []
    for size in (3, 60):
        made = bulk.choose([(uuid.uuid4(), f"A{n}") for n in range(size)], by=anna)
        bulk.start(made.pk, action="publish", options={}, now=NOW)
        BulkItem.objects.update(outcome="refused", reason="<b>no</b>")
        address = reverse("admin:authoring_article_bulk_progress", args=[made.pk])
        client.get(address)
        with CaptureQueriesContext(connections[WRITE]) as queries:
            page = client.get(address)
        counted.append(len(queries))

    assert "&lt;b&gt;no&lt;/b&gt;" in page.content.decode()
    assert counted[0] == counted[1] <= 10


@pytest.mark.django_db(transaction=True)
def test_one_worker_at_a_time_takes_turns_so_that_others_are_free():
    made = job([article("One")], "publish")
    taken, over = threading.Event(), threading.Event()

    def another() -> None:
        with bulk.turn() as is_mine:
            assert is_mine
            taken.set()
            over.wait(10)
        connections.close_all()

    thread = threading.Thread(target=another)
    thread.start()
    taken.wait(10)
    tasks.work_bulk()
    assert bulk.progress(made)["waiting"] == 1
    over.set()
    thread.join()
    tasks.work_bulk()

    assert bulk.progress(made)["done"] == 1
