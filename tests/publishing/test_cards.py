"""How an article is shown where it is shared: its card, and what machines are told of it."""

import io
import json
import re

import pytest
from PIL import Image

from cms.events import Picture
from publishing import drawing
from publishing.pages import cards
from tests.publishing.builders import by, published, show, site, tagged
from tests.publishing.requests import Site

HERO = Picture(digest="ab" * 32, width=1600, height=900, widths=(800, 1600), alt="A press")


@pytest.fixture(autouse=True)
def _fresh_desk(monkeypatch):
    monkeypatch.setattr(drawing, "desk", drawing.Desk())


def shared_picture(path: str = "/a/") -> str:
    """The address, on this site, of the picture by which a page is shared."""
    found = re.search(r'<meta property="og:image" content="http://testserver([^"]+)">', Site().get(path).text)
    return found[1] if found else ""


def scripts(path: str = "/a/") -> list[dict]:
    return [json.loads(text) for text in re.findall(r'ld\+json">(.*?)</script>', Site().get(path).text)]


@pytest.mark.parametrize(
    "title", ["Why deleting is hard", "Почему удалять трудно", "Ύλη & <b>", "x" * 200, "a " * 100]
)
def test_every_article_has_a_card_of_its_own(title):
    show(site(), published(title=title, authors=by("ada")))

    reply = Site().get(shared_picture())

    assert (reply.status, reply.headers["Content-Type"]) == (200, "image/png")
    assert "immutable" in reply.headers["Cache-Control"]
    assert Image.open(io.BytesIO(reply.body)).size == (1200, 630)
    assert 'name="twitter:card" content="summary_large_image"' in Site().get("/a/").text


def test_card_shows_title_author_site_and_colour():
    plain = cards.Card("Ink", "Ada", "The Galley", "#b93a1f")
    drawn = {
        cards.draw(one) for one in (plain, *(plain._replace(**{name: "#17616a"}) for name in plain._fields))
    }

    assert len(drawn) == 5
    assert cards.draw(plain) in drawn


@pytest.mark.parametrize(("hero", "address"), [(HERO, f"/media/{HERO.digest}.1600.webp"), (None, "")])
def test_title_that_the_font_cannot_write_is_shared_by_its_hero(hero, address):
    show(site(), published(title="消すことは難しい", hero=hero))

    assert shared_picture() == address


def test_new_title_has_a_new_card_and_the_old_address_leads_to_it():
    show(site(), published())
    before = shared_picture()

    show(published(version=2, title="Another"))
    after = shared_picture()

    moved = Site().get(before)
    assert (before == after, moved.status, moved.headers["Location"]) == (False, 302, after)


def test_card_of_nothing_is_not_found():
    show(site(), published(title="消すことは難しい"))

    assert [Site().get(f"/cards/{key}.{'0' * 16}.png").status for key in ("a", "none")] == [404, 404]


def test_crawler_that_asks_for_many_cards_is_told_to_come_later(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(drawing, "desk", drawing.Desk(clock=lambda: now[0]))
    show(site(), *(published(key=f"k{number}") for number in range(8)))
    addresses = [shared_picture(f"/k{number}/") for number in range(8)]

    replies = [Site().get(address) for address in addresses]

    assert [reply.status for reply in replies] == [200] * 5 + [503] * 3
    assert replies[-1].headers["Retry-After"] == "5"
    assert Site().get(addresses[0]).status == 200
    now[0] += 1
    assert [Site().get(address).status for address in addresses[5:]] == [200, 503, 503]


def test_desk_keeps_so_many_cards(monkeypatch):
    monkeypatch.setattr(drawing, "KEPT", 2)
    monkeypatch.setattr(drawing, "SECONDS", 0.0)
    monkeypatch.setattr(cards, "draw", lambda card: card.title.encode())
    desk = drawing.Desk()

    for title in "abcb":
        assert desk.png(cards.Card(title, "", "", "#000000")) == title.encode()

    assert list(desk._kept.values()) == [b"c", b"b"]


def test_search_engines_are_told_what_an_article_is_and_where_it_stands():
    show(site(), published(title="Ink </script>", tags=tagged("type", "ink"), authors=by("ada"), hero=HERO))

    posting, crumbs = scripts()

    assert (posting["@type"], posting["headline"]) == ("BlogPosting", "Ink </script>")
    assert posting["author"] == [{"@type": "Person", "name": "Ada", "url": "http://testserver/authors/ada/"}]
    assert posting["image"][0] == f"http://testserver/media/{HERO.digest}.1600.webp"
    assert posting["image"][1].startswith("http://testserver/cards/a.")
    assert [(one["position"], one["name"], one["item"]) for one in crumbs["itemListElement"]] == [
        (1, "The Galley", "http://testserver/"),
        (2, "Type", "http://testserver/tags/type/"),
        (3, "Ink </script>", "http://testserver/a/"),
    ]


def test_page_says_its_one_address():
    show(site(), published(path="/été/"))

    assert (
        '<link rel="canonical" href="http://testserver/%C3%A9t%C3%A9/">' in Site().get("/%C3%A9t%C3%A9/").text
    )
