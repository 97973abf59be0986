"""What readers type: what it finds, how it is narrowed, corrected and suggested, and what its counts rest on."""

import datetime as dt

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from cms.databases import READ
from publishing import reconciling, search
from publishing.models import SearchEntry, SearchFigures, SearchLexeme, SearchWord
from publishing.search import candidates, finding, querying, spelling, statistics
from publishing.search.highlighting import PASSAGE
from tests.publishing.builders import author, by, days, project, published, tag, tagged, withdrawn


def found(text: str, **given) -> list[str]:
    return [hit.key for hit in search.search(text, **given).hits]


def test_rare_word_counts_for_more_than_a_frequent_one():
    project(
        *(published(key=f"n{number}", body="Common letters.") for number in range(8)),
        published(key="both", body="Common. " + "Something else entirely. " * 3),
        published(key="rare", body="Quoin. Something else."),
    )
    search.renew()

    assert found("common quoin")[0] == "rare"


def test_words_near_one_another_rank_above_words_apart():
    far = " ".join(f"filler{number}" for number in range(40))
    project(
        published(key="apart", body=f"Hot {far} metal."),
        published(key="near", body=f"Hot metal {far}."),
    )

    assert found("hot metal") == ["near", "apart"]


@pytest.mark.parametrize("query", ["elysee", "ÉLYSÉE", "élysée"])
@pytest.mark.parametrize("language", ["fr", "en", "pl"])
def test_accents_and_case_do_not_matter(query, language):
    project(published(language=language, title="L’Élysée", body="Le palais de l’Élysée."))

    [hit] = search.search(query).hits

    assert "<mark>Élysée</mark>" in hit.title
    assert "<mark>Élysée</mark>" in hit.snippet


def test_language_without_stems_is_found_by_beginnings():
    project(published(language="pl", body="Nowe książki."))

    assert found("książka") == ["a"]


@pytest.mark.parametrize("query", ["語", "日", "日本", "ruby日本語"])
def test_one_character_and_mixed_scripts_are_found(query):
    project(published(language="ja", body="Rubyは日本語"))

    assert found(query) == ["a"]


def test_run_without_spaces_is_marked_as_one():
    project(published(language="ja", title="活字", summary="", body="これは日本語の文章です。"))

    assert search.search("日本語").hits[0].snippet == "これは<mark>日本語</mark>の文章です。"


def test_beginning_with_an_asterisk_finds_words_that_go_on():
    project(published(body="Typographer."))

    assert found("typogr*") == ["a"]
    assert found("typogx*") == []


def test_compound_is_found_however_it_is_written():
    project(published(key="a", body="A well-known face."), published(key="b", body="A well known face."))

    assert sorted(found("well-known")) == ["a", "b"]
    assert sorted(found('"well known"')) == ["a", "b"]


def test_words_between_or_are_alternatives_beside_the_others():
    project(
        published(key="a", body="Metal type."),
        published(key="b", body="Wooden type."),
        published(key="c", body="Wooden spoon."),
    )

    assert sorted(found("metal or wooden -spoon")) == ["a", "b"]


def test_phrase_with_a_stop_word_between_keeps_its_gap():
    project(published(key="a", body="State of the art."), published(key="b", body="State art."))

    assert found('"state of the art"') == ["a"]


def test_passage_is_the_best_and_not_the_first():
    filler = "Nothing is said here. " * 40
    project(published(body=f"A press. {filler} The press prints on handmade paper. {filler}"))

    [hit] = search.search("press paper").hits

    assert "The <mark>press</mark> prints on handmade <mark>paper</mark>." in hit.snippet
    assert len(hit.snippet) < PASSAGE + 80


def test_passage_keeps_a_heading_apart_from_what_follows():
    project(
        published(
            summary="Other.", body="## Acknowledge late\n\nThere is a queue.\n\n## Why?\n\n- Ink\n- Paper"
        )
    )

    [hit] = search.search("queue late").hits

    assert hit.snippet == "Acknowledge <mark>late</mark> · There is a <mark>queue</mark>. Why? Ink · Paper"


def test_articles_with_some_of_the_words_follow_the_first_page_of_those_with_all():
    project(
        *(
            published(key=f"all{n}", body="Metal and lithography. " + "Filler words. " * 40)
            for n in range(10)
        ),
        published(key="some", title="Lithography, lithography", body="Lithography."),
    )

    results = search.search("lithography metal")

    assert results.hits[10].key == "some"
    assert (results.total, results.whole, results.widened) == (11, 10, True)
    assert "some" not in found("lithography metal", by_date=True)


def test_results_say_which_words_they_lack():
    project(published(key="a", body="Ink and paper."), published(key="b", body="Ink."))

    results = search.search("ink paper")

    assert [(hit.key, hit.missing) for hit in results.hits] == [("a", ()), ("b", ("paper",))]


def test_facets_count_all_matches_and_narrow_them():
    project(
        tag("type"),
        author("ada"),
        published(key="a", tags=tagged("type"), authors=by("ada")),
        published(key="b", tags=tagged("type"), published_at=days(-365)),
        published(key="c", language="fr"),
        published(key="d", title="Other", summary="", body="Else."),
    )

    facets = search.search("body", with_facets=True).facets

    assert [(one.value, one.name, one.articles) for one in facets["tag"]] == [("type", "Type", 2)]
    assert [(one.value, one.name, one.articles) for one in facets["author"]] == [("ada", "Ada", 1)]
    assert [(one.value, one.articles) for one in facets["year"]] == [("2025", 2), ("2024", 1)]
    assert [(one.value, one.articles) for one in facets["language"]] == [("en", 2), ("fr", 1)]
    assert sorted(found("body", narrowing=search.Narrowing(tag="type"))) == ["a", "b"]
    assert found("body", narrowing=search.Narrowing(tag="type", year="2024")) == ["b"]
    assert found("body", narrowing=search.Narrowing(author="ada")) == ["a"]
    assert found("body", narrowing=search.Narrowing(tag="nobody")) == []


def test_by_date_the_newest_come_first_whatever_their_rank():
    project(
        published(key="best", title="Ink ink", body="Ink."),
        published(key="new", title="Other", body="Some ink.", published_at=days(9)),
    )

    assert found("ink") == ["best", "new"]
    assert found("ink", by_date=True) == ["new", "best"]


def test_newer_article_wins_between_equals():
    project(
        published(key="a", title="T", body="Ink."),
        published(key="b", title="T", body="Ink.", published_at=days(900)),
    )

    assert found("ink") == ["b", "a"]


def test_typing_error_finds_what_was_meant():
    project(published(body="Printers print."), published(key="b", title="Other", summary="", body="Ink."))
    search.renew()

    results = search.search("pritners")

    assert [hit.key for hit in results.hits] == ["a"]
    assert (results.correction, results.is_corrected) == ("printers", True)


def test_word_that_was_not_counted_yet_is_not_corrected():
    project(*(published(key=f"a{n}", body="A letter.") for n in range(3)))
    search.renew()
    project(published(key="new", body="Une lettre."))

    results = search.search("lettre")

    assert ([hit.key for hit in results.hits], results.correction) == (["new"], "")


def test_word_that_is_known_is_not_corrected():
    project(published(body="Quoin."), published(key="b", body="Quoit."), published(key="c", body="Quoit."))
    search.renew()

    results = search.search("quoin")

    assert ([hit.key for hit in results.hits], results.correction) == (["a"], "")


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("ink", "ink", 0), ("ink", "nik", 1), ("ink", "inks", 1), ("type", "tapir", 3)],
)
def test_distance_counts_slips(one, other, slips):
    assert spelling.distance(one, other) == slips


def test_suggestions_are_tags_authors_and_titles_that_begin_so():
    project(
        tag("printing"),
        author("princess"),
        published(key="a", title="How printers print", authors=by("princess")),
        published(key="b", title="A print", published_at=days(1)),
        published(key="c", title="Other", authors=by("princess")),
    )

    assert [(one.kind, one.name) for one in search.suggest("prin")] == [
        ("tag", "Printing"),
        ("author", "Princess"),
        ("article", "A print"),
        ("article", "How printers print"),
    ]
    assert [one.name for one in search.suggest("how pri")] == ["How printers print"]
    assert search.suggest("p") == search.suggest("") == search.suggest('"') == ()


def test_suggestions_forget_what_was_withdrawn():
    project(published(title="Printing"))
    project(withdrawn())

    assert search.suggest("print") == ()


def test_search_ends_after_a_while(monkeypatch):
    project(published())
    monkeypatch.setattr(finding, "BOUNDS", "SELECT set_config('statement_timeout', '1', true)")
    monkeypatch.setattr(
        statistics, "figures", lambda: connections[READ].cursor().execute("SELECT pg_sleep(1)")
    )

    with pytest.raises(search.BadQuery, match="takes too long"):
        search.search("body")


@pytest.fixture
def narrow_bounds(monkeypatch):
    """A bound that thirty articles reach."""
    for name, number in (("EXACT", 4), ("RANKED", 4), ("HEADS_COUNTED", 2)):
        monkeypatch.setattr(candidates, name, number)
    monkeypatch.setattr("publishing.search.ranking.RANKED", 4)
    for module in (statistics, candidates):
        monkeypatch.setattr(module, "STEP", 4)


def test_bounded_candidates_of_a_frequent_word_are_the_newest_and_those_with_it_in_the_title(narrow_bounds):
    project(
        published(key="old", title="On ink", summary="", body="Ink."),
        *(
            published(key=f"k{n:02}", title="Other", summary="", body="Ink.", published_at=days(1 + n))
            for n in range(30)
        ),
    )
    search.renew()

    results = search.search("ink")

    assert (results.is_about, results.total) == (True, 31)
    assert results.hits[0].key == "old"
    assert {hit.key for hit in results.hits} <= {"old", *(f"k{n:02}" for n in range(22, 30))}


@pytest.mark.parametrize("opened", [1, 8_000])
def test_bounded_candidates_keep_to_facets_and_exclusions(narrow_bounds, monkeypatch, opened):
    monkeypatch.setattr(candidates, "LISTED", 1 / opened)
    project(
        tag("type"),
        published(key="old", title="On ink", summary="", body="Paper."),
        *(
            published(
                key=f"k{n:02}",
                title="Wood",
                summary="",
                body="Ink.",
                tags=tagged("type"),
                published_at=days(1 + n),
            )
            for n in range(30)
        ),
    )
    search.renew()

    assert "old" in found("ink")
    assert "old" not in found("ink -paper")
    assert "old" not in found("ink", narrowing=search.Narrowing(tag="type"))
    assert found("ink", narrowing=search.Narrowing(tag="type"))[0] == "k29"
    assert found("ink -wood") == ["old"]


@pytest.mark.parametrize("model", [SearchFigures, SearchLexeme, SearchWord])
def test_inspection_renews_counts_that_were_damaged(model):
    project(published(), published(key="b", language="fr"))
    search.renew()
    before = list(model.objects.order_by("pk").values("articles"))
    model.objects.update(articles=99)

    list(reconciling.inspect())

    assert list(model.objects.order_by("pk").values("articles")) == before


def test_counts_are_renewed_when_enough_has_changed():
    project(published())
    assert search.renew()
    assert SearchLexeme.objects.get(config="imprint_english", lexeme="bodi").articles == 1

    project(withdrawn(), published(key="b", language="fr"))
    search.renew()

    assert not SearchLexeme.objects.filter(config="imprint_english").exists()
    assert search.languages() == ("fr",)


def test_language_that_a_sample_misses_among_others_of_its_configuration_stays_on_the_list(monkeypatch):
    monkeypatch.setattr(statistics, "SAMPLE", 10)
    project(*(published(key=f"k{number:02}", language="pl") for number in range(30)))
    project(published(key="cs", language="cs"))

    search.renew()

    assert search.config_of("pl") == search.config_of("cs")
    assert search.languages() == ("cs", "pl")


def test_summary_that_is_only_the_beginning_is_not_indexed_twice():
    project(published(title="T", summary="", body="Quoin."))

    assert SearchEntry.objects.get().vector == "'quoin':4 '¶l:en' '¶y:2025'"


@pytest.mark.parametrize(
    ("typed", "groups"),
    [
        ("a or b c", [("a", "b"), ("c",)]),
        ("or a or", [("a",)]),
        ('"a b" c', [("a b",), ("c",)]),
        ('"a b', [("a b",)]),
        ("x-ray", [("x ray",)]),
        ("a - b", [("a",), ("b",)]),
        ('""', []),
    ],
)
def test_query_is_taken_apart(typed, groups):
    assert [tuple(term.text for term in group) for group in querying.parse(typed).groups] == groups


@pytest.mark.parametrize(
    "query",
    [
        '"' * 200,
        '" ' * 100,
        "a* " * 60,
        "'; DROP TABLE x; --",
        "!a & b | (c",
        "the and of",
        "🙂🙃",
        "a or " * 40,
        "-a " * 60,
        "x" * 200,
        "漢字" * 100,
        "漢字仮名 " * 40,
        "-".join("abcdefghijklmnop"),
        "e\u0301le\u0301ment \u202eabc \u200b",
        "مرحبا بالعالم",
        "¶t:1 ¶",
    ],
)
def test_hostile_query_is_calm(query):
    project(published())
    search.renew()

    search.search(query, with_facets=True)
    search.suggest(query)


def test_run_without_spaces_is_found_by_its_parts_where_no_article_has_it_whole():
    project(
        published(key="a", language="ja", title="T", summary="", body="オブジェクト指向"),
        published(key="b", language="ja", title="T", summary="", body="東京の天気"),
    )

    results = search.search("オブジェクトの設計")

    assert ([hit.key for hit in results.hits], results.whole) == (["a"], 0)
    assert found('"オブジェクトの設計"') == []


@pytest.mark.parametrize(
    "query",
    ["CVE-2021-31799", "cve 31799", "lists.ruby-lang.org", "1.8.7-p248", "TCP/IP", "ip", '"tcp/ip stack"'],
)
def test_parts_of_numbers_names_and_compounds_are_found(query):
    project(
        published(
            body="See CVE-2021-31799 at https://lists.ruby-lang.org/news, ruby-1.8.7-p248 and its TCP/IP stack."
        )
    )

    assert found(query) == ["a"]


def test_first_article_in_a_language_is_found_at_once_whatever_was_counted_before():
    project(*(published(key=f"n{number}") for number in range(20)))
    search.renew()

    project(published(key="neu", language="de", title="Neu", body="Setzerei und Druckerei."))

    assert found("druckerei") == ["neu"]
    assert search.languages() == ("de", "en")


def test_article_that_is_older_than_a_millennium_is_found_last():
    project(
        published(key="old", published_at=dt.datetime(1, 1, 1, tzinfo=dt.UTC), body="Quills."),
        published(key="new", body="Quills."),
    )

    assert found("quills") == ["new", "old"]


def test_word_that_came_after_the_count_is_found_and_not_corrected():
    project(*(published(key=f"n{number}", body="Setting quoins.") for number in range(20)))
    search.renew()

    project(published(key="late", body="Throwing quoits."))
    results = search.search("quoits")

    assert ([hit.key for hit in results.hits], results.correction) == (["late"], "")


def test_no_language_is_ranked_in_which_no_article_has_a_word():
    project(published(), published(key="b", language="fr", body="Corps."), published(key="c", language="de"))
    search.renew()

    with CaptureQueriesContext(connections[READ]) as asked:
        assert found("corps") == ["b"]

    assert [query["sql"].count("ts_rank") > 0 for query in asked.captured_queries].count(True) == 1
