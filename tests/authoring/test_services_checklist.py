"""What is worth a look before publishing."""

from typing import Any

from django.utils import timezone

from authoring.models import PlainPage
from authoring.services import articles, checklist, site
from cms import rendering
from tests.authoring.builders import NOW, article, author, live, picture, text


def warned(body: str = "", *, article_id: Any = None, **fields: Any) -> list[tuple[str, str]]:
    given = text(**{"summary": "Short.", "body": body, **fields})
    found = checklist.warnings(given, rendering.render(body), article_id=article_id)
    return [(one.field, one.sentence) for one in found]


def test_sound_text_warns_of_nothing():
    live("Other", slug="other")
    author("Ada", slug="ada")

    body = "## One\n\n[a](/other/) [b](/other/?x#y) [c](/authors/ada/) [d](/archive/) [e](#one)\n\n### Two\n"
    assert (
        warned(body + "\n[f](https://elsewhere.example/) [g](mailto:a@example.org) ![A press](/media/a.webp)")
        == []
    )


def test_missing_title_and_summary_and_long_ones():
    assert warned(title="", slug="a", summary="") == [
        ("title", "There is no title."),
        ("summary", "There is no summary: lists and search engines will show the first lines."),
    ]
    assert warned(title="x" * 71, slug="a", summary="y" * 201) == [
        ("title", "The title has 71 characters; search engines show about 70."),
        ("summary", "The summary has 201 characters; search engines show about 200."),
    ]


def test_pictures_without_alternative_text():
    assert warned("![](/media/a.webp)\n\n![](/media/b.webp)", hero=picture(alt="").pk) == [
        ("hero", "The picture above the text has no alternative text."),
        ("body", "2 pictures say nothing to those who cannot see: write alternative text."),
    ]
    assert warned(hero=picture(alt="A press").pk) == []


def test_headings_that_skip_a_level():
    assert warned("## One\n\n#### Deep\n") == [("body", "The heading “Deep” skips a level: use one # less.")]
    assert warned("### First\n") == [("body", "The heading “First” skips a level: use one # less.")]


def test_links_within_the_site_that_lead_nowhere():
    draft, gone = article("Draft"), live("Gone")
    articles.withdraw(gone.pk, now=NOW)
    about = site.save_page(PlainPage(title="About", slug="about"), now=timezone.now())

    dead = warned("[a](/draft/) [b](/gone/) [c](/about/) [d](/never/) [e](#h-none) [f](/tags/none/)")

    assert [sentence.split()[3] for _, sentence in dead] == [
        "/draft/", "/gone/", "/about/", "/never/", "#none", "/tags/none/",
    ]  # fmt: skip
    site.publish_page(about.pk, now=timezone.now())
    assert warned("[c](/about/)") == []
    assert warned("[me](/draft/)", article_id=draft.pk) == []


def test_full_addresses_of_the_site_are_links_within_it(settings):
    settings.SITE_URL = "https://galley.example"

    assert warned("[a](https://galley.example/never/)") == [
        ("body", "The link to https://galley.example/never/ leads nowhere that readers can see.")
    ]
