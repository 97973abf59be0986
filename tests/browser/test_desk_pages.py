"""The desk's first page, the audit log, preview links and bulk jobs, in a real browser."""

import datetime as dt
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from authoring import tasks
from authoring.models import Article, BulkJob, OutboxMessage
from authoring.services import articles, links
from cms.databases import READ, WRITE
from tests.authoring.builders import NOW, live, settle, tag, text
from tests.browser.desk import desk, opened
from tests.pipeline import machines

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=[WRITE, READ]),
    pytest.mark.usefixtures("stylesheets"),
]

LOOKS = [(1280, "light"), (390, "dark")]
LIST = "/admin/authoring/article/"


def faults(page: Page) -> list[Any]:
    """What axe finds serious, and whether the page is wider than its window."""
    found: list[Any] = [
        (one["id"], [node["target"] for node in one["nodes"]])
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("sideways")
    return found


def readers_have(one: Article) -> None:
    settle(one)


def test_pages_of_the_desk_have_no_fault_in_any_look(browser, address, chief):
    seen, refused, draft = live("Seen"), live("Refused"), articles.create(text("Draft"), by=chief)
    settle(seen)
    OutboxMessage.objects.filter(key=str(refused.pk)).update(refusal="Too deep")
    links.make(draft.pk, note="Zoë", expires_at=NOW + dt.timedelta(days=300), now=NOW, by=chief)
    tag("Ink")
    with desk(browser, address, chief) as window:
        page = window.new_page()
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(LIST)
        page.get_by_role("checkbox", name=re.compile("Select all|action", re.IGNORECASE)).first.check()
        page.locator("select[name=action]").select_option("more")
        page.locator("button[name=index]").first.click()
        page.wait_for_url("**/bulk/**")
        asked = page.url
        pages = {
            "/admin/": "Just published",
            "/admin/audit/": "Audit log",
            f"{LIST}{seen.pk}/log/": "what was done",
            f"{LIST}{refused.pk}/site/": "Too deep",
            f"{LIST}{draft.pk}/change/": "Preview links",
            asked: "Take along",
        }
        for where, told in pages.items():
            for width, scheme in LOOKS:
                page.set_viewport_size({"width": width, "height": 800})
                page.emulate_media(color_scheme=scheme)
                page.goto(where)
                expect(page.locator("body")).to_contain_text(told)
                assert faults(page) == [], (where, width, scheme)
        assert broken == []


def test_four_steps_move_while_one_looks_and_view_on_site_goes_when_readers_have_it(browser, address, chief):
    one = live("Hello")
    with desk(browser, address, chief) as window:
        window.route(
            "http://testserver/**",
            lambda route: route.fulfill(body="<h1>On the site</h1>", content_type="text/html"),
        )
        page = opened(window, one)
        steps = page.locator("#state .steps li")
        expect(steps).to_have_text([
            re.compile("Committed"), re.compile("Sent under way"), re.compile("Readers see it not yet"),
            re.compile("On every replica not yet"),
        ])  # fmt: skip
        waiting = window.new_page()
        waiting.goto(f"{LIST}{one.pk}/site/")
        expect(waiting.get_by_role("status")).to_contain_text("version 1")

        readers_have(one)

        expect(steps.nth(2)).to_have_text(re.compile("Readers see it after 84 ms"))
        expect(waiting.get_by_role("heading", name="On the site")).to_be_visible()
        assert waiting.url == "http://testserver/hello/?min_version=1"


def test_link_is_made_copied_and_opened_by_somebody_without_an_account_until_it_is_revoked(
    browser, address, chief
):
    one = articles.create(text("A secret draft", body="Some *words*."), by=chief)
    with desk(browser, address, chief) as window:
        window.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        page = opened(window, one)
        page.get_by_text("A new link").click()
        page.get_by_label("For whom").fill("Zoë")
        page.get_by_role("button", name="Make a link").click()
        page.get_by_role("button", name="Copy").click()
        expect(page.locator("[data-copied]")).to_have_text("Copied.")
        path = page.evaluate("navigator.clipboard.readText()").removeprefix("http://testserver")

        stranger = browser.new_context(base_url=address)
        theirs = stranger.new_page()
        theirs.goto(path)
        expect(theirs.get_by_role("status")).to_have_text("Draft, not published – do not share")
        expect(theirs.locator("h1")).to_have_text("A secret draft")
        assert faults(theirs) == []
        assert stranger.cookies() == []

        page.get_by_role("link", name="Back to the article").click()
        expect(page.locator("section", has_text="Preview links").last).to_contain_text("opened 1 time")
        page.get_by_role("button", name="Revoke").click()
        expect(page.locator("body")).to_contain_text("The link leads nowhere from now on.")
        assert theirs.reload().status == 404
        stranger.close()


@pytest.mark.parametrize("script", [True, False])
def test_progress_of_a_job_is_seen_with_and_without_script(browser, address, chief, script):
    for number in range(12):
        articles.create(text(f"Article {number}"), by=chief)
    with desk(browser, address, chief, java_script_enabled=script) as window:
        page = window.new_page()
        job = BulkJob.objects.create(created_by=chief)
        job.items.bulk_create(
            [
                job.items.model(job=job, article_id=row.pk, title=str(row))
                for row in Article.objects.select_related("latest_revision")
            ]
        )
        page.goto(f"{LIST}bulk/{job.pk}/")
        # Whoever works has no broker here: the nudge is lost, and a worker finds the job.
        page.get_by_role("button", name="Publish", exact=True).click()
        expect(page.locator(".bulk-state")).to_contain_text("of 12")

        machines.until(lambda: not tasks.bulk.work(seconds=30, now=tasks.timezone.now), "the job is done")

        expect(page.locator(".bulk-state")).to_contain_text("12 of 12 and finished: 12 done", timeout=15_000)
        expect(page.locator("td", has_text="is on its way to readers.")).to_have_count(12)
        if script:
            assert faults(page) == []
