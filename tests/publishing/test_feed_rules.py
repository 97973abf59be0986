"""Every feed keeps the rules of its format."""

import pytest

from cms.events import Picture
from tests.publishing.builders import author, by, days, published, show, site, tag, tagged
from tests.publishing.feed_rules import RULES
from tests.publishing.requests import Site

PICTURE = Picture(digest="ab" * 32, width=1600, height=900, widths=(640, 1600), alt="A press")
SHOWN = f"/media/{PICTURE.digest}.640.webp"
BODY = f"""See [it](/media/x), [below](#end), [there](other/), [elsewhere](https://e.example/?a=1&b=2)[^1].

![A press]({SHOWN})

> Said & done. <q cite="/source/">So</q> <em>whole</em>

```python
if a < b: c = "]]>"
```

## End

[^1]: A note with a [link](../up/).
"""
TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json",
}
STEMS = (
    "/feeds/articles.{}",
    "/tags/ink/feed.{}",
    "/tags/ink+paper/feed.{}",
    "/authors/ada/feed.{}",
    "/search/feed.{}?q=ink+%C3%A9t%C3%A9",
    "/search/feed.{}?q=unheard",
)


@pytest.fixture
def _publication():
    facts = {"tags": tagged("ink", "paper"), "authors": by("ada", "bob")}
    show(
        site(name="Ink & <paper>"),
        tag("ink"),
        author("ada"),
        published(
            key="0b9c2a52-5b0e-4d4a-9d5a-0c1f5a7a1a11",
            path="/été/",
            title="<i>Ink</i> & été",
            body=BODY,
            hero=PICTURE,
            pictures=(PICTURE,),
            updated_at=days(2),
            **facts,
        ),
        published(
            key="1b9c2a52-5b0e-4d4a-9d5a-0c1f5a7a1a11", path="/de/b/", language="de", summary="", **facts
        ),
        published(
            key="2b9c2a52-5b0e-4d4a-9d5a-0c1f5a7a1a11", path="/c/", body="Ink of été.", language="zh-hans"
        ),
    )


@pytest.mark.usefixtures("_publication")
@pytest.mark.parametrize("suffix", RULES)
def test_every_feed_keeps_the_rules_of_its_format(suffix):
    reader = Site()
    found = {}
    for stem in STEMS:
        reply = reader.get(stem.format(suffix))
        assert (reply.status, reply.headers["Content-Type"]) == (200, TYPES[suffix])
        found[stem] = list(RULES[suffix](reply.text, f"http://testserver{stem.format(suffix)}"))
    assert found == {stem: [] for stem in STEMS}


@pytest.mark.usefixtures("_publication")
@pytest.mark.parametrize(
    ("suffix", "right", "wrong"),
    [
        ("atom", "urn:uuid:1b9c", "urn:uuid:2b9c"),
        ("atom", "<published>2025-03-01T12:00:00+00:00", "<published>2025-03-01 12:00"),
        ("atom", 'rel="self"', 'rel="via"'),
        ("atom", "<updated>2025-03-03", "<updated>2024-03-03"),
        ("rss", "Sat, 01 Mar 2025", "Sun, 01 Mar 2025"),
        ("rss", ' isPermaLink="false"', ""),
        ("rss", "<title>", "<title/><title>"),
        ("rss", "http://testserver/media/x", "/media/x"),
        ("json", '"authors"', '"author"'),
        ("json", '"id": "urn:uuid:1b9c', '"id": "urn:uuid:2b9c'),
        ("json", "http://testserver/media/", "/media/"),
        ("json", "2025-03-01T12:00:00Z", "2025-03-01T12:00:00"),
    ],
)
def test_rules_find_what_is_wrong(suffix, right, wrong):
    address = f"/feeds/articles.{suffix}"
    text = Site().get(address).text

    assert right in text
    assert list(RULES[suffix](text.replace(right, wrong), f"http://testserver{address}")) != []
