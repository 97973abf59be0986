"""A writer at the desk, in a real browser."""

import base64
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from authoring.models import Article, Picture, PlainPage, Site
from authoring.services import articles, site
from cms.databases import READ, WRITE
from tests.authoring.builders import NOW, text
from tests.browser.desk import DROP, body, desk, opened, png
from tests.pipeline import machines

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=[WRITE, READ]),
    pytest.mark.usefixtures("stylesheets"),
]

PASTE = """(area, html) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    data.setData("text/plain", "plain");
    area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
PASTE_PICTURE = """(area, encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "image.png", { type: "image/png" }));
    area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def test_toolbar_and_shortcuts_write_markdown_that_undo_takes_back(browser, address, chief):
    one = articles.create(text(body="A press"), by=chief)
    with desk(browser, address, chief) as window:
        page = opened(window, one)
        page.locator("#id_body").focus()

        def after(act: Any, typed: str = "") -> str:
            page.keyboard.press("Control+a")
            page.keyboard.insert_text(typed or "A press")
            page.keyboard.press("Control+a")
            act()
            return body(page)

        def tool(name: str) -> Any:
            return lambda: page.get_by_role("button", name=name, exact=True).click()

        assert after(lambda: page.keyboard.press("Control+b")) == "**A press**"
        page.keyboard.press("Control+z")
        assert body(page) == "A press"
        assert after(lambda: page.keyboard.press("Control+i")) == "*A press*"
        assert after(lambda: page.keyboard.press("Control+k")) == "[A press](https://)"
        page.keyboard.insert_text("/about/")
        assert body(page) == "[A press](/about/)"
        assert after(lambda: page.keyboard.press("Control+Shift+Digit8"), "a\nb") == "- a\n- b"
        assert after(lambda: page.keyboard.press("Control+Shift+Digit7"), "a\nb") == "1. a\n2. b"
        assert after(tool("Quotation"), "a\nb") == "> a\n> b"
        assert after(tool("Heading")) == "## A press"
        assert after(tool("Code")) == "`A press`"
        assert after(tool("Code"), "a\nb") == "```\na\nb\n```"
        assert after(tool("Callout; again for another kind")) == "> [!NOTE]\n> A press"
        tool("Callout; again for another kind")()
        assert body(page) == "> [!TIP]\n> A press"
        assert after(tool("Table")).startswith("| Column | Column |\n| --- | --- |\n")
        after(lambda: page.keyboard.press("End"))
        tool("Footnote")()
        assert body(page) == "A press[^1]\n\n[^1]: What you want to add."

        page.keyboard.press("Control+a")
        page.keyboard.type("- one\ntwo\n\nend")
        assert body(page) == "- one\n- two\nend"


RICH = """<meta charset="utf-8"><b style="font-weight:normal" id="docs-internal-guid-1">
<h1>Title</h1><p>Some <b>bold</b>, <i>slanted</i> and <span style="font-weight:700">heavy</span>
<a href="https://example.org/a">words</a> with a * star.</p>
<ul><li>one<ul><li>deeper</li></ul></li><li>two</li></ul><ol><li>first</li><li>second</li></ol>
<blockquote><p>Said.</p></blockquote><pre>x = 1
y</pre><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2|3</td></tr></table>
<script>alert(1)</script><p>End<br>line</p></b>"""

MARKDOWN = """## Title

Some **bold**, *slanted* and **heavy** [words](https://example.org/a) with a \\* star.

- one
  - deeper
- two

1. first
2. second

> Said.

```
x = 1
y
```

| a | b |
| --- | --- |
| 1 | 2\\|3 |

End\\
line"""


def test_pasted_rich_text_becomes_markdown_and_undo_takes_it_back(browser, address, chief):
    with desk(browser, address, chief) as window:
        page = opened(window)
        page.locator("#id_body").focus()
        page.locator("#id_body").evaluate(PASTE, RICH)
        assert body(page) == MARKDOWN
        page.keyboard.press("Control+z")
        assert body(page) == ""
        page.locator("#id_body").evaluate(PASTE, "<span>nothing but words</span>")
        assert body(page) == ""  # left to the browser


def test_dropped_picture_is_uploaded_described_and_stands_in_text_and_preview(browser, address, chief):
    one = articles.create(text(body="Above."), by=chief)
    with desk(browser, address, chief) as window:
        page = opened(window, one)
        page.get_by_role("button", name="Preview beside the text").click()
        page.locator("#id_body").focus()
        page.keyboard.press("Control+End")
        page.locator("#id_body").evaluate(DROP, base64.b64encode(png()).decode())
        dialog = page.get_by_role("dialog", name="Describe the picture")
        dialog.get_by_label("What does it show?").fill("A hand press")
        dialog.locator(".focus-field").focus()
        page.keyboard.press("ArrowLeft")
        dialog.get_by_role("button", name="Insert").click()
        page.frame_locator("iframe[title=Preview]").get_by_alt_text("A hand press").wait_for(state="attached")
        kept = Picture.objects.get()
        assert body(page) == f"Above.\n\n![A hand press](/media/{kept.digest}.64.webp)"
        assert (kept.alt, kept.focus_x, kept.focus_y) == ("A hand press", 40, 50)


def test_pasted_picture_stands_where_the_cursor_was_and_undo_takes_it_back(browser, address, chief):
    one = articles.create(text(body="Above.\n\nBelow."), by=chief)
    with desk(browser, address, chief) as window:
        page = opened(window, one)
        area = page.locator("#id_body")
        area.evaluate("(area) => (area.focus(), area.setSelectionRange(6, 6))")
        area.evaluate(PASTE_PICTURE, base64.b64encode(png()).decode())
        dialog = page.get_by_role("dialog", name="Describe the picture")
        dialog.get_by_label("What does it show?").fill("A hand press")
        dialog.get_by_role("button", name="Insert").click()
        expect(area).to_have_value(re.compile("A hand press"))
        kept = Picture.objects.get()
        assert body(page) == f"Above.\n\n![A hand press](/media/{kept.digest}.64.webp)\n\nBelow."
        area.press("Control+z")
        assert body(page) == "Above.\n\nBelow."


def test_text_is_saved_when_its_page_is_left_within_the_pause(browser, fresh_address, chief):
    one = articles.create(text(body="Before"), by=chief)
    with desk(browser, fresh_address, chief) as window:
        page = opened(window, one)
        page.fill("#id_body", "Typed, and gone")
        page.goto("/admin/")
        machines.until(lambda: one.revisions.filter(autosaved=True).exists(), "it is kept")
        assert one.revisions.get(autosaved=True).body == "Typed, and gone"
        page.go_back()
        page.get_by_role("button", name="Restore it").click()
        assert body(page) == "Typed, and gone"


def test_plain_page_is_written_with_the_same_tools(browser, fresh_address, chief):
    page_row = site.save_page(PlainPage(title="About", slug="about", language="en", body="Us."), now=NOW)
    with desk(browser, fresh_address, chief) as window:
        page = window.new_page()
        page.goto(f"/admin/authoring/plainpage/{page_row.pk}/change/")
        area = page.locator("#id_body")
        area.press("Control+a")
        page.get_by_role("button", name="Bold", exact=True).click()
        expect(area).to_have_value("**Us.**")
        expect(page.locator(".editor-counts")).to_have_text("1 word")
        area.press("Control+End")
        area.evaluate(DROP, base64.b64encode(png()).decode())
        dialog = page.get_by_role("dialog", name="Describe the picture")
        dialog.get_by_label("What does it show?").fill("Us at work")
        dialog.get_by_role("button", name="Insert").click()
        expect(area).to_have_value(re.compile("Us at work"))
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("“About” is saved").wait_for()
    page_row.refresh_from_db()
    assert page_row.body == f"**Us.**\n\n![Us at work](/media/{Picture.objects.get().digest}.64.webp)"


def test_preview_follows_what_is_typed_at_any_width_and_in_either_theme(browser, address, chief):
    site.save_site(Site(name="Fair Copy"), now=NOW)
    long = "\n\n".join(f"## Part {number}\n\n" + "Words and words. " * 60 for number in range(1, 9))
    one = articles.create(text(body=long), by=chief)
    with desk(browser, address, chief) as window:
        page = opened(window, one)
        page.get_by_role("button", name="Preview beside the text").click()
        shown = page.frame_locator("iframe[title=Preview]")
        expect(shown.get_by_role("heading", name="Hello", level=1)).to_be_visible()
        page.fill("#id_title", "Hello there")
        expect(shown.get_by_role("heading", name="Hello there", level=1)).to_be_visible()
        expect(page.locator(".editor-counts")).to_contain_text("words · 7 min to read")

        frame = page.frames[1]
        for look, width, ground in (
            ("Phone", 390, None),
            ("Dark", 390, "rgb(17, 25, 31)"),
            ("Desktop", 1280, None),
        ):
            page.get_by_role("button", name=look, exact=True).click()
            assert frame.evaluate("innerWidth") == width
            if ground:
                assert frame.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
        page.evaluate("document.getElementById('id_body').scrollTop = 1e6")
        bottom = "Math.abs(scrollY + innerHeight - document.documentElement.scrollHeight) < 2"
        machines.until(lambda: frame.evaluate(bottom), "the preview follows to the end")
        page.evaluate("document.getElementById('id_body').scrollTop = 0")
        machines.until(lambda: frame.evaluate("scrollY === 0"), "the preview follows to the beginning")
        assert Article.objects.get().revisions.filter(autosaved=False).count() == 1


def test_text_is_saved_by_itself_while_readers_and_the_draft_stay_as_they_were(browser, fresh_address, chief):
    one = articles.create(text(body="Before"), by=chief)
    articles.publish(one.pk, now=NOW)
    with desk(browser, fresh_address, chief) as window:
        page, second = opened(window, one), opened(window, one)
        page.fill("#id_body", "After")
        expect(page.locator(".editor-saved")).to_contain_text("Saved ")
        one.refresh_from_db()
        assert [one.latest_revision.body, one.live_revision.body] == ["Before", "Before"]
        assert one.revisions.get(autosaved=True).body == "After"

        second.fill("#id_body", "From the second tab")
        second.get_by_role("button", name="Save draft").click()
        expect(second.get_by_text("Draft saved")).to_be_visible()
        one.refresh_from_db()
        assert one.latest_revision.body == "From the second tab"


def test_new_article_gets_its_address_with_the_first_autosave(browser, fresh_address, chief):
    with desk(browser, fresh_address, chief) as window:
        page = opened(window)
        page.fill("#id_title", "Почему удалять трудно")
        expect(page.locator("#id_slug")).to_have_value("pochemu-udalyat-trudno")
        page.wait_for_url("**/change/")
        one = Article.objects.get()
        assert str(one.pk) in page.url
        page.fill("#id_body", "More of it")
        page.get_by_role("button", name="Save draft").click()
        page.get_by_text("Draft saved").wait_for()
        one.refresh_from_db()
        assert (one.latest_revision.body, one.latest_revision.autosaved) == ("More of it", False)
        expect(page.locator(".offer")).to_have_count(0)


def test_text_that_could_not_be_sent_is_offered_again_after_a_crash(browser, fresh_address, chief):
    one = articles.create(text(body="Before"), by=chief)
    with desk(browser, fresh_address, chief) as window:
        page = opened(window, one)
        window.set_offline(True)
        page.fill("#id_body", "Typed on a train")
        expect(page.locator(".editor-saved")).to_contain_text("No connection")
        page.close(run_before_unload=False)
        window.set_offline(False)

        again = opened(window, one)
        assert body(again) == "Before"
        again.get_by_role("button", name="Restore it").click()
        assert body(again) == "Typed on a train"
        again.get_by_role("button", name="Save draft").click()
        again.get_by_text("Draft saved").wait_for()
        expect(again.locator(".offer")).to_have_count(0)
    one.refresh_from_db()
    assert one.latest_revision.body == "Typed on a train"


def test_text_of_a_lost_machine_is_offered_from_the_server_and_discarded_for_good(browser, address, chief):
    one = articles.create(text(body="Before"), by=chief)
    with desk(browser, address, chief) as window:
        page = opened(window, one)
        page.fill("#id_body", "On the machine that was lost")
        expect(page.locator(".editor-saved")).to_contain_text("Saved ")
    with desk(browser, address, chief) as window:
        page = opened(window, one)
        with page.expect_response("**/discard/"):
            page.get_by_role("button", name="Discard it").click()
        page.reload()
        expect(page.locator(".editor-counts")).to_contain_text("word")
        expect(page.locator(".offer")).to_have_count(0)
    assert one.revisions.count() == 1


def test_checklist_and_cards_tell_what_readers_will_find(browser, address, chief):
    with desk(browser, address, chief) as window:
        page = opened(window)
        page.fill("#id_title", "On marmalade")
        page.fill("#id_body", "See [there](/nowhere/).")
        checks = page.get_by_role("region", name="Before publishing")
        expect(checks.get_by_role("listitem")).to_have_text(
            [
                "There is no summary: lists and search engines will show the first lines.",
                "The link to /nowhere/ leads nowhere that readers can see.",
            ]
        )
        page.get_by_text("How it will be found").click()
        expect(page.locator("[data-told='search.title']")).to_have_text("On marmalade · Imprint")
        card = page.locator("[data-card]")
        expect(card.locator(".card-title")).to_have_text("On marmalade")
        size = "(one) => parseFloat(getComputedStyle(one).fontSize) / one.parentElement.clientWidth * 1200"
        assert round(card.locator(".card-title").evaluate(size)) == 84
        page.fill(
            "#id_title",
            "On marmalade, and what becomes of it where nobody has looked for a hundred years " * 2,
        )
        expect(card.locator(".card-title")).to_contain_text("hundred years")
        assert round(card.locator(".card-title").evaluate(size)) == 52


def test_without_javascript_the_form_is_a_textarea_that_saves(browser, fresh_address, chief):
    with desk(browser, fresh_address, chief, java_script_enabled=False) as window:
        page = opened(window)
        page.fill("#id_title", "By hand")
        page.fill("#id_body", "Some *words*.")
        page.get_by_role("button", name="Save draft").click()
    one = Article.objects.get()
    assert (one.latest_revision.slug, one.latest_revision.body) == ("by-hand", "Some *words*.")
