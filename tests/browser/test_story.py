"""A text from its first word to its end: an author, an editor and a publisher, each at a desk of their own."""

import base64
import re
from contextlib import ExitStack
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from authoring.models import Article, ScheduledChange, Site
from authoring.services import site
from cms.databases import READ, WRITE
from publishing.models import PublishedArticle
from tests.authoring.builders import NOW, editor, publisher, writer
from tests.browser.desk import DROP, SELECT, body, desk, opened, png
from tests.pipeline import machines
from tests.servers import running

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=[WRITE, READ]),
    pytest.mark.usefixtures("stylesheets"),
]

FIRST = "The owl hears in three dimensions.\n\nIt turns its head by 270 degrees."
LAST = "Nobody hears it come."


def test_a_text_is_lost_recovered_reviewed_scheduled_disputed_restored_and_withdrawn(browser):
    running().broker.flush()
    site.save_site(Site(name="Fair Copy", workflow=True), now=NOW)
    jonas = writer(name="jonas", first_name="Jonas", last_name="Wiebe")
    anna = editor(name="anna", first_name="Anna", last_name="Berg")
    paul = publisher(name="paul", first_name="Paul", last_name="Ott")
    with ExitStack() as stack:
        address = stack.enter_context(machines.web("authoring"))
        public = stack.enter_context(machines.web("publishing"))
        for process in (
            machines.worker("authoring"),
            machines.worker("publishing"),
            machines.beat("authoring"),
        ):
            stack.enter_context(process)

        def sits_down(who: Any, **options: Any) -> Any:
            return stack.enter_context(desk(browser, address, who, **options))

        left = write_until_the_browser_dies(browser, address, jonas)
        his, hers, pauls = sits_down(jonas, storage_state=left), sits_down(anna), sits_down(paul)
        page = recover_and_submit(his)
        comment_and_send_back(hers)
        mend_and_submit_again(page)
        approve(hers)
        schedule(pauls)
        machines.until(lambda: answer(public) == 200, "what was scheduled goes out")
        assert "up to 270 degrees" in shown()

        compare(page)
        disagree(page, hers)
        restore(hers)
        assert (shown().count("up to 270"), shown().count("360")) == (1, 0)
        withdraw(pauls)
        machines.until(lambda: answer(public) == 410, "it is gone")
    assert not PublishedArticle.objects.exists()


def write_until_the_browser_dies(browser: Any, address: str, jonas: Any) -> Any:
    """What the browser's profile keeps of it."""
    with desk(browser, address, jonas) as window:
        page = opened(window)
        page.fill("#id_title", "On owls")
        page.fill("#id_summary", "What it hears.")
        page.fill("#id_body", FIRST)
        page.wait_for_url("**/change/")
        page.locator("#id_body").press("Control+End")
        page.locator("#id_body").evaluate(DROP, base64.b64encode(png()).decode())
        dialog = page.get_by_role("dialog", name="Describe the picture")
        dialog.get_by_label("What does it show?").fill("An owl")
        dialog.get_by_role("button", name="Insert").click()
        page.get_by_role("button", name="Preview beside the text").click()
        shown = page.frame_locator("iframe[title=Preview]")
        expect(shown.get_by_role("heading", name="On owls", level=1)).to_be_visible()
        shown.get_by_alt_text("An owl").wait_for(state="attached")
        machines.until(lambda: "An owl" in kept(), "the editor saves it by itself")

        window.set_offline(True)
        page.locator("#id_body").press("Control+End")
        page.keyboard.insert_text(f"\n\n{LAST}")
        expect(page.locator(".editor-saved")).to_contain_text("No connection")
        return window.storage_state()


def recover_and_submit(his: Any) -> Page:
    page = opened(his, Article.objects.get())
    assert LAST not in body(page)
    page.get_by_role("button", name="Restore it").click()
    assert body(page).endswith(f"\n\n{LAST}")
    save(page)
    submit(page, "Is it right?")
    return page


def comment_and_send_back(hers: Any) -> None:
    page = hers.new_page()
    page.goto("/admin/")
    page.get_by_role("region", name="Waiting for your review").get_by_role("link", name="On owls").click()
    expect(page.get_by_text("Is it right?")).to_be_visible()
    page.frame_locator("iframe[title='The text in review']").get_by_text("270 degrees").wait_for()
    page.locator(".review-frame").evaluate(SELECT, "by 270 degrees")
    page.get_by_role("button", name="Comment on this").click()
    page.get_by_label("Comment @name").fill("At most, says the handbook.")
    page.get_by_role("button", name="Comment", exact=True).click()
    page.locator(".thread").get_by_text("At most, says the handbook.").wait_for()
    page.get_by_label("What you say to it").fill("One figure.")
    page.get_by_role("button", name="Request changes").click()
    expect(page.get_by_role("heading", name="Changes requested")).to_be_visible()


def mend_and_submit_again(page: Page) -> None:
    page.goto(f"/admin/authoring/article/{Article.objects.get().pk}/change/")
    expect(page.get_by_text("At most, says the handbook.")).to_be_visible()
    page.fill("#id_body", body(page).replace("by 270", "by up to 270"))
    submit(page)
    page.locator(".thread").get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("1 resolved")).to_be_visible()


def approve(hers: Any) -> None:
    page = hers.new_page()
    page.goto("/admin/inbox/")
    page.get_by_role("link", name="Jonas Wiebe asked for your review of “On owls”").first.click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="Approved")).to_be_visible()


def schedule(pauls: Any) -> None:
    page = opened(pauls, Article.objects.get())
    page.get_by_role("button", name="Schedule…").click()
    page.locator("#id_day").fill("2040-01-02")
    page.locator("#id_time").fill("09:00")
    page.get_by_role("button", name="Schedule", exact=True).click()
    page.get_by_text("is scheduled: publish at 2 Jan 2040, 09:00").wait_for()
    ScheduledChange.objects.update(due_at=timezone.now())  # the years pass


def compare(page: Page) -> None:
    page.goto(f"/admin/authoring/article/{Article.objects.get().pk}/revisions/")
    live, first = Article.objects.get().live_revision.number, numbers()[0]
    page.get_by_label(f"From revision {first}", exact=True).check()
    page.get_by_label(f"To revision {live}", exact=True).check()
    page.get_by_role("button", name="Compare").click()
    changed = page.locator("tr.changed", has_text="270").locator("td")
    assert changed.nth(1).locator("ins").all_inner_texts() == ["up to "]


def disagree(page: Page, hers: Any) -> None:
    """Two windows, one sentence: nobody's is lost, and who comes later decides."""
    one = Article.objects.get()
    page.goto(f"/admin/authoring/article/{one.pk}/change/")
    other = opened(hers, one)
    other.fill("#id_body", body(other).replace("up to 270", "some 270"))
    save(other)
    page.fill("#id_body", body(page).replace("up to 270", "all of 360"))
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", name=re.compile("^Anna Berg saved revision"))).to_be_visible()
    page.get_by_role("button", name="Take theirs here").click()
    assert "some 270" in body_of_clash(page)
    page.get_by_role("button", name="Save this").click()
    page.get_by_text("Draft saved as revision").wait_for()
    assert "all of 360" in Article.objects.get().revisions.get(set_aside=True).body


def restore(hers: Any) -> None:
    one = Article.objects.get()
    page = hers.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/admin/authoring/article/{one.pk}/revisions/")
    page.get_by_role("button", name=f"Restore revision {one.live_revision.number}", exact=True).click()
    page.get_by_text(f"Revision {one.live_revision.number} is back, as revision").wait_for()
    assert "up to 270" in Article.objects.get().latest_revision.body


def withdraw(pauls: Any) -> None:
    page = opened(pauls, Article.objects.get())
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Unpublish").click()
    page.get_by_text("Version 2").wait_for()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Draft saved as revision").wait_for()


def submit(page: Page, message: str = "") -> None:
    page.get_by_role("button", name="Submit for review…").click()
    page.locator("#id_reviewers").select_option("anna", force=True)
    page.get_by_label("Message").fill(message)
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("is in review.").wait_for()


def kept() -> str:
    return "".join(Article.objects.get().revisions.filter(autosaved=True).values_list("body", flat=True))


def numbers() -> list[int]:
    by_hand = Article.objects.get().revisions.filter(autosaved=False)
    return list(by_hand.order_by("number").values_list("number", flat=True))


def body_of_clash(page: Page) -> str:
    return page.locator("textarea[name=body]").input_value()


def answer(public: str) -> int:
    return machines.get(f"{public}/on-owls/")[0]


def shown() -> str:
    return PublishedArticle.objects.get().text
