"""Hits of a search as HTML."""

import datetime as dt

from django.utils import translation

from publishing import hits, search
from tests.publishing.builders import by, project, published, tagged

ROW = """<li><article class="row bare">
<p class="when"><time datetime="2025-03-01T12:00:00+0000">1 March 2025</time></p>
<div class="what">
<h2><a href="/hot/">Hot metal</a></h2>
<p class="summary"><mark>Lead</mark> &amp; tin.</p>
<p class="facts"><span>By <a href="/authors/ada/" rel="author">Ada</a>, \
<a href="/authors/bo/" rel="author">Bo</a> and <a href="/authors/cy/" rel="author">Cy</a></span></p>
</div>
</article></li>
"""


def rows(query: str, language: str = "en") -> str:
    found = search.search(query)
    return hits.as_html(found.hits, words=found.words, language=language)


def test_row_names_day_title_passage_and_authors():
    project(
        published(
            path="/hot/",
            title="Hot metal",
            body="Lead & tin.",
            summary="S",
            authors=by("ada", "bo", "cy"),
        )
    )

    assert rows("lead") == ROW


def test_what_was_typed_and_written_is_text_and_no_markup():
    project(
        published(title="<b>Lead</b>", body="Lead <i>.", authors=by("<img>"), tags=tagged("ink")),
        published(key="b", body="Nothing."),
    )

    html = rows("lead <x>y nothing")

    assert not [tag for tag in ("<b>", "<i>", "<img") if tag in html]
    assert "1 of 4 words, without <s>lead</s>, <s>x</s>, <s>y</s>" in html


def test_row_in_another_language_says_so_and_is_written_its_way():
    project(published(language="ar", title="مرحبا", body="مرحبا بالعالم"))

    assert '<h2 lang="ar" dir="rtl">' in rows("مرحبا")
    assert "lang=" not in rows("مرحبا", language="ar")


def test_day_is_written_in_the_language_of_the_site_as_on_its_other_pages():
    project(published(published_at=dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)))

    with translation.override("de"):
        assert ">1 März 2025</time>" in rows("body")


def test_year_of_an_old_letter_has_four_digits():
    project(published(published_at=dt.datetime(812, 3, 1, 12, tzinfo=dt.UTC)))

    assert '<time datetime="0812-03-01T12:00:00+0000">1 March 0812</time>' in rows("body")
