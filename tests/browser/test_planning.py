"""The calendar and releases, in a real browser."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from authoring.models import Article, Release, ScheduledChange
from authoring.services import articles, releases, scheduling, zones
from cms.databases import READ, WRITE
from tests.authoring.builders import text
from tests.browser.desk import desk
from tests.pipeline import machines

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=[WRITE, READ]),
    pytest.mark.usefixtures("stylesheets"),
]

CALENDAR = "/admin/authoring/scheduledchange/calendar/"
JULY = dt.datetime(2030, 7, 1, 7, tzinfo=dt.UTC)
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def address(django_db_setup: None, stylesheets: None) -> Iterator[str]:
    with machines.web("authoring") as started:
        yield started


@pytest.fixture
def chief() -> Any:
    made = get_user_model().objects.create_superuser("chief", password="correct horse")
    zones.choose(made, "Europe/Vienna")
    return made


def draft(title: str, by: Any) -> Article:
    return articles.create(text(title), by=by)


def plan(one: Article, action: str = "publish", *, at: dt.datetime, by: Any = None) -> ScheduledChange:
    return scheduling.schedule(
        one.pk, action=action, due_at=at, zone="Europe/Vienna", now=JULY - dt.timedelta(days=9999), by=by
    )


def filled(chief: Any) -> Release:
    """July 2030 with one of everything, and what failed and is overdue."""
    live, other, failing = draft("On paper", chief), draft("On ink", chief), draft("On type", chief)
    articles.publish(live.pk, now=timezone.now())
    articles.save_draft(live.pk, text("On paper", body="Newer"), by=chief)
    plan(live, at=JULY)
    plan(other, at=JULY + dt.timedelta(hours=2))
    plan(live, "withdraw", at=JULY + dt.timedelta(days=2))
    plan(failing, "withdraw", at=dt.datetime(2026, 1, 2, tzinfo=dt.UTC))
    scheduling.publish_due()
    ScheduledChange.objects.filter(article=failing).update(due_at=JULY + dt.timedelta(days=3))
    plan(other, "withdraw", at=timezone.now() - dt.timedelta(hours=1))
    made = releases.create(name="The summer number", note="All of it.", by=chief)
    releases.add(made.pk, [other.pk], action="publish")
    releases.add(made.pk, [failing.pk], action="withdraw")
    releases.schedule(made.pk, due_at=JULY + dt.timedelta(days=1), zone="Asia/Tokyo", now=timezone.now())
    return made


def problems(page: Page) -> list[Any]:
    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"]) for one in found if one["impact"] in ("serious", "critical")]


def entry(page: Page, title: str) -> Any:
    return page.locator(".entry", has_text=title)


def test_a_month_and_a_week_are_walked_through_by_keys(browser: Browser, address: str, chief: Any) -> None:
    filled(chief)
    with desk(browser, address, chief) as window:
        page = window.new_page()
        page.goto(f"{CALENDAR}?month=2030-07")
        expect(entry(page, "On ink")).to_contain_text("11:00 Publish")
        expect(entry(page, "The summer number")).to_contain_text("09:00 Release")
        expect(entry(page, "The summer number")).to_contain_text("Tue 16:00 Asia/Tokyo")
        expect(entry(page, "On type")).to_contain_text("Failed")
        expect(page.locator(".entry.what-update")).to_contain_text("09:00 Update On paper")
        expect(page.locator(".entry.what-withdraw").first).to_contain_text("Unpublish On paper")

        page.locator("a[data-day='2030-07-10']").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.dataset.day") == "2030-07-18"
        page.keyboard.press("PageDown")
        expect(page.locator("#calendar-title", has_text="August 2030")).to_be_visible()
        page.keyboard.press("PageUp")
        expect(page.locator("#calendar-title", has_text="July 2030")).to_be_visible()
        page.get_by_role("link", name="Week").click()
        expect(page.locator("#calendar-title", has_text="Week 27, 1 Jul – 7 Jul 2030")).to_be_visible()
        expect(entry(page, "On ink")).to_be_visible()
        page.get_by_role("link", name="Today").click()
        expect(page.locator(".is-today")).to_be_visible()


def test_on_a_phone_the_month_is_a_list_of_days(browser: Browser, address: str, chief: Any) -> None:
    filled(chief)
    with desk(browser, address, chief) as window:
        page = window.new_page()
        page.set_viewport_size(PHONE)
        page.goto(f"{CALENDAR}?month=2030-07")
        expect(page.get_by_text("Monday 1 July")).to_be_visible()
        expect(page.locator(".calendar-day:visible")).to_have_count(4)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_change_is_dropped_on_another_day_and_asked_about_there(
    browser: Browser, address: str, chief: Any
) -> None:
    change = plan(draft("On ink", chief), at=JULY)
    with desk(browser, address, chief) as window:
        page = window.new_page()
        page.goto(f"{CALENDAR}?month=2030-07")
        entry(page, "On ink").drag_to(page.locator(".calendar-day[data-day='2030-07-11']"))
        expect(page.locator("#id_day")).to_have_value("2030-07-11")
        expect(page.locator("#id_time")).to_have_value("09:00")
        page.get_by_role("button", name="Move").click()
        page.wait_for_url(re.compile("month=2030-07"))
        expect(page.locator("[data-day='2030-07-11'] .entry")).to_contain_text("On ink")
    change.refresh_from_db()
    assert change.due_at == JULY + dt.timedelta(days=10)


def test_a_change_is_moved_without_a_script(browser: Browser, address: str, chief: Any) -> None:
    change = plan(draft("On ink", chief), at=JULY)
    with desk(browser, address, chief, java_script_enabled=False) as window:
        page = window.new_page()
        page.goto(f"{CALENDAR}?month=2030-07")
        page.get_by_role("link", name="Move… On ink").click()
        page.locator("#id_time").fill("10:30")
        page.get_by_role("button", name="Move").click()
        expect(entry(page, "On ink")).to_contain_text("10:30")
    change.refresh_from_db()
    assert change.due_at == JULY + dt.timedelta(hours=1, minutes=30)


def test_an_hour_that_happens_twice_is_asked_about_and_one_that_is_skipped_is_replaced(
    browser: Browser, address: str, chief: Any
) -> None:
    one = draft("On ink", chief)
    with desk(browser, address, chief) as window:
        page = window.new_page()

        def ask(day: str) -> None:
            page.goto(f"/admin/authoring/article/schedule/?article={one.pk}&day={day}")
            page.locator("#id_time").fill("02:30")
            page.get_by_role("button", name="Schedule", exact=True).click()

        ask("2030-10-27")
        expect(page.get_by_text("happens twice on that day in Europe/Vienna: say which")).to_be_visible()
        page.get_by_text("the second time, an hour later").click()
        page.get_by_role("button", name="Schedule", exact=True).click()
        expect(page.get_by_text("is scheduled: publish at 27 Oct 2030, 02:30 Europe/Vienna")).to_be_visible()

        ask("2030-03-31")
        expect(page.get_by_text("does not exist on that day in Europe/Vienna")).to_be_visible()
        page.get_by_role("button", name="Take 03:00 instead").click()
        expect(page.get_by_text("is scheduled: publish at 31 Mar 2030, 03:00 Europe/Vienna")).to_be_visible()
    moments = [change.due_at for change in ScheduledChange.objects.order_by("due_at")]
    assert moments == [
        dt.datetime(2030, 3, 31, 1, tzinfo=dt.UTC),
        dt.datetime(2030, 10, 27, 1, 30, tzinfo=dt.UTC),
    ]


def test_a_day_of_the_calendar_leads_to_scheduling_an_article_that_is_found_by_its_name(
    browser: Browser, address: str, chief: Any
) -> None:
    one = draft("On ink", chief)
    with desk(browser, address, chief) as window:
        page = window.new_page()
        page.goto(f"{CALENDAR}?month=2030-07")
        page.locator("a[data-day='2030-07-10']").click()
        page.locator(".select2-selection").first.click()
        page.locator(".select2-search__field").fill("on in")
        page.locator(".select2-results__option", has_text="On ink").click()
        page.locator("#id_time").fill("09:00")
        page.get_by_role("button", name="Schedule", exact=True).click()
        page.wait_for_url(re.compile("month=2030-07"))
        expect(page.locator("[data-day='2030-07-10'] .entry")).to_contain_text("On ink")
    assert ScheduledChange.objects.get().article == one


def test_a_release_is_put_together_checked_and_goes_out(browser: Browser, address: str, chief: Any) -> None:
    first, second = draft("On ink", chief), draft("On paper", chief)
    with desk(browser, address, chief) as window:
        page = window.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto("/admin/authoring/release/add/")
        page.locator("#id_name").fill("The summer number")
        page.get_by_role("button", name="Create").click()
        for name in ("On ink", "On paper"):
            page.locator(".select2-search__field").fill(name)
            page.locator(".select2-results__option", has_text=name).click()
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_role("heading", name="2 articles")).to_be_visible()
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_text("Everything in it can go out.")).to_be_visible()
        page.get_by_role("button", name="Go now").click()
        expect(page.get_by_text("It is on its way to readers.")).to_be_visible()
        expect(page.get_by_text("went out as version 1")).to_have_count(2)
    assert {Article.objects.get(pk=one.pk).version for one in (first, second)} == {1}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_planning_have_no_serious_accessibility_problem(
    browser: Browser, address: str, chief: Any, theme: Any
) -> None:
    made = filled(chief)
    one = Article.objects.get(latest_revision__title="On ink")
    pages = [
        f"{CALENDAR}?month=2030-07",
        f"{CALENDAR}?week=2030-W27",
        "/admin/",
        "/admin/authoring/release/",
        f"/admin/authoring/release/{made.pk}/change/",
        f"/admin/authoring/release/choose/?article={one.pk}",
        f"/admin/authoring/article/schedule/?article={one.pk}",
        f"/admin/authoring/article/{one.pk}/change/",
    ]
    with desk(browser, address, chief, color_scheme=theme) as window:
        page = window.new_page()
        for where in pages:
            page.goto(where)
            assert (where, problems(page)) == (where, [])
