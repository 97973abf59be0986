"""What the head of an article's page tells search engines and those who share it; what a card crops."""

from cms.events import Picture
from tests.publishing.builders import published, show, site
from tests.publishing.requests import Site


def test_copy_of_a_page_elsewhere_names_the_original():
    show(site(), published(key="copy", canonical="https://elsewhere.example/a/"))

    head = Site().get("/copy/").text

    assert '<link rel="canonical" href="https://elsewhere.example/a/">' in head
    assert '<meta property="og:url" content="https://elsewhere.example/a/">' in head


def test_article_that_search_engines_shall_leave_out_says_so():
    show(site(), published(key="hidden", noindex=True))

    head = Site().get("/hidden/").text

    assert '<meta name="robots" content="noindex">' in head
    assert "canonical" not in head


def test_title_for_sharing_stands_in_the_card_alone():
    show(site(), published(key="long", title="The whole long title", social_title="The short one"))

    page = Site().get("/long/").text

    assert '<meta property="og:title" content="The short one">' in page
    assert "<title>The whole long title · The Galley</title>" in page
    assert "<h1>The whole long title</h1>" in page


def test_card_crops_a_picture_around_its_focus():
    hero = Picture(digest="ab" * 32, width=1600, height=2400, widths=(480, 1600), focus_x=30, focus_y=0)
    show(site(), published(key="tall", hero=hero))

    home = Site().get("/").text

    assert '<a class="picture fx30 fy0" href="/tall/"' in home
    assert Site().get("/api/v1/articles/tall/").json["hero"]["focus"] == [30, 0]
