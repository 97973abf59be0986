"""Every kind of page is HTML without a single error of syntax."""

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
    "/search/?q=%3C%22", "/nowhere/", "/gone/",
)  # fmt: skip


def test_every_kind_of_page_is_read_by_a_strict_parser():
    facts = {"authors": by("ada"), "tags": tagged("ink", "paper"), "hero": PICTURE}
    show(
        site(name='A "name" & more'),
        tag("ink", description="All of *it*."),
        author("ada", description="She prints.", picture=PICTURE),
        plain_page("about", body="```\ncode\n```"),
        published(key="whole", title='<i>"Title"</i> & all', body=BODY, published_at=days(30), **facts),
        published(key="ja", title="日本語", language="ja", published_at=days(29), **facts),
        published(key="gone"),
        withdrawn(version=2, key="gone"),
        *(published(key=f"a{number}", published_at=days(number), **facts) for number in range(21)),
    )
    reader = Site()

    for path in KINDS:
        JustHTML(reader.get(path).text, strict=True)


def test_page_of_a_database_that_is_down_is_read_by_a_strict_parser():
    JustHTML(notices.unavailable(context.nameless()).content.decode(), strict=True)


def test_strict_parser_refuses_what_browsers_repair():
    with pytest.raises(SyntaxError):
        JustHTML("<!doctype html><title>x</title><p><div></p></span>", strict=True)
