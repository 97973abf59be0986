"""Tags that combine: `/tags/a+b/` has what carries both."""

import pytest

from publishing.models import Page
from tests.publishing.builders import days, published, show, site, tag, tagged, withdrawn
from tests.publishing.requests import Site


@pytest.fixture
def reader():
    show(
        site(),
        tag("ink"),
        tag("paper"),
        tag("type"),
        published(key="a", tags=tagged("ink", "paper")),
        published(key="b", tags=tagged("ink", "paper", "type"), published_at=days(1)),
        published(key="c", tags=tagged("ink")),
        published(key="d", tags=tagged("paper")),
    )
    return Site()


def test_two_tags_together_list_what_carries_both_newest_first(reader):
    reply = reader.get("/tags/ink+paper/")

    assert reply.status == 200
    assert "<h1>Ink + Paper</h1>" in reply.text
    assert [title for title in "bdac" if f"Title of {title}" in reply.text] == ["b", "a"]
    assert reply.text.index("Title of b") < reply.text.index("Title of a")
    assert '<link rel="canonical" href="http://testserver/tags/ink+paper/">' in reply.text
    assert 'href="/tags/ink+paper/feed.atom"' in reply.text
    assert '<a href="/tags/ink+paper+type/">Type</a>' in reply.text
    assert not Page.objects.filter(path="/tags/ink+paper/").exists()


def test_feed_of_two_tags_has_what_carries_both(reader):
    reply = reader.get("/tags/ink+paper/feed.atom")

    assert reply.status == 200
    assert "<title>Title of b</title>" in reply.text
    assert "<title>Title of c</title>" not in reply.text


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ("/tags/paper+ink/", "/tags/ink+paper/"),
        ("/tags/ink+paper+ink/", "/tags/ink+paper/"),
        ("/tags/ink+ink/", "/tags/ink/"),
        ("/tags/+ink/", "/tags/ink/"),
        ("/tags/paper%2Bink/", "/tags/ink+paper/"),
        ("/tags/ink+paper/page/1/", "/tags/ink+paper/"),
        ("/tags/paper+ink/page/2/", "/tags/ink+paper/page/2/"),
        ("/tags/paper+ink/feed.atom", "/tags/ink+paper/feed.atom"),
        ("/tags/ink+paper", "/tags/ink+paper/"),
    ],
)
def test_tags_in_another_order_lead_to_the_one_address(reader, asked, right):
    reply = reader.get(asked)

    assert (reply.status, reply.headers["Location"]) == (301, right)


@pytest.mark.parametrize(
    "path",
    [
        "/tags/ink+unheard/",
        "/tags/+/",
        "/tags/ink+paper/page/2/",
        "/tags/ink+unheard/feed.atom",
        "/tags/a+b+c+d+e/",
        "/tags/ink+paper+type/page/999999/",
    ],
)
def test_what_no_article_carries_is_not_found(reader, path):
    assert reader.get(path).status == 404


def test_known_tags_that_share_no_article_any_more_are_not_found_together(reader):
    show(withdrawn(key="a"), withdrawn(key="b"))

    assert reader.get("/tags/ink+paper/").status == 404
    assert reader.get("/tags/ink/").status == 200


def test_page_of_a_tag_offers_the_tags_that_its_articles_carry_too(reader):
    reply = reader.get("/tags/type/")

    assert '<a href="/tags/ink+type/">Ink</a>' in reply.text
    assert '<a href="/tags/paper+type/">Paper</a>' in reply.text
    assert "/tags/type+type/" not in reply.text
