"""The write API's articles: drafts, revisions, publishing, scheduling."""

import datetime as dt
import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from authoring.models import Article, Revision, ScheduledChange
from authoring.services import articles, tokens
from tests.authoring.builders import article, author, editor, live, messages, settle, tag, text, user, writer

API = "/api/authoring/v1/articles/"


class Caller:
    """A client with a token."""

    def __init__(self, who: Any) -> None:
        _, key = tokens.create(who, name="test")
        self.client = Client(headers={"Authorization": f"Token {key}"}, raise_request_exception=False)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = body if isinstance(body, bytes) else json.dumps({} if body is None else body)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(method, path, sent, "application/json", headers=names)


def at(one: Article, *rest: str) -> str:
    return API + "/".join([str(one.pk), *rest]) + "/"


def test_a_draft_is_created():
    camille, ines = editor(), author()

    response = Caller(camille)(
        "POST", API, {"title": "Hello", "slug": "hello", "body": "Hi", "authors": [str(ines.pk)]}
    )

    made = Article.objects.get()
    assert response.status_code == 201
    assert response["ETag"] == '"1-0"'
    assert response.json() | {"id": "", "created_at": "", "saved_at": ""} == {
        "id": "",
        "status": "draft",
        "version": 0,
        "revision": 1,
        "title": "Hello",
        "slug": "hello",
        "summary": "",
        "body": "Hi",
        "language": "en",
        "tags": [],
        "authors": [str(ines.pk)],
        "hero": None,
        "translation": None,
        "canonical": "",
        "social_title": "",
        "noindex": False,
        "url": None,
        "published_at": None,
        "changed_at": None,
        "withdrawn_at": None,
        "created_at": "",
        "saved_at": "",
        "next_publish_at": None,
        "visible_after_ms": None,
        "refusal": "",
    }
    assert (made.created_by, messages()) == (camille, [])


def test_what_was_read_can_be_written_back():
    one, call = article(tags=(tag().pk,)), Caller(editor())
    read = call("GET", at(one))
    names = ("title", "slug", "summary", "body", "language", "tags", "authors", "hero")

    response = call("PUT", at(one), {name: read.json()[name] for name in names}, If_Match=read["ETag"])

    assert (response.status_code, response["ETag"], Revision.objects.count()) == (200, '"1-0"', 1)


def test_a_part_is_changed_and_the_rest_stays():
    one = article(summary="Kept", body="Old")

    response = Caller(editor())("PATCH", at(one), {"body": "New"}, If_Match='"1-0"')

    assert (response.json()["summary"], response.json()["body"], response["ETag"]) == ("Kept", "New", '"2-0"')


def test_a_whole_text_replaces_what_it_does_not_name():
    one = article(summary="Gone", body="Old")

    response = Caller(editor())("PUT", at(one), {"title": "T", "slug": "t"}, If_Match='"1-0"')

    assert (response.json()["summary"], response.json()["body"]) == ("", "")


def test_an_edit_of_something_older_is_refused_with_what_is_current():
    one = article()
    articles.save_draft(one.pk, text(body="Theirs"))

    response = Caller(editor())("PATCH", at(one), {"body": "Mine"}, If_Match='"1-0"')

    assert response.status_code == 412
    assert response.json() == {
        "detail": "Revision 2 at version 0 is current.",
        "revision": 2,
        "version": 0,
        "etag": '"2-0"',
    }
    assert Revision.objects.count() == 2


def test_an_edit_that_names_nothing_is_refused():
    one = article()

    response = Caller(editor())("PATCH", at(one), {"body": "Mine"})

    assert response.status_code == 428
    assert Revision.objects.count() == 1


@pytest.mark.parametrize(
    ("match", "status"), [("*", 200), ('"0-0", "1-0"', 200), ('W/"1-0"', 412), ("1-0", 412), ("", 412)]
)
def test_if_match_is_compared_strongly(match, status):
    assert Caller(editor())("PATCH", at(article()), {"body": "x"}, If_Match=match).status_code == status


def test_publishing_answers_with_the_version():
    one = article()

    response = Caller(editor())("POST", at(one, "publish"))

    assert (response.status_code, response.json()) == (202, {"version": 1, "url": "http://testserver/hello/"})
    assert [message.version for message in messages()] == [1]


def test_a_named_revision_is_published():
    one = article(body="Old")
    articles.save_draft(one.pk, text(body="New"))

    Caller(editor())("POST", at(one, "publish"), {"revision": 1})

    one.refresh_from_db()
    assert one.live_revision.body == "Old"


def test_an_unknown_revision_is_named_on_its_field():
    response = Caller(editor())("POST", at(article(), "publish"), {"revision": 7})

    assert (response.status_code, response.json()) == (400, {"revision": ["This article has no revision 7."]})
    assert messages() == []


def test_withdrawing_answers_with_the_version_and_twice_is_at_odds():
    one, call = live(), Caller(editor())

    assert call("POST", at(one, "withdraw")).json()["version"] == 2
    again = call("POST", at(one, "withdraw"))

    assert (again.status_code, again.json()) == (409, {"detail": "This is not published."})
    assert len(messages()) == 2


def test_deleting_withdraws():
    one = live()

    assert Caller(editor())("DELETE", at(one)).status_code == 204

    assert not Article.objects.exists()
    assert messages()[-1].type == "article.withdrawn"


def test_revisions_are_listed_and_read():
    one = article(body="Old")
    articles.save_draft(one.pk, text(body="New"))
    call = Caller(editor())

    assert [row["number"] for row in call("GET", at(one, "revisions")).json()["results"]] == [2, 1]
    assert call("GET", at(one, "revisions", "1")).json()["body"] == "Old"
    assert call("GET", at(one, "revisions", "9")).status_code == 404
    assert call("GET", at(one, "revisions", "9" * 30)).status_code == 404


def test_a_publish_is_scheduled_in_local_time_and_cancelled():
    one, call = article(), Caller(editor())
    wanted = {"action": "publish", "due_at": "2030-07-01T09:00", "zone": "Europe/Vienna"}

    made = call("POST", at(one, "schedule"), wanted)
    listed = call("GET", at(one, "schedule")).json()
    cancelled = call("DELETE", at(one, "schedule", str(made.json()["id"])))
    twice = call("DELETE", at(one, "schedule", str(made.json()["id"])))

    assert (made.status_code, made.json()["due_at"], made.json()["revision"]) == (
        201,
        "2030-07-01T07:00:00Z",
        1,
    )
    assert [row["id"] for row in listed] == [made.json()["id"]]
    assert (cancelled.status_code, twice.status_code) == (204, 409)
    assert ScheduledChange.objects.get().cancelled_at


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"due_at": "2030-03-31T02:30", "zone": "Europe/Vienna"}, "due_at"),
        ({"due_at": "2030-10-27T02:30", "zone": "Europe/Vienna"}, "due_at"),
        ({"due_at": "2020-01-01T00:00Z"}, "due_at"),
        ({"due_at": "2030-01-01T00:00"}, "zone"),
        ({"due_at": "2030-01-01T00:00Z", "zone": "Mars/Base"}, "zone"),
        ({"due_at": "2030-01-01T00:00Z", "zone": "x" * 300}, "zone"),
        ({"due_at": "2030-01-01T00:00Z", "zone": "localtime"}, "zone"),
        ({"due_at": "2030-01-01T00:00", "zone": "localtime"}, "zone"),
        ({"due_at": "2030-01-01T00:00", "zone": "../../etc/passwd"}, "zone"),
        ({"due_at": "0001-01-01T00:00", "zone": "Asia/Tokyo"}, "due_at"),
        ({"due_at": "9999-12-31T23:59", "zone": "America/Lima"}, "due_at"),
        ({"due_at": "0001-01-01T00:00+14:00"}, "due_at"),
        ({"due_at": "soon"}, "due_at"),
        ({"due_at": 7}, "due_at"),
        ({"due_at": "2030-01-01T00:00Z", "action": "explode"}, "action"),
        ({"due_at": "2030-01-01T00:00Z", "revision": 9}, "revision"),
        ({"due_at": "2030-01-01T00:00Z", "action": "withdraw", "revision": 1}, "revision"),
        ({"due_at": "2030-01-01T00:00Z", "fold": 2}, "fold"),
    ],
)
def test_impossible_schedules_are_refused_on_their_field(wanted, field):
    response = Caller(editor())("POST", at(article(), "schedule"), {"action": "publish", **wanted})

    assert (response.status_code, list(response.json())) == (400, [field])
    assert not ScheduledChange.objects.exists()


def test_a_change_that_waits_is_moved_and_one_that_was_done_is_not():
    one, call = article(), Caller(editor())
    made = call("POST", at(one, "schedule"), {"action": "publish", "due_at": "2030-07-01T07:00Z"}).json()
    own = at(one, "schedule", str(made["id"]))

    moved = call("PATCH", own, {"due_at": "2030-07-02T09:00", "zone": "Europe/Vienna"})
    refused = call("PATCH", own, {"due_at": "2030-07-02T09:00", "zone": "localtime"})
    ScheduledChange.objects.update(done_at=timezone.now())
    done = call("PATCH", own, {"due_at": "2030-07-03T09:00Z"})

    assert (moved.status_code, moved.json()["due_at"], moved.json()["zone"]) == (
        200,
        "2030-07-02T07:00:00Z",
        "Europe/Vienna",
    )
    assert (refused.status_code, list(refused.json()), done.status_code) == (400, ["zone"], 409)
    assert ScheduledChange.objects.get().due_at == dt.datetime(2030, 7, 2, 7, tzinfo=dt.UTC)


def test_a_change_that_failed_waits_again_when_it_is_retried():
    one, call = article(), Caller(editor())
    made = call("POST", at(one, "schedule"), {"action": "withdraw", "due_at": "2030-07-01T07:00Z"}).json()
    own = at(one, "schedule", str(made["id"]), "retry")
    assert call("POST", own).status_code == 409
    ScheduledChange.objects.update(failed_at=timezone.now(), failure="It was not there.")

    retried = call("POST", own)

    assert (retried.status_code, retried.json()["failed_at"], retried.json()["failure"]) == (200, None, "")
    assert ScheduledChange.objects.get().is_waiting


def test_changes_are_addressed_by_their_own_article_and_moved_by_publishers_alone():
    one, other = article("One"), article("Other")
    made = Caller(editor())("POST", at(one, "schedule"), {"action": "publish", "due_at": "2030-07-01T07:00Z"})
    number, when = str(made.json()["id"]), {"due_at": "2030-07-02T07:00Z"}

    assert Caller(editor())("PATCH", at(other, "schedule", number), when).status_code == 404
    assert Caller(editor())("POST", at(other, "schedule", number, "retry")).status_code == 404
    assert Caller(writer())("PATCH", at(one, "schedule", number), when).status_code == 403
    assert Caller(writer())("POST", at(one, "schedule", number, "retry")).status_code == 403
    assert ScheduledChange.objects.get().due_at == dt.datetime(2030, 7, 1, 7, tzinfo=dt.UTC)


def test_an_hour_that_happens_twice_needs_a_fold():
    wanted = {"action": "publish", "due_at": "2030-10-27T02:30", "zone": "Europe/Vienna", "fold": 1}

    assert (
        Caller(editor())("POST", at(article(), "schedule"), wanted).json()["due_at"] == "2030-10-27T01:30:00Z"
    )


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": 5}, "title"),
        ({"title": None}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"body": "\ud800"}, "body"),
        ({"body": "a\x00b"}, "body"),
        ({"body": ["x"]}, "body"),
        ({"body": "x" * 262_145}, "body"),
        ({"body": "> " * 5000 + "x"}, "body"),
        ({"slug": "admin"}, "slug"),
        ({"slug": "two words"}, "slug"),
        ({"slug": "taken"}, "slug"),
        ({"language": "klingon"}, "language"),
        ({"language": "\ud800"}, "language"),
        ({"tags": "x"}, "tags"),
        ({"tags": ["\ud800"]}, "tags"),
        ({"tags": ["3f2504e0-4f89-41d3-9a0c-0305e82c3301"]}, "tags"),
        ({"tags": [{}]}, "tags"),
        ({"hero": "3f2504e0-4f89-41d3-9a0c-0305e82c3301"}, "hero"),
        ({"hero": 10**40}, "hero"),
        ({"headline": "x"}, "headline"),
        ({"\ud800": "x"}, "\ud800"),
    ],
)
def test_bad_text_is_refused_on_its_field(typed, field):
    article(slug="taken")

    response = Caller(editor())("POST", API, {"title": "Hello", "slug": "hello", **typed})

    assert (response.status_code, list(response.json())) == (400, [field])
    assert Article.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'"x"', 400),
        (b"\xff\xfe", 400),
        (b'{"title": "\xe4"}', 400),
        (b'{"title": NaN}', 400),
        (b"[" * 100_000, 400),
        (b'{"title": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
        (b'{"title": ' + b"9" * 10_000 + b"}", 400),
        (b'{"body": "' + b"x" * 3_000_000 + b'"}', 413),
    ],
)
def test_bodies_that_are_no_article_are_refused(body, status):
    response = Caller(editor())("POST", API, body)

    assert response.status_code == status
    assert response["Content-Type"] == "application/json"
    assert not Article.objects.exists()


def test_another_content_type_is_refused():
    call = Caller(editor())

    assert call.client.post(API, {"title": "x"}).status_code == 415


def test_lists_are_narrowed_down_and_turned_page_by_page():
    systems = tag()
    for number in range(3):
        article(f"Number {number}", tags=(systems.pk,))
    settle(live("Live", language="de", body="A needle."))
    call = Caller(editor())

    def titles(query: str) -> list[str]:
        return [row["title"] for row in call("GET", f"{API}?{query}").json()["results"]]

    assert titles("tag=systems") == ["Number 2", "Number 1", "Number 0"]
    assert titles(f"tag={systems.pk}&q=Number+1") == ["Number 1"]
    assert titles("status=live") == titles("language=de") == titles("q=needle") == ["Live"]
    first = call("GET", f"{API}?page_size=3").json()
    assert first["results"][0]["visible_after_ms"] == 84
    assert [row["title"] for row in call("GET", first["next"]).json()["results"]] == ["Number 0"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("status=nonsense", 400),
        ("tag=none", 400),
        ("q=%00", 400),
        ("tag=%00", 400),
        ("language=%00", 400),
        ("wrong=1", 400),
        ("q=%ff", 200),
        ("cursor=nonsense", 404),
        ("cursor=cD1ub25zZW5zZQ==", 404),
        ("cursor=cD0yMDI2LTAxLTAxJTAw", 404),
        ("cursor=bz05OTk5OTk5OTk5OTk5OTk5OTk5", 200),
        ("page_size=x", 200),
    ],
)
def test_odd_queries_are_answered(query, status):
    article()

    assert Caller(editor())("GET", f"{API}?{query}").status_code == status


def test_a_writer_drafts_but_does_not_publish():
    jonas = writer()
    call, one = Caller(jonas), article(by=jonas)

    assert call("PATCH", at(one), {"body": "New"}, If_Match="*").status_code == 200
    assert call("POST", at(one, "publish")).status_code == 403
    assert call("POST", at(one, "withdraw")).status_code == 403
    later = {"action": "publish", "due_at": "2030-01-01T00:00Z"}
    assert call("POST", at(one, "schedule"), later).status_code == 403
    assert (messages(), ScheduledChange.objects.count(), Article.objects.count()) == ([], 0, 1)


def test_a_writer_may_not_touch_anothers_article():
    one, call = article(by=editor()), Caller(writer())

    assert call("GET", at(one)).status_code == 403
    assert call("GET", at(one, "revisions")).status_code == 403
    assert call("GET", at(one, "schedule")).status_code == 403
    assert call("PATCH", at(one), {"body": "x"}, If_Match="*").status_code == 403
    assert call("GET", API).json()["results"] == []
    assert Revision.objects.count() == 1


def test_who_may_delete_but_not_edit_deletes_nothing_of_others():
    robot = writer()
    robot.user_permissions.add(Permission.objects.get(codename="delete_article"))
    theirs, own, call = article("Theirs", by=editor()), article("Own", by=robot), Caller(robot)

    assert (call("DELETE", at(theirs)).status_code, call("DELETE", at(own)).status_code) == (403, 204)

    assert list(Article.objects.all()) == [theirs]


def test_an_article_that_is_not_there_is_not_found():
    call, gone = Caller(editor()), Article(pk="3f2504e0-4f89-41d3-9a0c-0305e82c3301")

    assert call("GET", at(gone)).json() == {"detail": "Not found."}
    assert call("PATCH", at(gone), {}, If_Match="*").status_code == 404
    assert call("POST", at(gone, "publish")).status_code == 404
    assert (
        call("POST", at(gone, "schedule"), {"action": "withdraw", "due_at": "2030-01-01T00:00Z"}).status_code
        == 404
    )
    assert call("GET", API + "nonsense/").json() == {"detail": "Not found."}


@pytest.mark.parametrize(
    "header", ["", "Token", "Token nonsense", "Token \xff", "Basic x", "Token " + "x" * 5000]
)
def test_without_a_token_nothing_is_told(header):
    response = Client(headers={"Authorization": header}).get(API)

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Token")


def test_an_expired_token_and_one_of_a_former_colleague_open_nothing():
    camille = editor()
    _, expired = tokens.create(camille, name="old", expires_at=timezone.now() - dt.timedelta(seconds=1))
    gone = editor(is_active=False)
    _, former = tokens.create(gone, name="gone")

    for key in (expired, former):
        assert Client(headers={"Authorization": f"Token {key}"}).get(API).status_code == 401


def test_a_user_without_a_role_is_forbidden():
    assert Caller(user())("GET", API).status_code == 403


def test_the_session_of_the_admin_opens_the_api_but_writes_need_its_csrf_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor())

    assert client.get(API).status_code == 200
    assert client.post(API, {"title": "x", "slug": "x"}, "application/json").status_code == 403
    assert not Article.objects.exists()


def test_a_key_is_stored_as_its_digest_and_its_use_is_noted_once_a_minute():
    token, key = tokens.create(editor(), name="test")
    now = timezone.now()

    assert key.startswith(f"{token.prefix}_")
    assert len(key) == len("imp_") + 8 + 1 + 43
    assert key not in repr(token.__dict__)
    tokens.find(key, now=now)
    tokens.find(key, now=now + dt.timedelta(seconds=59))
    token.refresh_from_db()
    assert token.last_used_at == now
    tokens.find(key, now=now + dt.timedelta(seconds=61))
    token.refresh_from_db()
    assert token.last_used_at == now + dt.timedelta(seconds=61)


def test_the_document_describes_the_write_api_alone():
    document = Caller(editor())("GET", "/api/authoring/v1/openapi.json").json()

    assert "/api/authoring/v1/articles/{id}/publish/" in document["paths"]
    assert all(path.startswith("/api/authoring/v1/") for path in document["paths"])
    assert Client().get("/api/authoring/v1/openapi.json").status_code == 401


def test_the_page_to_browse_it_asks_no_other_host():
    page = Caller(editor())("GET", "/api/authoring/v1/docs/")

    assert page.status_code == 200
    assert "://" not in page.content.decode()
