"""A reader searches, in a real browser: typing, suggestions, typing errors, facets, languages, nothing."""

from typing import Any

import pytest
from django.db import connections

from cms.databases import READ
from publishing import search


@pytest.fixture(scope="module")
def address(publication: str, django_db_blocker: Any) -> str:
    """The public site, its words counted."""
    with django_db_blocker.unblock():
        search.renew()
        connections[READ].close()
    return publication


def test_reader_searches_with_the_keyboard_and_by_facets(browser, address):
    page = browser.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)

    page.goto(address + "/search/")
    field = page.get_by_role("combobox", name="Search for")
    field.press_sequentially("lon", delay=20)
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    options.first.wait_for()
    assert options.all_inner_texts() == ["A long article Article"]
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    field.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"
    field.press("Enter")
    page.wait_for_url("**/search/?q=lon*")
    field.fill("a lon")
    options.first.wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**/long/")

    page.goto(address + "/search/?q=article")
    assert page.locator("mark").first.inner_text().lower() == "article"
    facets = page.get_by_role("navigation", name="Narrow the results")
    facets.get_by_text("Tags").click()
    facets.get_by_role("link", name="Ink").click()
    assert "27 articles match" in page.get_by_role("status").inner_text()
    page.goto(address + "/search/?q=article")
    page.select_option("#language", "ja")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**language=ja**")
    assert page.locator("#message").inner_text().startswith("Nothing was found.")

    page.goto(address + "/search/?q=長い見出し")
    assert page.locator(".hits mark").first.inner_text() == "長い見出し"
    page.goto(address + "/search/?q=articel")
    assert "Nothing matches" in page.get_by_role("status").inner_text()
    assert page.locator(".hits h2").count() == 20
    page.goto(address + "/search/?q=unheard")
    assert page.locator(".instead a").count() == 5
    page.close()
    assert wrong == []
