"""Every kind of page is HTML without a single error of syntax, and what it refers to is there."""

from html.parser import HTMLParser

import pytest
from justhtml import JustHTML

from cms.events import Picture
from publishing.pages import context, notices
from tests.publishing.builders import (
    author,
    by,
    days,
    plain_page,
    published,
    show,
    site,
    tag,
    tagged,
    withdrawn,
)
from tests.publishing.requests import Site

PICTURE = Picture(
    digest="ab" * 32, width=1600, height=900, widths=(640, 1600), alt='A "press"', credit="A & B"
)
BODY = (
    "Text.[^1]\n\n"
    + "".join(f"## Part <{number}> & `x`\n\n{'word ' * 300}\n\n" for number in range(4))
    + "> [!NOTE]\n> Mind.\n\n```rust\nlet a: Vec<u8>;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
    + "- [ ] task\n\n<details><summary>More</summary>\n\nInside\n\n</details>\n\n[^1]: Note.\n"
)

KINDS = (
    "/", "/page/2/", "/whole/", "/ja/", "/about/", "/tags/", "/tags/ink/", "/tags/ink+paper/", "/authors/",
    "/authors/ada/", "/archive/", "/archive/2025/", "/archive/2025/03/", "/search/", "/search/?q=word",
    "/search/?q=%3C%22", "/nowhere/", "/gone/", "/fr/whole/", "/ar/", "/tags/ink/page/2/",
)  # fmt: skip


def test_every_kind_of_page_is_read_by_a_strict_parser_and_holds_what_it_refers_to():
    facts = {"authors": by("ada"), "tags": tagged("ink", "paper"), "hero": PICTURE}
    show(
        site(name='A "name" & more'),
        tag("ink", description="All of *it*."),
        author("ada", description="She prints.", picture=PICTURE),
        plain_page("about", body="```\ncode\n```"),
        published(key="whole", title='<i>"Title"</i> & all', body=BODY, published_at=days(30), **facts),
        published(key="ja", title="日本語", language="ja", published_at=days(29), **facts),
        published(
            key="fr", path="/fr/whole/", language="fr", published_at=days(28), translation="g", **facts
        ),
        published(key="ar", title="ورق", language="ar", published_at=days(27), translation="g", **facts),
        published(key="gone"),
        withdrawn(version=2, key="gone"),
        *(published(key=f"a{number}", published_at=days(number), **facts) for number in range(21)),
    )
    reader = Site()

    for path in KINDS:
        page = reader.get(path).text
        JustHTML(page, strict=True)
        assert (path, _astray(page)) == (path, [])


@pytest.mark.parametrize("notice", [notices.unavailable, notices.coming])
def test_page_of_what_is_not_to_be_had_now_is_read_by_a_strict_parser(notice):
    JustHTML(notice(context.nameless()).content.decode(), strict=True)


def test_strict_parser_refuses_what_browsers_repair():
    with pytest.raises(SyntaxError):
        JustHTML("<!doctype html><title>x</title><p><div></p></span>", strict=True)


class _Names(HTMLParser):
    """The ids of a page, and what refers to them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.wanted: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name == "id":
                self.ids.append(value or "")
            elif name in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
                self.wanted += (value or "").split()
            elif name == "href" and (value or "").startswith("#"):
                self.wanted.append((value or "")[1:])


def _astray(page: str) -> list[str]:
    """The ids that come twice, and those that are referred to and are not there."""
    names = _Names(page)
    twice = [one for one in names.ids if names.ids.count(one) > 1]
    return twice + [one for one in names.wanted if one not in names.ids]
