"""Two people at one article, and the way back to what it said: in real browsers."""

import datetime as dt
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect

from authoring.models import Article, ScheduledChange
from authoring.services import articles, conflicts, scheduling, trash
from cms.databases import READ, WRITE
from tests.authoring.builders import NOW, text, writer
from tests.browser.desk import body, desk, opened
from tests.pipeline import machines

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=[WRITE, READ]),
    pytest.mark.usefixtures("stylesheets"),
]

HOSTILE = "<script>document.title = 'taken over'</script>"
LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 6


@pytest.fixture
def anna() -> Any:
    return get_user_model().objects.create_superuser(
        "anna", password="x", first_name="Anna", last_name="Berg"
    )


@pytest.fixture
def revised(chief: Any, anna: Any) -> Article:
    """Three revisions by two people, of which one adds thousands of lines and tries to be markup."""
    lines = "\n\n".join(f"Paragraph {number}. Nobody had slept." for number in range(9))
    one = articles.create(text("The galley", body=lines), by=chief)
    second = lines.replace("4. Nobody", f"4. {HOSTILE} Hardly anybody")
    articles.save_draft(one.pk, text(f"The galley {HOSTILE}", "the-galley", body=second), by=anna)
    third = second + "\n\n" + "\n".join(f"- line {number}" for number in range(3000)) + LONG
    articles.save_draft(one.pk, text("The galley", body=third, noindex=True, summary=LONG), by=chief)
    return one


def save(page: Page) -> None:
    page.get_by_role("button", name="Save draft").click()


def serious(page: Page) -> list[Any]:
    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"]) for one in found if one["impact"] in ("serious", "critical")]


def wide(page: Page) -> bool:
    """Whether something reaches over the edge of the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def test_two_revisions_are_chosen_compared_either_way_and_one_is_restored(browser, address, chief, revised):
    with desk(browser, address, chief) as window:
        page = window.new_page()
        page.goto(f"/admin/authoring/article/{revised.pk}/revisions/")
        rows = page.locator(".revision-list li")
        expect(rows.nth(2)).to_contain_text("Anna Berg")
        expect(rows.nth(2)).to_contain_text("title and text")
        expect(rows.nth(3)).to_contain_text("the beginning")
        page.get_by_label("From revision 1").check()
        page.get_by_label("To revision 2").check()
        page.get_by_role("button", name="Compare").click()

        changed = page.locator("tr.changed")
        expect(changed).to_have_count(2)
        expect(changed.nth(1).locator("td").nth(0)).to_have_text("Paragraph 4. Nobody had slept.")
        expect(changed.nth(1).locator("td").nth(1)).to_have_text(
            f"Paragraph 4. {HOSTILE} Hardly anybody had slept."
        )
        assert changed.nth(1).locator("del").all_inner_texts() == ["Nobody"]
        page.get_by_role("link", name="In one text").click()
        expect(page.locator("tr.changed td").nth(0)).to_have_text(f"The galley {HOSTILE}")
        assert page.title() != "taken over"

        asked = []
        page.once("dialog", lambda one: (asked.append(one.message), one.accept()))
        page.get_by_role("button", name="Restore revision 1").click()
        page.get_by_text("Revision 1 is back, as revision 4.").wait_for()
        assert asked[0].startswith("Restore revision 1? Its text becomes the newest draft.")
    revised.refresh_from_db()
    assert (revised.latest_revision.title, revised.latest_revision.number) == ("The galley", 4)


def test_a_restore_that_is_not_confirmed_does_nothing(browser, address, chief, revised):
    with desk(browser, address, chief) as window:
        page = window.new_page()
        page.goto(f"/admin/authoring/article/{revised.pk}/revisions/")
        page.once("dialog", lambda one: one.dismiss())
        page.get_by_role("button", name="Restore revision 1").click()
        expect(page.get_by_role("button", name="Restore revision 1")).to_be_visible()
    assert revised.revisions.count() == 3


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nothing_serious_is_wrong_with_the_pages_of_history_and_trash(
    browser, address, chief, anna, revised, width, scheme
):
    kept = conflicts.set_aside(
        revised.pk, text("Mine " + LONG[:150], "the-galley", body="Mine"), by=anna, based_on=1
    )
    other = articles.create(text(f"{HOSTILE} {LONG}"[:190], "other"), by=chief)
    trash.put(other.pk, now=NOW, by=chief)
    base = f"/admin/authoring/article/{revised.pk}"
    with desk(browser, address, chief, color_scheme=scheme) as window:
        page = window.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        for path in (
            f"{base}/revisions/",
            f"{base}/compare/?from=1&to=2",
            f"{base}/compare/?from=1&to=3&view=inline",
            f"{base}/settle/{kept.number}/",
            f"{base}/change/",
            f"{base}/delete/",
            "/admin/authoring/article/trash/",
        ):
            page.goto(path)
            assert (path, serious(page), wide(page)) == (path, [], False)
            assert page.title() != "taken over"


def test_different_fields_are_merged_without_a_word(browser, fresh_address, chief, anna):
    one = articles.create(text("The galley", body="First.\n\nLast.\n"), by=chief)
    with desk(browser, fresh_address, chief) as mine, desk(browser, fresh_address, anna) as hers:
        page, other = opened(mine, one), opened(hers, one)
        other.fill("#id_summary", "Hers.")
        other.fill("#id_body", "First.\n\nLast, by Anna.\n")
        save(other)
        other.get_by_text("Draft saved as revision").wait_for()
        page.fill("#id_title", "The galley proof")
        page.fill("#id_body", "First, by me.\n\nLast.\n")
        save(page)
        page.get_by_text("Draft saved as revision").wait_for()
    one.refresh_from_db()
    latest = one.latest_revision
    assert (latest.title, latest.summary) == ("The galley proof", "Hers.")
    assert latest.body == "First, by me.\n\nLast, by Anna.\n"


def test_a_clash_shows_both_and_before_and_keeps_whatever_is_decided(browser, fresh_address, chief, anna):
    one = articles.create(text("The galley", body="First.\n\nMiddle.\n\nLast.\n", summary="Old."), by=chief)
    with desk(browser, fresh_address, chief) as mine, desk(browser, fresh_address, anna) as hers:
        page, other = opened(mine, one), opened(hers, one)
        other.fill("#id_title", f"Hers {HOSTILE}")
        other.fill("#id_body", "Hers first.\n\nMiddle.\n\nLast.\n")
        other.fill("#id_summary", "Her summary.")
        save(other)
        other.get_by_text("Draft saved as revision").wait_for()
        theirs = Article.objects.get().latest_revision.number

        page.fill("#id_title", "Mine")
        page.fill("#id_body", "My first.\n\nMiddle.\n\nMy last.\n")
        save(page)
        expect(page.get_by_role("heading", name=f"Anna Berg saved revision {theirs} of")).to_be_visible()
        kept = one.revisions.get(set_aside=True)
        assert (kept.title, kept.body, kept.created_by) == (
            "Mine",
            "My first.\n\nMiddle.\n\nMy last.\n",
            chief,
        )
        sides = page.get_by_role("group", name="Place 1 of 1").locator("div > p")
        expect(sides).to_have_text(["FirstMy first.", "FirstHers first.", "First."])
        expect(page.get_by_text("Merged already (1)")).to_be_visible()
        assert page.locator("textarea[name=body]").input_value() == "My first.\n\nMiddle.\n\nMy last.\n"

        # The tab is closed: the text waits beside the article, and the page can be had again.
        page.goto(f"/admin/authoring/article/{one.pk}/change/")
        assert body(page) == "Hers first.\n\nMiddle.\n\nLast.\n"
        page.get_by_role("link", name="Settle it").click()

        page.get_by_role("button", name="Take theirs: Title").click()
        assert page.locator("input[name=title]").input_value() == f"Hers {HOSTILE}"
        page.locator("input[name=title]").fill("Ours")
        page.get_by_role("button", name="Take theirs here").click()
        area = page.locator("textarea[name=body]")
        assert area.input_value() == "Hers first.\n\nMiddle.\n\nMy last.\n"
        page.get_by_role("button", name="Take yours here").click()
        assert area.input_value() == "My first.\n\nMiddle.\n\nMy last.\n"
        area.press("Control+z")
        assert area.input_value() == "Hers first.\n\nMiddle.\n\nMy last.\n"
        page.get_by_role("button", name="Save this").click()
        page.get_by_text("Draft saved as revision").wait_for()
        expect(page.get_by_role("link", name="Settle it")).to_have_count(0)
        expect(page.locator(".offer")).to_have_count(0)
    one.refresh_from_db()
    latest = one.latest_revision
    assert (latest.title, latest.summary) == ("Ours", "Her summary.")
    assert latest.body == "Hers first.\n\nMiddle.\n\nMy last.\n"
    assert one.revisions.filter(set_aside=True, body="My first.\n\nMiddle.\n\nMy last.\n").exists()


def test_what_is_typed_on_the_page_of_a_clash_is_offered_again_after_a_crash(
    browser, fresh_address, chief, anna
):
    one = articles.create(text(body="First."), by=chief)
    articles.save_draft(one.pk, text(body="Hers."), by=anna)
    kept = conflicts.set_aside(one.pk, text(body="Mine."), by=chief, based_on=1)
    with desk(browser, fresh_address, chief) as window:
        page = window.new_page()
        page.goto(f"/admin/authoring/article/{one.pk}/settle/{kept.number}/")
        page.locator("textarea[name=body]").fill("Both, nearly")
        page.close(run_before_unload=False)

        again = opened(window, one)
        again.get_by_role("button", name="Restore it").click()
        assert body(again) == "Both, nearly"
        save(again)
        again.get_by_text("Draft saved as revision").wait_for()
    one.refresh_from_db()
    assert one.latest_revision.body == "Both, nearly"


def test_theirs_may_be_left_as_it_is_and_nobody_asks_again(browser, fresh_address, chief, anna):
    one = articles.create(text(body="First."), by=chief)
    articles.save_draft(one.pk, text(body="Hers."), by=anna)
    conflicts.set_aside(one.pk, text(body="Mine."), by=chief, based_on=1)
    with desk(browser, fresh_address, chief) as window:
        page = opened(window, one)
        page.get_by_role("link", name="Settle it").click()
        page.get_by_role("link", name="Leave theirs as it is").click()
        expect(page.locator("#id_body")).to_have_value("Hers.")
        expect(page.get_by_role("link", name="Settle it")).to_be_hidden()


def test_neither_a_second_tab_nor_the_scheduler_is_somebody_else(browser, fresh_address, chief):
    one = articles.create(text(body="First."), by=chief)
    scheduling.schedule(
        one.pk, action=ScheduledChange.Action.PUBLISH, due_at=NOW + dt.timedelta(hours=1), zone="UTC", now=NOW
    )
    with desk(browser, fresh_address, chief) as window:
        page, second = opened(window, one), opened(window, one)
        second.fill("#id_body", "From the second tab, unfinished")
        expect(second.locator(".editor-saved")).to_contain_text("Saved ")
        assert scheduling.publish_due() == 1
        page.bring_to_front()
        page.fill("#id_body", "From the first tab")
        save(page)
        page.get_by_text("Draft saved as revision").wait_for()
    one.refresh_from_db()
    assert (one.latest_revision.body, one.live_revision.body) == ("From the first tab", "First.")


def test_who_else_has_the_article_open_is_said_and_forgotten(browser, address, chief, anna):
    one = articles.create(text(body="First."), by=chief)
    with desk(browser, address, anna) as hers:
        opened(hers, one).get_by_text("Title").first.wait_for()
        with desk(browser, address, chief) as mine:
            page = opened(mine, one)
            notice = page.get_by_role("status").filter(has_text="Anna Berg")
            expect(notice).to_have_text(re.compile(r"^Anna Berg is editing this, last active \d+ s ago$"))
            alone = articles.create(text("Alone"), by=chief)
            page.goto(f"/admin/authoring/article/{alone.pk}/change/")
            with page.expect_response("**/presence/"):
                page.reload()
            expect(page.locator("[data-presence-url]")).to_be_hidden()


def test_a_deleted_article_is_had_back_with_one_click(browser, fresh_address):
    jonas = writer(name="jonas")
    one = articles.create(text("A slip"), by=jonas)
    with desk(browser, fresh_address, jonas) as window:
        page = opened(window, one)
        page.get_by_role("link", name="Delete", exact=True).click()
        page.get_by_role("button", name="Move to the trash").click()
        expect(page.get_by_text("“A slip” is in the trash for 30 days.")).to_be_visible()
        assert not Article.objects.exists()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("“A slip” is back, as a draft")).to_be_visible()
        assert page.url.endswith(f"{one.pk}/change/")
    assert Article.objects.get() == one


def test_what_is_typed_into_an_article_that_went_into_the_trash_is_not_lost(browser, fresh_address, chief):
    one = articles.create(text(body="Before"), by=chief)
    with desk(browser, fresh_address, chief) as window:
        page = opened(window, one)
        trash.put(one.pk, now=NOW)
        page.fill("#id_body", "Typed after that")
        save(page)
        expect(page.get_by_text("“Hello” is in the trash. Restore it to go on writing.")).to_be_visible()
        page.get_by_role("button", name="Restore Hello").click()
        page.get_by_role("button", name="Restore it").click()
        assert body(page) == "Typed after that"
        machines.until(lambda: one.revisions.filter(autosaved=True).exists(), "it is kept again")
