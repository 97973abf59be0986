"""Full-text search: what is found, in which language, and that nothing typed breaks it."""

import pytest

from publishing import search
from tests.publishing.builders import by, days, project, published, tagged, withdrawn


def found(query: str, language: str = "") -> list[str]:
    return [hit.key for hit in search.search(query, language=language).hits]


def snippet(query: str) -> str:
    return search.search(query).hits[0].snippet


@pytest.mark.parametrize(
    ("language", "text", "query"),
    [
        ("en", "She was running.", "runs"),
        ("de", "Die Häuser der Stadt.", "Haus"),
        ("fr", "Les chevaux galopent.", "cheval"),
        ("ru", "Новые книги вышли.", "книга"),
        ("pt-br", "As palavras escritas.", "palavra"),
    ],
)
def test_words_are_found_by_their_stem_in_the_articles_own_language(language, text, query):
    project(published(language=language, body=text))

    assert found(query) == ["a"]


@pytest.mark.parametrize("query", ["日本語", "本語", "東京", "활자", "ตัวพิมพ์"])
def test_scripts_without_spaces_are_found_within_a_run(query):
    project(published(language="ja", body="これは日本語の文章で、東京で書かれた。활자체 ตัวพิมพ์ไทย"))

    assert found(query) == ["a"]


def test_minus_excludes_a_run_without_spaces_too():
    project(
        published(key="a", body="東京 日本語"), published(key="b", body="東京 英語", published_at=days(1))
    )

    assert found("東京 -日本語") == ["b"]


def test_quotes_minus_and_or():
    project(
        published(key="a", title="One", summary="", body="Moveable metal type."),
        published(key="b", title="Two", summary="", body="Type of moveable metal.", published_at=days(1)),
        published(key="c", title="Three", summary="", body="Lithography.", published_at=days(2)),
    )

    assert found('"metal type"') == ["a"]
    assert found("metal -of") == ["a", "b"] or found("metal -of") == ["b", "a"]
    assert found("type -moveable") == []
    assert sorted(found("lithography or moveable")) == ["a", "b", "c"]


def test_articles_with_some_of_the_words_are_found_where_few_have_all():
    project(
        published(key="both", body="Moveable metal type, and lithography."),
        published(key="metal", body="Moveable metal."),
        published(key="none", body="Ink."),
    )

    results = search.search("lithography metal")

    assert [(hit.key, hit.missing) for hit in results.hits] == [("both", ()), ("metal", ("lithography",))]
    assert (results.total, results.whole, results.words, results.widened) == (2, 1, 2, True)


def test_no_phrase_reaches_from_the_summary_into_the_body():
    project(published(summary="Moveable metal", body="Type is cast."))

    assert found('"metal type"') == []


def test_what_stands_in_angle_brackets_is_found():
    project(published(body="A `Vec<String>` after `<script>` is ink."))

    assert found("string") == found("vec") == found("ink") == found("Vec<String>") == ["a"]


def test_title_ranks_above_tags_above_summary_above_body():
    project(
        published(key="body", title="w", summary="x", body="Ink."),
        published(key="summary", title="w", summary="ink", body="y."),
        published(key="tags", title="w", summary="x", body="y.", tags=tagged("ink")),
        published(key="title", title="ink", summary="x", body="y."),
    )

    assert found("ink") == ["title", "tags", "summary", "body"]


def test_authors_are_found_by_name():
    project(published(authors=by("gutenberg")))

    assert found("gutenberg") == ["a"]


def test_language_narrows_the_search():
    project(published(key="a", body="Information."), published(key="b", language="fr", body="Information."))

    assert sorted(found("information")) == ["a", "b"]
    assert found("information", language="fr") == ["b"]
    assert found("information", language="de") == []


def test_withdrawn_article_is_not_found():
    project(published(body="Secret."))
    project(withdrawn())

    assert found("secret") == []


def test_what_matched_is_marked_and_all_else_is_escaped():
    project(published(title="Ink & <paper>", body='About `<script>` & ink, "quoted".'))

    [hit] = search.search("ink").hits

    assert hit.title == "<mark>Ink</mark> &amp; &lt;paper&gt;"
    assert hit.snippet == "About &lt;script&gt; &amp; <mark>ink</mark>, &quot;quoted&quot;."
    assert "<script>" not in hit.snippet


def test_pages_of_results_continue_one_another():
    project(*(published(key=f"k{number}", published_at=days(number)) for number in range(5)))

    first = search.search("body", limit=2)
    second = search.search("body", limit=2, offset=2)

    assert [hit.key for hit in first.hits] == ["k4", "k3"]
    assert [hit.key for hit in second.hits] == ["k2", "k1"]
    assert (first.total, second.total) == (5, 5)


def test_page_beyond_the_last_is_empty_and_still_says_how_many_there_are():
    project(published())

    assert search.search("body", offset=20) == search.Results(
        total=1, reachable=1, words=1, newest=days(0), languages=("en",)
    )


def test_nothing_typed_finds_nothing():
    project(published())

    assert found("") == found("   ") == found("\x00") == []


def test_query_of_201_characters_is_refused_with_a_reason():
    with pytest.raises(search.BadQuery, match="at most 200 characters"):
        search.search("x" * 201)


@pytest.mark.parametrize(
    "query",
    [
        '"', '""', "'", "\\", "-", "--", "or", "or or", "& | ! <-> :*", "a:*", "(((", "%s %(x)s %", "\ud800",
        "{}", "$1", "a\x00b", "\x02\x03", "￿", "🙂", "-日本", '"日本語', "é" * 200, "の" * 200, "a -" * 60,
    ],
)  # fmt: skip
def test_whatever_is_typed_is_no_error(query):
    project(published())

    search.search(query)


def test_unknown_language_finds_nothing():
    project(published())

    for code in ("x" * 100, "x" * 5000, "\x00"):
        assert found("body", language=code) == []
