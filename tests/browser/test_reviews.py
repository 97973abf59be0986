"""A text on its way from its author through a review to readers: in real browsers."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from authoring.models import Article, Comment, Site
from authoring.services import articles, comments, reviews, site
from cms.databases import READ, WRITE
from tests.authoring.builders import NOW, editor, publisher, text, writer
from tests.browser.desk import SELECT, desk, opened

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=[WRITE, READ]),
    pytest.mark.usefixtures("stylesheets"),
]

BODY = (
    "The owl spreads its wings.\n\nThe fox jumps over the *lazy* dog, and over the lazy cat.\n\n"
    + ("Words and words. " * 60 + "\n\n") * 6
)


@pytest.fixture
def workflow() -> None:
    site.save_site(Site(name="Fair Copy", workflow=True), now=NOW)


def review_of(window: Any, one: Article) -> Page:
    page: Page = window.new_page()
    page.goto(f"/admin/authoring/article/{one.pk}/review/")
    return page


def serious(page: Page) -> list[Any]:
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], [node["target"] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.usefixtures("workflow")
def test_a_text_is_submitted_discussed_mended_approved_and_published(browser, address):
    ines, anna, paul = writer(name="ines"), editor(name="anna"), publisher(name="paul")
    with desk(browser, address, ines) as hers, desk(browser, address, anna) as theirs:
        page = opened(hers)
        page.fill("#id_title", "On owls")
        page.fill("#id_body", BODY)
        page.wait_for_url("**/change/")
        page.get_by_role("button", name="Submit for review…").click()
        page.locator("#id_reviewers").select_option("anna", force=True)
        page.get_by_label("Message").fill("Is it too long?")
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_text("is in review.")).to_be_visible()
        one = Article.objects.get()

        review = theirs.new_page()
        review.goto("/admin/")
        waiting = review.get_by_role("region", name="Waiting for your review")
        waiting.get_by_role("link", name="On owls").click()
        expect(review.get_by_text("Is it too long?")).to_be_visible()
        shown = review.frame_locator("iframe[title='The text in review']")
        expect(shown.get_by_role("heading", name="On owls")).to_be_visible()
        review.locator(".review-frame").evaluate(SELECT, "over the lazy")
        review.get_by_role("button", name="Comment on this").click()
        expect(review.get_by_label("Passage")).to_have_value("over the lazy")
        review.get_by_label("Comment @name").fill("Twice lazy?")
        review.get_by_role("button", name="Comment", exact=True).click()
        expect(shown.locator("mark.passage")).to_have_text("over the lazy")
        assert Comment.objects.get().before.endswith("dog, and ")
        review.get_by_label("What you say to it").fill("One lazy is enough.")
        review.get_by_role("button", name="Request changes").click()
        expect(review.get_by_role("heading", name="Changes requested")).to_be_visible()

        page.goto(f"/admin/authoring/article/{one.pk}/change/")
        expect(page.get_by_text("One lazy is enough.").first).to_be_visible()
        page.get_by_role("button", name="Show in the text").click()
        assert page.evaluate("document.getSelection().toString()") == "over the lazy"
        page.fill("#id_body", BODY.replace("over the lazy cat", "over the cat"))
        page.get_by_role("button", name="Submit for review…").click()
        page.get_by_role("button", name="Submit").click()
        thread = page.locator(".thread")
        thread.get_by_label("Reply to anna").fill("Mended.")
        thread.get_by_role("button", name="Reply").click()
        page.locator(".thread").get_by_role("button", name="Resolve").click()
        expect(page.get_by_text("1 resolved")).to_be_visible()

        review.goto("/admin/inbox/")
        review.get_by_role("link", name="ines replied to a comment on “On owls”").click()
        expect(review.get_by_role("heading", name="In review")).to_be_visible()
        review.get_by_role("button", name="Approve").click()
        expect(review.get_by_role("heading", name="Approved")).to_be_visible()
    with desk(browser, address, paul) as window:
        page = opened(window, one)
        page.get_by_role("button", name="Publish", exact=True).click()
        expect(page.get_by_text("Version 1 is on its way to readers.")).to_be_visible()
    one.refresh_from_db()
    assert "over the cat" in one.live_revision.body


@pytest.fixture
def discussed() -> Article:
    ines, anna = writer(name="ines"), editor(name="anna")
    one = articles.create(text("On owls", body=BODY, summary="About owls"), by=ines)
    articles.publish(one.pk, now=NOW)
    articles.save_draft(one.pk, text("On owls", body=BODY.replace("owl", "barn owl")), by=ines)
    comments.comment(one.pk, by=anna, body="Which fox?", number=1, quote="The fox jumps over the lazy dog")
    comments.comment(one.pk, by=anna, body="Gone", number=1, quote="The owl")
    first = comments.comment(one.pk, by=anna, body="All is well.", number=2)
    comments.resolve(one.pk, first.pk, by=ines, now=NOW)
    reviews.submit(one.pk, by=ines, now=NOW, reviewers=["anna"], message="Please.")
    return one


@pytest.mark.usefixtures("workflow")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_reviews_and_inbox_are_accessible_at_any_width_and_in_either_theme(
    browser, address, discussed, scheme, width
):
    boss = publisher(name="boss")
    comments.comment(discussed.pk, by=discussed.created_by, body="What does @boss say?", number=2)
    with desk(browser, address, boss, color_scheme=scheme) as window:
        page = window.new_page()
        page.set_viewport_size({"width": width, "height": 844})
        for place in (
            f"authoring/article/{discussed.pk}/review/",
            f"authoring/article/{discussed.pk}/submit/",
            "inbox/",
            "",
        ):
            page.goto(f"/admin/{place}")
            page.wait_for_load_state("networkidle")
            assert serious(page) == [], place
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), place


@pytest.mark.usefixtures("workflow")
def test_without_javascript_a_passage_is_copied_and_the_text_is_decided(browser, address, discussed):
    with desk(browser, address, editor(name="ben"), java_script_enabled=False) as window:
        page = review_of(window, discussed)
        page.get_by_label("Passage").fill("jumps over the lazy dog, and\nover")
        page.get_by_label("Comment @name").fill("By hand")
        page.get_by_role("button", name="Comment", exact=True).click()
        expect(page.get_by_text("By hand")).to_be_visible()
        page.get_by_role("button", name="Approve").click()
        expect(page.get_by_role("heading", name="Approved")).to_be_visible()


@pytest.mark.usefixtures("workflow")
def test_what_a_draft_says_runs_nowhere(browser, address):
    anna = editor(name="anna")
    evil = (
        "<img src=x onerror=\"parent.document.title='taken'\"><script>parent.document.title='taken'</script>"
    )
    one = articles.create(
        text(evil[:150], "evil", body=evil, summary=evil), by=writer(name="eve", first_name=evil[:100])
    )
    comments.comment(one.pk, by=anna, body=evil, number=1)
    with desk(browser, address, anna) as window:
        page = review_of(window, one)
        page.wait_for_load_state("networkidle")
        assert page.title() != "taken"
        assert page.locator(".thread script, .thread img").count() == 0
