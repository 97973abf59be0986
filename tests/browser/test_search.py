"""A reader searches, in a real browser: typing, suggestions, typing errors, facets, languages, nothing."""

import pytest

from cms.databases import READ, WRITE
from publishing import search
from tests.pipeline import machines
from tests.publishing.builders import author, by, days, published, show, site, tag, tagged

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=[WRITE, READ]),
    pytest.mark.usefixtures("stylesheets"),
]


@pytest.fixture
def address():
    show(
        site(),
        tag("presses"),
        author("ada"),
        published(key="press", title="The printing press", body="Presses print.", tags=tagged("presses")),
        published(key="paper", title="Paper for printing", body="Made of rags.", authors=by("ada")),
        published(
            key="presse", title="La presse", language="fr", body="Printing en France.", published_at=days(1)
        ),
    )
    search.renew()
    with machines.web("publishing") as started:
        yield started


def test_reader_searches_with_the_keyboard_and_by_facets(browser, address):
    page = browser.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)

    page.goto(address + "/search/")
    field = page.get_by_role("combobox", name="Search for")
    field.press_sequentially("press", delay=20)
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    options.first.wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    assert [text.split()[0] for text in options.all_inner_texts()] == ["Presses", "La", "The"]
    field.press("ArrowDown")
    field.press("ArrowDown")
    chosen = page.locator(f"#{field.get_attribute('aria-activedescendant')}")
    assert chosen.inner_text().startswith("La presse")
    field.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"
    field.press("Enter")
    page.wait_for_url("**/search/?q=press*")
    assert page.locator("mark").first.inner_text().lower().startswith("press")

    page.goto(address + "/search/?q=printing")
    assert page.get_by_role("status").inner_text().startswith("3 articles match")
    page.get_by_role("navigation", name="Narrow the results").get_by_text("Languages").click()
    page.get_by_role("link", name="Français").click()
    assert page.locator(".hits h2").all_inner_texts() == ["La presse"]
    page.select_option("#language", "en")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**language=en**")
    assert page.locator(".hits h2").count() == 2

    page.goto(address + "/search/?q=pritning")
    assert "Nothing matches" in page.get_by_role("status").inner_text()
    assert page.locator(".hits h2").count() == 3
    page.goto(address + "/search/?q=unheard")
    assert page.get_by_role("link", name="The printing press").is_visible()
    assert page.locator("#message").inner_text().startswith("Nothing was found.")
    page.close()
    assert wrong == []
