"""What the head of an article's page tells search engines and those who share it; what a card crops."""

from django.contrib.staticfiles import finders
from django.db import OperationalError
from django.templatetags.static import static

from cms.events import Picture
from publishing.pages import policy
from tests.publishing.builders import published, show, site, tag, tagged
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


def test_tag_is_shared_with_its_own_description():
    show(site(), tag(description="All *about* type & ink."), published(tags=tagged("type")))

    head = Site().get("/tags/type/").text

    assert '<meta name="description" content="All about type &amp; ink.">' in head
    assert '<meta property="og:description" content="All about type &amp; ink.">' in head


def test_page_in_a_language_from_right_to_left_says_so_and_what_is_around_it_too():
    show(site(), published(key="ar", title="ورق", language="ar", tags=tagged("type")), tag())

    page = Site().get("/ar/").text

    assert '<html lang="ar" dir="rtl">' in page
    assert '<header class="masthead frame" lang="en" dir="ltr">' in page
    assert '<ul class="tags" aria-label="Tags" lang="en" dir="ltr">' in page
    assert (
        '<h2 lang="ar" dir="rtl"><a href="/ar/" hreflang="ar">ورق</a></h2>' in Site().get("/tags/type/").text
    )
    assert '<html lang="en">' in Site().get("/tags/type/").text


def test_browser_that_asks_for_the_favicon_by_its_old_name_gets_it_whatever_the_database_does():
    reply = Site(refuse).get("/favicon.ico")

    assert (reply.status, reply.headers["Cache-Control"]) == (302, policy.SELDOM)
    assert reply.headers["Location"] == static("cms/mark.png")
    assert finders.find("cms/mark.png")


def refuse(*_):
    raise OperationalError("the database does not answer")


def test_page_that_says_that_there_is_none_names_no_address():
    show(site())

    assert "og:url" not in Site().get("/nothing/").text
