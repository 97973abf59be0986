"""Reviews, comments, sharing and the inbox in the admin."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver
from django.utils import timezone

from authoring.models import Article, Comment, Notification, Review, Revision, Site
from authoring.services import articles, comments, reviews, scheduling, sharing, site
from tests.authoring.builders import (
    NOW,
    administrator,
    article,
    editor,
    live,
    messages,
    publisher,
    tag,
    text,
    writer,
)
from tests.authoring.test_admin_articles import ADD, LIST, browser, form_of, page_of, said
from tests.authoring.test_api_articles import Caller

SECRET = "zanzibarquince"


@pytest.fixture
def workflow() -> None:
    site.save_site(Site(name="Fair Copy", workflow=True), now=NOW)


def at(one: Article, *rest: object) -> str:
    return LIST + "/".join(str(part) for part in (one.pk, *rest)) + "/"


def seen(client: Client, address: str) -> str:
    return str(client.get(address).content.decode())


@pytest.mark.usefixtures("workflow")
def test_a_text_goes_from_its_author_through_a_review_to_readers():
    ines, anna, paul = writer(name="ines"), editor(name="anna"), publisher(name="paul")
    desk, review = browser(ines), browser(anna)

    answer = desk.post(ADD, form_of(body="A long beginning.", _submit=""))
    one = Article.objects.get()
    assert answer.url == at(one, "submit")
    desk.post(at(one, "submit"), {"reviewers": ["anna"], "message": "Please read."})

    dashboard = seen(review, "/admin/")
    assert "asked by ines" in dashboard
    assert "ines asked for your review of “Hello”" in dashboard
    page = seen(review, at(one, "review"))
    assert "A long beginning." in page
    assert "Please read." in page

    review.post(at(one, "comment"), {"revision": "1", "quote": "long beginning", "body": "Shorter?"})
    review.post(at(one, "request-changes"), {"revision": "1", "answer": "Too long."})
    assert "Changes requested" in seen(desk, LIST)
    form = seen(desk, page_of(one))
    assert "Too long." in form
    assert "Shorter?" in form

    desk.post(page_of(one), form_of(one, body="A beginning.", _submit=""))
    thread = Comment.objects.get()
    desk.post(at(one, "comment", thread.pk, "reply"), {"body": "Done."})
    desk.post(at(one, "comment", thread.pk, "resolve"))
    desk.post(at(one, "submit"), {"reviewers": ["anna"], "message": ""})
    response = review.post(at(one, "approve"), {"revision": "2", "answer": ""}, follow=True)
    assert said(response)[-1] == "Revision 2 is approved."

    browser(paul).post(page_of(one), form_of(one, _publish=""))
    one.refresh_from_db()
    assert (one.is_live, one.live_revision.number) == (True, 2)
    told = Notification.objects.order_by("pk").values_list("user__username", "kind")
    assert list(told) == [
        ("anna", "asked"),
        ("ines", "comment"),
        ("ines", "changes"),
        ("anna", "reply"),
        ("anna", "asked"),
        ("ines", "approved"),
        ("ines", "published"),
    ]


@pytest.mark.usefixtures("workflow")
def test_what_was_typed_over_an_unapproved_text_is_shown_again_when_publishing_is_refused():
    one = article(by=writer())

    response = browser(publisher()).post(page_of(one), form_of(one, body="Mine", _publish=""))

    assert "Revision 2 is not approved" in response.content.decode()
    assert "Mine</textarea>" in response.content.decode()
    assert (Revision.objects.count(), messages()) == (1, [])


@pytest.mark.usefixtures("workflow")
def test_buttons_are_those_that_work():
    ines, anna, paul = writer(), editor(), publisher()
    one = article(by=ines)

    def buttons(who: Any) -> list[str]:
        page = seen(browser(who), page_of(one))
        return re.findall(r'name="_(submit|approve|approve_publish|publish|schedule)"', page)

    assert buttons(ines) == ["submit"]
    assert buttons(anna) == ["submit", "approve"]
    assert buttons(paul) == ["submit", "approve", "approve_publish", "schedule"]

    response = browser(paul).post(page_of(one), form_of(one, _approve=""), follow=True)
    assert said(response) == ["Revision 1 is approved."]
    assert buttons(ines) == []
    assert buttons(paul) == ["schedule", "publish"]


@pytest.mark.usefixtures("workflow")
def test_approving_and_publishing_is_one_step_but_not_for_ones_own_text():
    one, paul = article(by=writer()), publisher()

    response = browser(paul).post(page_of(one), form_of(one, body="Mine", _approve_publish=""))
    assert "You may not approve what you saved yourself" in response.content.decode()
    assert Revision.objects.count() == 1

    browser(paul).post(page_of(one), form_of(one, _approve_publish=""))
    one.refresh_from_db()
    assert (one.is_live, Review.objects.get().decision) == (True, "approved")


@pytest.mark.parametrize("pressed", ["_approve", "_approve_publish", "_publish"])
@pytest.mark.usefixtures("workflow")
def test_nothing_goes_out_that_whoever_pressed_the_button_has_not_seen(pressed):
    ines, paul = writer(), publisher()
    one = article(by=ines)
    seen_by_paul = form_of(one)
    articles.save_draft(one.pk, text(body="Not for anybody yet"), by=ines)

    response = browser(paul).post(page_of(one), {**seen_by_paul, pressed: ""})

    assert "Somebody saved revision 2 meanwhile. Save first" in response.content.decode()
    assert (messages(), Review.objects.count(), Revision.objects.count()) == ([], 0, 2)


@pytest.mark.usefixtures("workflow")
def test_the_list_tells_and_filters_what_is_in_review_with_a_constant_number_of_queries(
    django_assert_max_num_queries,
):
    ines, anna = writer(), editor()
    rows = [article(f"Number {number}", by=ines) for number in range(6)]
    for one in rows:
        reviews.submit(one.pk, by=ines, now=NOW)
    reviews.approve(rows[0].pk, by=anna, number=1, now=NOW)
    client = browser(anna)

    for status, count in (("in_review", 5), ("approved", 1), ("changes", 0)):
        with django_assert_max_num_queries(15):
            found = client.get(f"{LIST}?status={status}").context["cl"].result_list
        assert len(found) == count


def test_without_the_workflow_nothing_of_it_shows():
    anna, one = editor(), article(by=writer())
    reviews.submit(one.pk, by=anna, now=NOW)
    client = browser(anna)

    form, dashboard = seen(client, page_of(one)), seen(client, "/admin/")
    assert 'name="_submit"' not in form
    assert 'name="_publish"' in form
    assert "in review" not in form
    assert "Waiting for your review" not in dashboard
    assert "In review" not in seen(client, LIST)


def test_what_revisions_and_comments_say_is_escaped():
    evil = "<script>alert(1)</script>"
    one = article(title="A title", body=f"{evil} words\n\n`{evil}`", summary=evil)
    live_one = live("Live", body="Old")
    articles.save_draft(live_one.pk, text("Live", body=evil))
    anna = editor(first_name=evil)
    reviews.submit(one.pk, by=anna, now=NOW, message=evil)
    comments.comment(one.pk, by=anna, body=evil, number=1, quote=evil)
    client = browser(anna)

    for address in (at(one, "review"), page_of(one), at(live_one, "review"), "/admin/inbox/", "/admin/"):
        assert "<script>alert" not in seen(client, address)
    page = seen(client, at(one, "review"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    # The document in the frame is escaped once more, as an attribute.
    assert "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;" in page


def test_passages_are_marked_in_the_text_and_a_lost_one_is_said_to_be():
    one, anna = article(body="Some words to keep and some to lose."), editor()
    comments.comment(one.pk, by=anna, body="Keep", number=1, quote="words to keep")
    comments.comment(one.pk, by=anna, body="Lose", number=1, quote="to lose")
    articles.save_draft(one.pk, text(body="Some words to keep."), by=anna)
    client = browser(anna)

    page = seen(client, at(one, "review"))
    kept, lost = Comment.objects.order_by("pk")
    assert f"data-comments=&quot;{kept.pk}&quot;&gt;words to keep&lt;/mark&gt;" in page
    assert f"data-comments=&quot;{lost.pk}&quot;" not in page
    assert "The passage changed" in page
    assert f"data-comments=&quot;{lost.pk}&quot;" in seen(client, at(one, "review") + "?revision=1")


def test_the_preview_beside_the_text_marks_what_was_spoken_of():
    one, anna = article(body="Some words."), editor()
    made = comments.comment(one.pk, by=anna, body="Which?", number=1, quote="words")

    page = browser(anna).post(at(one, "look"), form_of(one, body="Other words.")).json()["page"]

    assert f'Other <mark class="passage" data-comments="{made.pk}">words</mark>.' in page


def test_a_comment_that_is_refused_is_not_lost():
    one, client = article(body="Words"), browser(editor())

    response = client.post(
        at(one, "comment"), {"revision": "1", "quote": "Not there", "body": "Long thought"}, follow=True
    )

    assert said(response) == ["Revision 1 does not say this."]
    assert "Long thought</textarea>" in response.content.decode()
    assert "Long thought" not in seen(client, at(one, "review"))
    assert not Comment.objects.exists()


def test_odd_addresses_of_a_review_are_not_found():
    one, client = article(), browser(editor())

    for rest in ("?revision=9", "?revision=x", "?revision=" + "1" * 30):
        assert client.get(at(one, "review") + rest).status_code == 404
    assert client.post(at(one, "approve"), {"revision": "x"}).status_code == 404
    assert client.post(at(one, "comment"), {"body": "x"}).status_code == 404
    for deed in ("reply", "resolve", "reopen"):
        assert client.post(at(one, "comment", 77, deed), {"body": "x"}).status_code == 404
    assert client.get(at(one, "approve")).status_code == 405


def test_an_article_is_shared_by_its_author_and_unshared():
    ines, eve, jonas = writer(name="ines"), writer(name="eve", first_name="Eve"), writer(name="jonas")
    one = article(by=ines)
    assert browser(eve).get(page_of(one)).status_code == 302

    response = browser(ines).post(at(one, "share"), {"person": "eve"}, follow=True)
    assert said(response) == ["Eve may write this article now."]
    client = browser(eve)
    client.post(page_of(one), form_of(one, body="Eve's words"))
    one.refresh_from_db()
    assert (one.latest_revision.body, one.latest_revision.created_by) == ("Eve's words", eve)

    response = client.post(at(one, "share"), {"person": "jonas"}, follow=True)
    assert said(response)[-1].startswith("You may not share this article")
    for nobody in ("nobody", "no\0body"):
        assert said(browser(ines).post(at(one, "share"), {"person": nobody}, follow=True)) == [
            f"There is no colleague “{nobody}”."
        ]
    browser(ines).post(at(one, "unshare", eve.pk))
    assert browser(eve).get(at(one, "revisions")).status_code == 404
    assert jonas not in one.shared_with.all()


@pytest.mark.usefixtures("workflow")
def test_an_author_who_is_asked_for_a_review_reads_and_speaks_but_writes_and_decides_nothing():
    ines, eve = writer(name="ines"), writer(name="eve")
    one = article(by=ines, body="Words")
    reviews.submit(one.pk, by=ines, now=NOW, reviewers=["eve"])
    client = browser(eve)

    assert client.get(page_of(one)).url == at(one, "review")
    client.post(at(one, "comment"), {"revision": "1", "body": "Good."})
    assert Comment.objects.get().created_by == eve
    assert client.post(page_of(one), form_of(one, body="Mine")).status_code == 403
    assert client.post(at(one, "autosave"), form_of(one, body="Mine")).status_code == 403
    for deed in ("approve", "request-changes", "withdraw-request", "submit"):
        client.post(at(one, deed), {"revision": "1", "answer": "x", "message": "x"})
    assert Review.objects.get().is_open
    assert Revision.objects.count() == 1


def test_the_inbox_is_read_and_its_mail_switched_off():
    ines, anna = writer(name="ines"), editor(name="anna")
    one = article(by=ines)
    for body in ("First", "Second"):
        comments.comment(one.pk, by=anna, body=body, number=1)
    client, row = browser(ines), Notification.objects.order_by("pk").first()

    page = seen(client, "/admin/inbox/")
    assert page.count('class="unread"') == 2
    assert client.get(f"/admin/inbox/{row.pk}/").url == f"{at(one, 'review')}#comment-{row.comment_id}"
    assert seen(client, "/admin/inbox/").count('class="unread"') == 1
    client.post("/admin/inbox/")
    assert 'class="unread"' not in seen(client, "/admin/inbox/")
    client.post("/admin/inbox/", {"mail": "off"})
    assert "Send me mail" in seen(client, "/admin/inbox/")
    assert browser(anna).get(f"/admin/inbox/{row.pk}/").url == "/admin/inbox/"
    assert Client().get("/admin/inbox/").status_code == 302


def addresses(patterns: Any, prefix: str = "") -> list[tuple[str, set[str]]]:
    """Every address below `patterns` with the names of what it is given."""
    found = []
    for pattern in patterns:
        route = prefix + str(pattern.pattern).lstrip("^").rstrip("$")
        if isinstance(pattern, URLResolver):
            found += addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            found.append((route, set(pattern.pattern.converters)))
    return found


OF_ONE_ARTICLE = re.compile(
    r"^(admin/authoring/article/<(?:uuid:pk|path:object_id)>/|api/authoring/v1/articles/<uuid:pk>/)"
)


def test_no_address_of_an_article_opens_for_an_author_who_may_not_see_it():
    one = article(title=SECRET, body=SECRET, by=writer())
    made = comments.comment(one.pk, by=editor(), body=SECRET, number=1)
    eve = writer()
    tried = [
        route
        for route, _ in addresses(get_resolver("authoring.urls").url_patterns)
        if OF_ONE_ARTICLE.match(route)
    ]
    values = {"pk": one.pk, "object_id": one.pk, "number": 1, "thread": made.pk, "user": eve.pk}
    assert len(tried) > 30

    for route in tried:
        address = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(values.get(name[1], 1)), route)
        client: Any = Caller(eve) if "/api/" in address else browser(eve)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            answer = (
                client(method, address, {}, If_Match="*")
                if "/api/" in address
                else client.generic(method, address, "revision=1&body=x", "application/x-www-form-urlencoded")
            )
            is_refused = answer.status_code in (400, 403, 404, 405) or (
                answer.status_code in (301, 302) and answer.url in ("/admin/", at(one, "change"))
            )
            assert is_refused, (method, address, answer.status_code)
            assert SECRET not in answer.content.decode(), (method, address)
            assert answer.status_code != 400 or method != "GET", address
    assert Comment.objects.count() == 1
    assert Revision.objects.count() == 1


def test_no_list_names_an_article_to_an_author_who_may_not_see_it():
    ines, eve = writer(), writer(name="eve")
    one = article(title=SECRET, body=SECRET, by=ines, tags=(tag().pk,))
    soon = timezone.now() + dt.timedelta(hours=1)
    scheduling.schedule(one.pk, action="publish", due_at=soon, zone="UTC", now=timezone.now())
    sharing.share(one.pk, "eve", by=ines)
    sharing.unshare(one.pk, eve.pk, by=ines)
    routes = [route for route, given in addresses(get_resolver("authoring.urls").url_patterns) if not given]
    tried = [route for route in routes if route.startswith(("admin/", "api/")) and "logout" not in route]
    desk, call = browser(eve), Caller(eve)
    assert len(tried) > 30

    for route in tried:
        for query in ("", f"?q={SECRET}"):
            answer = call.client.get(f"/{route}{query}") if "api/" in route else desk.get(f"/{route}{query}")
            page = answer.content.decode()
            for echo in (f"q={SECRET}", f"q%3D{SECRET}", f'value="{SECRET}"'):
                page = page.replace(echo, "")
            assert SECRET not in page, (route, query)


def test_completion_of_translations_names_no_article_to_an_author_who_may_not_see_it():
    article(title=SECRET, by=writer())
    asked = {
        "term": SECRET,
        "app_label": "authoring",
        "model_name": "scheduledchange",
        "field_name": "article",
    }

    answer = browser(writer()).get(reverse("admin:autocomplete"), asked)

    assert SECRET not in answer.content.decode()


def test_roles_permit_what_they_say():
    people = {
        "author": writer(),
        "editor": editor(),
        "publisher": publisher(),
        "administrator": administrator(),
    }

    def who_has(permission: str) -> list[str]:
        return [role for role, user in people.items() if user.has_perm(permission)]

    assert who_has("authoring.add_article") == ["author", "editor", "publisher", "administrator"]
    assert who_has("authoring.review_article") == ["editor", "publisher", "administrator"]
    assert who_has("authoring.publish_article") == ["publisher", "administrator"]
    for permission in (
        "authoring.change_site",
        "auth.change_user",
        "authoring.add_apitoken",
        "authoring.approve_own_article",
    ):
        assert who_has(permission) == ["administrator"]


def test_the_sidebar_counts_what_is_unread_and_is_silent_otherwise():
    ines, anna = writer(name="ines"), editor(name="anna")
    one = article(by=ines)
    for body in ("First", "Second"):
        comments.comment(one.pk, by=anna, body=body, number=1)

    shown = {
        name: [
            group["items"][0].get("badge")
            for group in browser(who).get("/admin/").context["sidebar_navigation"]
        ]
        for name, who in {"ines": ines, "anna": anna}.items()
    }

    assert shown == {"ines": [2, None, None], "anna": [None, None, None]}
