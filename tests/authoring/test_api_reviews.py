"""The write API's reviews, comments and sharing."""

from typing import Any

import pytest

from authoring.models import Comment, Review, Site
from authoring.services import comments, reviews, site
from tests.authoring.builders import NOW, article, editor, messages, publisher, writer
from tests.authoring.test_api_articles import API, Caller, at


@pytest.fixture(autouse=True)
def workflow() -> None:
    site.save_site(Site(name="Fair Copy", workflow=True), now=NOW)


def test_a_review_is_asked_for_decided_and_lets_the_revision_out():
    ines, anna, paul = writer(name="ines"), editor(name="anna"), publisher()
    one = article(by=ines)

    asked = Caller(ines)("POST", at(one, "reviews"), {"reviewers": ["anna"], "message": "Please."})
    assert asked.status_code == 201
    assert asked.json() | {"id": 0, "created_at": ""} == {
        "id": 0,
        "revision": 1,
        "requested_by": "ines",
        "reviewers": ["anna"],
        "message": "Please.",
        "created_at": "",
        "decision": None,
        "answer": "",
        "decided_by": None,
        "decided_at": None,
    }
    refused = Caller(paul)("POST", at(one, "publish"))
    assert (refused.status_code, refused.json()) == (
        409,
        {"detail": "Revision 1 is not approved: it needs a review before it can be published."},
    )
    assert Caller(anna)("GET", at(one)).json()["status"] == "in_review"

    decided = Caller(anna)("POST", at(one, "approve"), {"revision": 1, "answer": "Fine."})
    assert (decided.status_code, decided.json()["decision"], decided.json()["decided_by"]) == (
        200,
        "approved",
        "anna",
    )
    assert Caller(paul)("POST", at(one, "publish")).status_code == 202
    assert [row["decision"] for row in Caller(ines)("GET", at(one, "reviews")).json()] == ["approved"]


def test_changes_are_requested_and_a_request_is_taken_back():
    ines, anna = writer(), editor()
    one = article(by=ines)
    reviews.submit(one.pk, by=ines, now=NOW)

    assert Caller(anna)("POST", at(one, "request-changes"), {"revision": 1}).json() == {
        "answer": ["Say what should change."]
    }
    answer = Caller(ines)("POST", at(one, "withdraw-request"))
    assert (answer.status_code, answer.json()["decision"]) == (200, "withdrawn")
    late = Caller(anna)("POST", at(one, "request-changes"), {"revision": 1, "answer": "x"})
    assert (late.status_code, late.json()) == (409, {"detail": "This article is not in review."})


@pytest.mark.parametrize(
    ("address", "typed", "status"),
    [
        ("reviews", {"reviewers": ["nobody"]}, 400),
        ("reviews", {"reviewers": "anna"}, 400),
        ("reviews", {"message": "x" * 2001}, 400),
        ("reviews", {"colour": "red"}, 400),
        ("approve", {}, 400),
        ("approve", {"revision": 0}, 400),
        ("approve", {"revision": 7}, 409),
        ("approve", {"revision": "\ud800"}, 400),
        ("comments", {"body": "x"}, 400),
        ("comments", {"body": "x", "revision": 9}, 404),
        ("comments", {"body": "x", "revision": 1, "quote": "Not there"}, 400),
        ("comments", {"body": "\ud800", "revision": 1}, 400),
        ("comments/99/replies", {"body": "x"}, 404),
        ("shared", {"person": "nobody"}, 400),
        ("shared", {}, 400),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(address: str, typed: dict[str, Any], status: int):
    one = article(by=writer())

    response = Caller(editor())("POST", f"{API}{one.pk}/{address}/", typed)

    assert response.status_code == status
    assert (Review.objects.count(), Comment.objects.count(), one.shared_with.count(), messages()) == (
        0,
        0,
        0,
        [],
    )


def test_a_passage_is_discussed():
    ines, anna = writer(name="ines"), editor(name="anna")
    one = article(body="Some words.", by=ines)

    made = Caller(anna)(
        "POST", at(one, "comments"), {"revision": 1, "quote": "words", "body": "Which?", "before": "Some "}
    )
    assert (made.status_code, made.json()["quote"], made.json()["position"]) == (201, "words", 12)
    thread = f"comments/{made.json()['id']}"
    answer = Caller(ines)("POST", at(one, f"{thread}/replies"), {"body": "These."})
    assert (answer.status_code, answer.json()["thread"]) == (201, made.json()["id"])
    assert Caller(ines)("POST", at(one, f"{thread}/resolve")).status_code == 204
    (told,) = Caller(anna)("GET", at(one, "comments")).json()
    assert (told["resolved_by"], [row["body"] for row in told["replies"]]) == ("ines", ["These."])
    assert Caller(anna)("POST", at(one, f"{thread}/reopen")).status_code == 204
    assert Caller(anna)("GET", at(one, "comments")).json()[0]["resolved_at"] is None


def test_too_many_comments_are_too_fast(monkeypatch):
    monkeypatch.setattr(comments, "RATE", 0)

    response = Caller(editor())("POST", at(article(), "comments"), {"revision": 1, "body": "x"})

    assert (response.status_code, Comment.objects.count()) == (429, 0)


def test_an_article_is_shared_and_its_reviewer_reads_it_without_writing():
    ines, eve, jonas = writer(name="ines"), writer(name="eve"), writer(name="jonas")
    one, call = article(by=ines), Caller(ines)

    assert call("POST", at(one, "shared"), {"person": "eve"}).json() == {"person": "eve", "name": "eve"}
    assert Caller(eve)("PATCH", at(one), {"body": "Eve's"}, If_Match="*").status_code == 200
    assert Caller(eve)("POST", at(one, "shared"), {"person": "jonas"}).status_code == 403
    assert call("GET", at(one, "shared")).json() == [{"person": "eve", "name": "eve"}]
    assert call("DELETE", at(one, "shared", "eve")).status_code == 204
    assert Caller(eve)("GET", at(one)).status_code == 403

    reviews.submit(one.pk, by=ines, now=NOW, reviewers=["jonas"])
    reader = Caller(jonas)
    assert [row["id"] for row in reader("GET", API).json()["results"]] == [str(one.pk)]
    assert reader("GET", at(one)).status_code == 200
    assert reader("PATCH", at(one), {"body": "x"}, If_Match="*").status_code == 403
    assert reader("POST", at(one, "approve"), {"revision": 1}).status_code == 403
