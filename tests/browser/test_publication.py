"""A writer and a reader, both in a real browser."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from cms.databases import READ, WRITE
from tests.pipeline import machines
from tests.servers import running

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=[WRITE, READ]),
    pytest.mark.usefixtures("stylesheets"),
]


PAGE = "/written-in-a-browser/"


def test_writer_publishes_in_the_admin_and_a_reader_sees_it(browser):
    running().broker.flush()
    get_user_model().objects.create_superuser("chief", password="correct horse")
    with (
        machines.web("authoring") as desk,
        machines.web("publishing") as address,
        machines.worker("authoring"),
        machines.worker("publishing"),
        machines.beat("authoring"),
    ):
        page = browser.new_page()
        page.goto(desk + "/admin/login/")
        page.fill("[name=username]", "chief")
        page.fill("[name=password]", "correct horse")
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/admin/")
        page.goto(desk + "/admin/authoring/article/add/")
        page.fill("[name=title]", "Written in a browser")
        page.fill("[name=slug]", "written-in-a-browser")
        page.fill("[name=body]", f"Some *words*. ![and a long address](/media/{'0' * 64}.1600.webp)")
        page.locator("[name=_publish]").first.click()
        seen = page.get_by_role("link", name="View on site")
        seen.wait_for(timeout=20_000)
        page.set_viewport_size({"width": 390, "height": 844})
        assert not _sideways(page)
        # It waits until readers have the page. The site of this test stands at an address of its own.
        with page.context.expect_event("request", lambda asked: PAGE in asked.url) as asked:
            seen.click()
        page.goto(address + PAGE + asked.value.url.partition(PAGE)[2])
        page.get_by_role("heading", name="Written in a browser", level=1).wait_for()
        page.close()


def _sideways(page: Any) -> bool:
    """Whether the page is wider than its window."""
    root = "document.documentElement"
    return bool(page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"))
