"""The evaluation of search: its measures, and that nothing of it stays."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from cms.databases import READ
from publishing.management.commands import evaluate_search
from publishing.models import PublishedArticle
from tests.publishing.builders import project, published

DOCS = [
    {"id": 1, "title": "On ink", "body": "Ink is made of soot."},
    {"id": 2, "title": "On paper", "body": "Paper is made of rags."},
    {"id": 3, "title": "On type", "body": "Type is cast of lead."},
]
QUERIES = [{"id": 1, "text": "soot ink"}, {"id": 2, "text": "nothing is judged here"}]


def write(folder, qrels="1\t1\t1\n"):
    for name, rows in (("docs", DOCS), ("queries", QUERIES)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (folder / "qrels.tsv").write_text(qrels)
    return {
        name: folder / f"{name}.{'tsv' if name == 'qrels' else 'jsonl'}"
        for name in ("docs", "queries", "qrels")
    }


def test_evaluation_measures_three_ways_and_leaves_nothing_behind(tmp_path, capsys):
    project(published(key="mine", body="Ink."))

    call_command("evaluate_search", **write(tmp_path))

    figures = json.loads(capsys.readouterr().out)
    assert list(figures) == ["imprint", "ts_rank", "bm25"]
    for measured in figures.values():
        assert (measured["ndcg@10"], measured["map@100"], measured["recall@100"]) == (1.0, 1.0, 1.0)
        assert measured["ms"] > 0
    assert list(PublishedArticle.objects.values_list("key", flat=True)) == ["mine"]
    with connections[READ].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [evaluate_search.SCHEMA])
        assert cursor.fetchone() == (0,)


def test_collection_without_judgements_is_refused(tmp_path):
    with pytest.raises(CommandError, match="no queries with a judged document"):
        call_command("evaluate_search", **write(tmp_path, qrels=""))


def test_measures_are_those_of_the_books():
    judged = {"q": {"a": 1.0, "b": 1.0}}

    measured = evaluate_search._measures({"q": ["x", "a", "y", "b"]}, judged)

    assert measured == {"ndcg@10": 0.6509, "map@100": 0.5, "recall@100": 1.0}
