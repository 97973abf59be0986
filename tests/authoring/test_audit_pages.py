"""The audit log as its pages tell it, and what services write into it."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from authoring.models import AuditEntry, Site
from authoring.services import (
    articles,
    autosaving,
    exporting,
    history,
    scheduling,
    site,
    subjects,
    tokens,
    trash,
)
from cms.databases import WRITE
from tests.authoring.builders import NOW, article, chief, editor, live, tag, text, user, writer

LOG = "/admin/audit/"


@pytest.fixture
def auditor(client):
    made = chief(name="chief")
    client.force_login(made)
    return made


def log(*names: str, **chosen: object) -> list[tuple]:
    """Entries, oldest first."""
    return list(AuditEntry.objects.filter(**chosen).order_by("at").values_list(*names))


def test_life_of_an_article_is_told_from_which_revision_and_version_to_which():
    anna = editor(name="anna")
    one = articles.create(text("One"), by=anna)
    articles.save_draft(one.pk, text("Two", "one"), by=anna)
    articles.publish(one.pk, now=NOW, by=anna)
    history.restore(one.pk, 1, by=anna)
    articles.publish(one.pk, now=NOW, by=anna)
    articles.withdraw(one.pk, now=NOW, by=anna)
    trash.put(one.pk, now=NOW, by=anna)
    trash.restore(one.pk, by=anna)
    trash.put(one.pk, now=NOW, by=anna)
    trash.delete(one.pk)

    names = ("action", "title", "user", "from_revision", "to_revision", "from_version", "to_version")
    assert log(*names, kind="article", key=str(one.pk)) == [
        ("created", "One", "anna", None, 1, None, None),
        ("saved", "Two", "anna", 1, 2, None, None),
        ("published", "Two", "anna", None, 2, 0, 1),
        ("restored", "One", "anna", 2, 3, None, None),
        ("published", "One", "anna", 2, 3, 1, 2),
        ("withdrawn", "One", "anna", 3, None, 2, 3),
        ("trashed", "One", "anna", None, None, None, None),
        ("recovered", "One", "anna", None, None, None, None),
        ("trashed", "One", "anna", None, None, None, None),
        ("deleted", "One", "", None, None, None, None),
    ]


def test_what_changes_nothing_is_not_told():
    one = article("One")
    before = AuditEntry.objects.count()

    articles.save_draft(one.pk, text("One"))
    autosaving.autosave(one.pk, text("Two", "one"), by=writer(is_superuser=True), based_on=1)

    assert AuditEntry.objects.count() == before


def test_refused_publish_leaves_no_entry():
    live("Taken", "taken")
    other = article("Other")
    before = AuditEntry.objects.count()

    with pytest.raises(articles.NotPublished):
        articles.withdraw(other.pk, now=NOW)

    assert AuditEntry.objects.count() == before


def test_scheduler_acts_for_whoever_scheduled():
    anna, one = editor(name="anna"), article("One")
    due = timezone.now() + dt.timedelta(hours=1)
    change = scheduling.schedule(
        one.pk, action="publish", due_at=due, zone="UTC", now=timezone.now(), by=anna
    )
    type(change).objects.update(due_at=timezone.now() - dt.timedelta(hours=1))

    scheduling.publish_due()

    assert log("action", "user", "way", key=str(one.pk))[1:] == [
        ("scheduled", "anna", "command"),
        ("published", "anna", "scheduler"),
    ]


def test_tags_pages_site_and_tokens_are_told_too():
    ink = tag("Ink")
    ink.name = "Black ink"
    subjects.save_tag(ink, now=NOW)
    site.save_site(Site(name="Press"), now=NOW)
    tokens.create(editor(name="anna"), name="press")

    assert log("kind", "action", "title", "from_version", "to_version", "note") == [
        ("tag", "created", "Ink", None, 1, ""),
        ("tag", "saved", "Black ink", 1, 2, "Called “Ink” before."),
        ("site", "saved", "Press", None, 1, ""),
        ("token", "created", f"press ({tokens.ApiToken.objects.get().prefix}…)", None, None, "For anna"),
    ]


def test_admin_and_token_are_told_apart(client, auditor):
    _, key = tokens.create(editor(name="anna"), name="press")
    one = article("One")
    client.post(f"/admin/authoring/article/{one.pk}/restore/1/")
    client.logout()
    client.post(
        f"/api/authoring/v1/articles/{one.pk}/publish/",
        headers={"Authorization": f"Token {key}"},
        content_type="application/json",
    )
    client.post("/admin/login/", {"username": "chief", "password": "secret"})

    assert log("action", "user", "way")[-3:] == [
        ("logged out", "chief", "command"),
        ("published", "anna", "API: press"),
        ("logged in", "chief", "admin"),
    ]


def test_change_of_roles_is_told_with_the_roles_that_result(client, auditor):
    anna = writer(name="anna")
    page = client.get(f"/admin/auth/user/{anna.pk}/change/").context["adminform"].form
    groups = [group.pk for group in page.fields["groups"].queryset if group.name in ("author", "editor")]
    client.post(
        f"/admin/auth/user/{anna.pk}/change/",
        {"username": "anna", "groups": groups, "is_active": "on", "is_staff": "on", "date_joined_0": "2026-01-01",
         "date_joined_1": "10:00"},
    )  # fmt: skip

    told = AuditEntry.objects.get(kind="user", action="saved")
    assert (told.title, told.user, told.way) == ("anna", "chief", "admin")
    assert "Groups" in told.note
    assert "roles: author, editor; is_active, is_staff" in told.note


def test_deleted_accounts_are_told(client, auditor):
    anna, bert = user(name="anna"), user(name="bert")
    client.post(f"/admin/auth/user/{anna.pk}/delete/", {"post": "yes"})
    client.post(
        "/admin/auth/user/", {"action": "delete_selected", "_selected_action": [bert.pk], "post": "yes"}
    )

    assert log("title", "user", action="deleted") == [("anna", "chief"), ("bert", "chief")]


def test_log_is_filtered_by_subject_user_action_and_day(client, auditor):
    one, _two = live("A printing press"), live("Another title")
    articles.withdraw(one.pk, now=NOW, by=editor(name="anna"))

    def found(**query: str) -> list[tuple[str, str]]:
        rows = client.get(LOG, query).context["rows"]
        return [(row["entry"].action, row["entry"].title) for row in rows]

    press = "A printing press"
    whole = [("withdrawn", press), ("published", press), ("created", press)]
    assert found(text="PRINTING") == whole
    assert found(text=str(one.pk)) == whole
    assert found(text="printing", action="created") == [("created", press)]
    assert found(user="anna") == [("withdrawn", press)]
    assert found(kind="tag") == []
    today = f"{timezone.localdate():%Y-%m-%d}"
    assert found(user="anna", since=today, until=today) == [("withdrawn", press)]
    assert found(user="anna", until="2026-01-01") == []
    assert found(text="100%") == []
    answer = client.get(LOG, {"since": "yesterday"})
    assert (answer.context["rows"], answer.status_code) == ([], 200)
    assert "Enter a valid date." in answer.content.decode()
    for days in ({"since": "0001-01-01"}, {"until": "9999-12-31"}):
        assert client.get(LOG, days).context["form"].errors.keys() == days.keys()


def test_pages_of_the_log_follow_each_other_without_a_gap(client, auditor, monkeypatch):
    monkeypatch.setattr("authoring.admin.audit.PAGE", 2)
    for number in range(5):
        tag(f"Ink{number}")

    query, seen = "?kind=tag", []
    while query:
        context = client.get(f"{LOG}{query}").context
        seen += [row["entry"].title for row in context["rows"]]
        query = f"?{context['query']}&{context['older']}" if context["older"] else ""

    assert seen == ["Ink4", "Ink3", "Ink2", "Ink1", "Ink0"]
    assert client.get(LOG, {"before": "yesterday,1"}).status_code == 404


def test_log_asks_the_same_few_queries_however_long_it_is(client, auditor, django_assert_num_queries):
    client.get(LOG)
    with django_assert_num_queries(
        6, using=WRITE
    ):  # session, user, their second factor, entries, the sidebar and its inbox
        client.get(LOG)
    for number in range(50):
        tag(f"Ink{number}")
    with django_assert_num_queries(6, using=WRITE):
        client.get(LOG, {"text": "ink", "user": "", "kind": "tag"})


def test_log_is_for_administrators(client):
    client.force_login(editor())

    assert client.get(LOG).status_code == 403
    assert client.get(f"{LOG}export/").status_code == 403
    assert not AuditEntry.objects.filter(action="exported").exists()


def test_export_is_streamed_and_no_spreadsheet_takes_a_title_for_a_formula(client, auditor):
    tag("=HYPERLINK(A1)", "ink")

    answer = client.get(f"{LOG}export/", {"kind": "tag"})

    assert answer.streaming
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0].startswith("at,user,action,kind,key,title,from_revision")
    assert len(lines) == 2
    assert ",'=HYPERLINK(A1)," in lines[1]
    assert log("user", "note", action="exported") == [("chief", "kind: tag")]
    assert client.get(f"{LOG}export/", {"since": "x"}).status_code == 400


def test_log_tells_of_an_export_of_many_articles_which_has_no_page(client, auditor):
    one = article("A printing press", "press")
    exporting.export([one.pk], "csv", by=auditor)

    told = [
        (row["entry"].title, row["address"]) for row in client.get(LOG, {"kind": "article"}).context["rows"]
    ]

    assert told == [
        ("1 articles", ""),
        ("A printing press", f"/admin/authoring/article/{one.pk}/change/"),
    ]


def test_titles_in_the_log_are_escaped(client, auditor):
    article("<script>alert(1)</script>", "one")

    page = client.get(LOG).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_whoever_may_change_an_article_reads_what_was_done_to_it(client):
    anna = writer(name="anna")
    mine, other = article("Mine", by=anna), article("Other")
    client.force_login(anna)

    page = client.get(reverse("admin:authoring_article_log", args=[mine.pk]))

    assert [row["entry"].title for row in page.context["rows"]] == ["Mine"]
    assert client.get(reverse("admin:authoring_article_log", args=[other.pk])).status_code == 404
    assert client.get(reverse("admin:authoring_article_log", args=[uuid.uuid4()])).status_code == 404
    panel = client.get(f"/admin/authoring/article/{mine.pk}/change/").content.decode()
    assert "What was done" in panel
    assert "Created by anna" in panel
