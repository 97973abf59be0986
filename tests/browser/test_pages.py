"""Every kind of page in a real browser: for everybody, at every width, in both themes, at little cost."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from publishing.pages import context, notices

KINDS = (
    "/",
    "/page/2/",
    "/long/",
    "/hero/",
    "/ja/",
    "/ar/",
    "/de/wide/",
    "/narrow/",
    "/about/",
    "/tags/",
    "/tags/ink/",
    "/tags/ink/page/2/",
    "/tags/ink+paper/",
    "/authors/",
    "/authors/ada/",
    "/archive/",
    "/archive/2025/",
    "/archive/2025/03/",
    "/search/",
    "/search/?q=words",
    "/search/?q=article&tag=ink&sort=date",
    "/search/?q=unheard",
    "/nowhere/",
    "/gone/",
)
REFUSED = ("/nowhere/", "/gone/")
"""Answered with an error, as a browser notes in its console."""

SCROLLED = """
box => new Promise(done => {
    const look = () => box.scrollLeft > 0 ? done() : requestAnimationFrame(look);
    look();
})
"""

SMALL = """
() => [...document.querySelectorAll("a, button, input, select, summary")]
    .filter(one => one.checkVisibility({ visibilityProperty: true }) && one.tabIndex >= 0)
    .filter(one => !one.closest(".skip, .unseen, .prose p, .prose li, .intro, .index .summary, .colophon-text, .hint"))
    .filter(one => {
        const over = getComputedStyle(one, "::after");
        const high = over.position === "absolute" ? parseFloat(over.height) : one.getBoundingClientRect().height;
        return high < 44;
    })
    .map(one => `${one.tagName} ${one.textContent.trim()}`)
"""
"""The links and fields that are lower than a finger is wide, but for those within sentences."""

SQUEEZED = """
() => [...document.querySelectorAll("main :is(h1, h2, h3):not(.unseen)")]
    .filter(one => one.getBoundingClientRect().width < 160)
    .map(one => one.textContent.trim())
"""
"""The titles that have less room than half a telephone."""


@pytest.fixture
def open_page(browser, publication):
    """Opens a page of the publication in a window of its own."""

    @contextmanager
    def opened(path: str = "/", *, width: int = 1280, script: bool = True, **given: Any) -> Iterator[Any]:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=script,
            base_url=publication,
            **given,
        )
        page = context.new_page()
        page.goto(path)
        yield page
        context.close()

    return opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_keeps_anybody_from_reading(open_page, scheme):
    found = {}
    with open_page(color_scheme=scheme) as page:
        for path in KINDS:
            page.goto(path)
            if serious := _serious(page):
                found[path] = serious
        page.goto("about:blank")
        page.set_content(notices.unavailable(context.nameless()).content.decode())
        assert _serious(page) == []
    assert found == {}


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways_or_needs_a_script(open_page, width):
    wide, wrong = [], []
    with open_page(width=width, script=False) as page:
        page.on("response", lambda answer: answer.ok or wrong.append(answer.url))
        for path in KINDS:
            page.goto(path)
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wide.append(path)
    assert wide == []
    assert [url for url in wrong if not url.endswith(REFUSED)] == []


def test_pages_load_nothing_from_elsewhere_keep_the_policy_and_set_no_cookie(open_page, publication):
    asked, said = [], []
    with open_page() as page:
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append((page.url, message.text)))
        for path in KINDS:
            page.goto(path)
        cookies = page.context.cookies()
    assert [url for url in asked if not url.startswith(publication)] == []
    assert [one for one in said if not one[0].endswith(REFUSED)] == []
    assert cookies == []


@pytest.mark.parametrize("width", [390, 800, 1280])
def test_no_title_is_squeezed_beside_anything(open_page, width):
    squeezed = {}
    with open_page(width=width, script=False) as page:
        for path in KINDS:
            page.goto(path)
            if found := page.evaluate(SQUEEZED):
                squeezed[path] = found
    assert squeezed == {}


@pytest.mark.parametrize("path", ["/long/", "/hero/", "/", "/authors/ada/", "/search/?q=words"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_while_a_page_loads(open_page, path, width):
    with open_page(width=width) as page:
        page.add_init_script(
            "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach(one => moved += one.value))"
            ".observe({type: 'layout-shift', buffered: true})"
        )
        page.goto(path, wait_until="networkidle")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert page.evaluate("moved") == 0


def test_article_without_pictures_costs_at_most_30_kb(open_page):
    with open_page("about:blank") as page:
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        sizes = []
        network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto("/long/", wait_until="networkidle")
        assert len(sizes) >= 3  # the page, its style sheet, its script
        assert sum(sizes) <= 30_000


def test_telephone_loads_the_small_picture_and_keeps_its_place(open_page):
    loaded = []
    with open_page(width=390) as page:
        page.on("response", lambda answer: loaded.append(answer.url))
        page.goto("/hero/", wait_until="networkidle")
        hero = page.locator(".hero img")
        assert (hero.get_attribute("width"), hero.get_attribute("height")) == ("1600", "900")
    assert [url.rpartition(".webp")[0].rpartition(".")[2] for url in loaded if ".webp" in url] == ["640"]


def test_page_is_dark_where_the_system_is(open_page):
    light = {}
    for scheme in ("light", "dark"):
        with open_page("/long/", color_scheme=scheme) as page:
            light[scheme] = [_brightness(page, "background-color"), _brightness(page, "color")]
    assert light["light"][0] > 240 > 60 > light["light"][1]
    assert light["dark"][0] < 40 < 180 < light["dark"][1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_description_of_the_api_is_dark_where_the_system_is_and_names_its_fields(open_page, scheme):
    said = []
    with open_page(color_scheme=scheme) as page:
        page.on("console", lambda message: said.append(message.text))
        page.goto("/api/v1/")
        page.get_by_label("Server", exact=True).wait_for()
        ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        found = [kind for kind, _ in _serious(page)]
    assert said == []
    assert (ground == "rgba(0, 0, 0, 0)") is (scheme == "light")
    assert "select-name" not in found


@pytest.mark.parametrize("path", ["/", "/narrow/"])
def test_long_name_stands_beside_the_link_to_search_on_a_telephone(open_page, path):
    with open_page(path, width=360) as page:
        link = page.get_by_role("banner").get_by_role("link", name="Search").bounding_box()
        name = page.locator(".wordmark a")
        name.evaluate("name => name.textContent = 'of ink '.repeat(20)")
        lines = name.evaluate(
            "name => { const all = document.createRange(); all.selectNodeContents(name);"
            "return [...all.getClientRects()].map(({ left, top, right, bottom }) => [left, top, right, bottom]); }"
        )
        moved = page.get_by_role("banner").get_by_role("link", name="Search").bounding_box()
    assert moved["x"] == link["x"]
    right, below = link["x"], link["y"] + link["height"]
    assert [line for line in lines if line[2] > right and line[1] < below - 10] == []


def test_long_article_has_contents_that_lead_to_its_sections(open_page):
    with open_page("/long/") as page:
        links = page.get_by_role("navigation", name="In this article").get_by_role("link")
        assert links.all_inner_texts() == [f"Section {number}" for number in range(1, 6)]
        links.nth(3).click()
        assert page.url.endswith("#h-section-4")
        assert _in_view(page.get_by_role("heading", name="Section 4"))
        assert _in_view(links.first)  # beside the text, it stays
    with open_page("/a1/") as page:
        assert page.get_by_role("navigation", name="In this article").count() == 0


def test_note_leads_there_and_back(open_page):
    with open_page("/long/", script=False) as page:
        page.locator("[role=doc-noteref]").click()
        assert _in_view(page.get_by_text("Where it was read."))
        page.locator("[role=doc-backlink]").click()
        assert _in_view(page.get_by_text("The beginning."))


def test_button_copies_code_as_it_was_written(open_page):
    with open_page("/long/", permissions=["clipboard-read", "clipboard-write"]) as page:
        code = page.locator("pre.highlight")
        code.hover()
        page.get_by_role("button", name="Copy").click()
        page.get_by_role("button", name="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith('def press(paper, ink="black"):  # a long line')
    assert copied.endswith("\n    return paper + ink")


def test_code_is_there_without_a_script_and_no_button(open_page):
    with open_page("/long/", script=False) as page:
        assert "return paper + ink" in page.locator("pre.highlight").inner_text()
        assert page.get_by_role("button").count() == 0


def test_finger_finds_every_link_of_its_own(open_page):
    small = {}
    with open_page("about:blank", width=390, has_touch=True, is_mobile=True) as page:
        for path in KINDS:
            page.goto(path)
            if found := page.evaluate(SMALL):
                small[path] = found
    assert small == {}


def test_text_from_right_to_left_begins_at_the_right_and_code_at_the_left(open_page):
    with open_page("/ar/", width=390) as page:
        starts = page.evaluate(
            "['.prose > p', '.prose blockquote', '.prose li', '.footnotes li', '.prose pre', '.masthead']"
            ".map(name => getComputedStyle(document.querySelector(name)).direction)"
        )
        mark, quoted = page.locator(".prose li").first, page.locator(".prose blockquote")
        assert starts == ["rtl", "rtl", "rtl", "rtl", "ltr", "ltr"]
        assert quoted.evaluate("box => getComputedStyle(box).borderRightWidth") == "3px"
        assert mark.evaluate(
            "box => box.getBoundingClientRect().right < box.parentElement.getBoundingClientRect().right"
        )


def test_table_scrolls_in_its_own_box_on_a_telephone(open_page):
    with open_page("/long/", width=390) as page:
        table = page.get_by_role("region", name="Kind, Face, Size, Characters, Lines")
        assert table.evaluate("box => box.scrollWidth > box.clientWidth")
        table.focus()
        page.keyboard.press("ArrowRight")
        table.evaluate(SCROLLED)


def test_reader_with_a_keyboard_skips_searches_and_reads(open_page):
    with open_page() as page:
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the text")
        assert _in_view(skip)
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        assert _outline(page) != "none"
        page.keyboard.press("Enter")
        page.wait_for_url("**/hero/")
        page.goto("/")
        while page.evaluate("document.activeElement.name") != "q":
            page.keyboard.press("Tab")
        page.keyboard.type("quotation")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search/?q=quotation*")
        assert page.get_by_role("link", name="A long article").count() == 1


def test_every_stop_of_the_keyboard_is_seen_and_comes_in_order(open_page):
    with open_page("/long/") as page:
        stops = []
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                break
            assert _outline(page) != "none"
            stops.append(
                page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText")
            )
    wanted = ["Skip to the text", "Section 1", "1", "link", "Kind, Face, Size, Characters, Lines", "Archive"]
    places = [
        next(place for place, text in enumerate(stops) if text and text.startswith(name)) for name in wanted
    ]
    assert places == sorted(places)


def test_paper_gets_the_text_alone(open_page):
    with open_page("/long/", color_scheme="dark") as page:
        page.emulate_media(media="print")
        assert _brightness(page, "background-color") == 255 > _brightness(page, "color") == 0
        for hidden in (".sections", ".finder", ".contents", ".neighbours"):
            assert page.locator(hidden).first.is_hidden()
        assert page.locator("h1").is_visible()


def test_paper_shows_tables_and_code_whole(open_page):
    with open_page("/long/", width=640) as page:
        page.emulate_media(media="print")
        for name in (".table", "pre"):
            box = page.locator(f".prose {name}").first
            assert box.evaluate("box => getComputedStyle(box).overflowX") == "visible"
            assert box.evaluate("box => box.scrollWidth <= box.clientWidth")


def _serious(page: Any) -> list[Any]:
    """What keeps somebody from reading the page, and where."""
    return [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


def _brightness(page: Any, name: str) -> float:
    colour = page.evaluate(f"getComputedStyle(document.body).getPropertyValue('{name}')")
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3


def _outline(page: Any) -> str:
    return str(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))


def _in_view(found: Any) -> bool:
    box = found.bounding_box()
    return bool(box and -5 <= box["y"] < found.page.viewport_size["height"])
