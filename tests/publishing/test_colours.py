"""The site's own colours and logo, as readers get them."""

import re

from cms import colours
from cms.events import Picture
from publishing.models import Page, Refresh
from publishing.pages import context, notices
from tests.publishing.builders import project, published, show, site
from tests.publishing.requests import Site

LOGO = Picture(digest="cd" * 32, width=400, height=200, widths=(200, 400))


def test_colours_are_a_sheet_of_their_own_whose_address_changes_with_them():
    show(site(accent="#17616a", accent_dark="#7cc4c4"), published())
    first = Site().get("/a/")

    show(site(version=2, accent="#17616b"))
    second = Site().get("/a/")

    [before, after] = [answer.text.partition('href="/site.css?v=')[2][:8] for answer in (first, second)]
    assert len(before) == 8
    assert before != after
    sheet = Site().get(f"/site.css?v={after}")
    assert (sheet.status, sheet.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert sheet.text == ":root{--accent:#17616b}\n"
    assert "unsafe-inline" not in second.headers["Content-Security-Policy"]


def test_dark_ground_has_its_own_colour():
    show(site(accent="#17616a", accent_dark="#7cc4c4"))

    assert Site().get("/site.css").text == (
        ":root{--accent:#17616a}\n@media screen and (prefers-color-scheme: dark){:root{--accent:#7cc4c4}}\n"
    )


def test_site_without_colours_asks_for_no_sheet():
    show(site(accent="#17616a"), published())
    show(site(version=2))

    assert "site.css" not in Site().get("/a/").text
    assert not Page.objects.filter(path="/site.css").exists()


def test_sheet_is_there_before_any_page_names_it():
    show(published())

    project(site(accent="#17616a"))

    assert Page.objects.filter(path="/site.css").exists()
    assert Refresh.objects.filter(path="/a/").exists()
    assert "site.css" not in Site().get("/a/").text


def test_logo_stands_beside_the_name_on_every_page():
    show(site(logo=LOGO), published())

    for path in ("/", "/a/", "/archive/"):
        text = Site().get(path).text
        assert f'<img class="logo" src="/media/{LOGO.digest}.400.webp"' in text
        assert 'width="400" height="200" alt=""> The Galley</a>' in text


def test_frame_of_the_browser_has_the_colours_of_the_site():
    show(site(accent="#17616a", accent_dark="#7cc4c4"), published())
    chosen = Site().get("/a/").text
    show(site(version=2))
    usual = Site().get("/a/").text

    assert _frame(chosen) == [("#17616a", "light"), ("#7cc4c4", "dark")]
    assert _frame(usual) == [(colours.PAPER, "light"), (colours.PAPER_DARK, "dark")]


def test_page_for_when_the_database_is_down_has_the_colours_of_the_site():
    show(site(accent="#17616a", accent_dark="#7cc4c4"))

    page = notices.unavailable(context.site()).content.decode()

    assert ":root{--accent:#17616a}" in page
    assert "(prefers-color-scheme:dark){:root{--accent:#7cc4c4}" in page


def _frame(page: str) -> list[tuple[str, str]]:
    return re.findall(r'name="theme-color" content="(.*?)" media="\(prefers-color-scheme: (.*?)\)"', page)
