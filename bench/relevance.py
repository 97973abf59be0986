"""Relevance of search on a collection with known answers, on a Postgres of its own that goes away.

`make evaluate-search DIR=folder [SEARCH_LANGUAGE=english]`: the folder has docs.jsonl (id, title, body),
queries.jsonl (id, text) and qrels.tsv (query, document, relevance). The last line is a JSON object.
"""

import os
from pathlib import Path

from bench.publication import reader_of
from config.local import Postgres, scratch_folder


def main() -> None:
    given = Path(os.environ.get("DIR") or "")
    files = {name: given / name for name in ("docs.jsonl", "queries.jsonl", "qrels.tsv")}
    if missing := [str(file) for file in files.values() if not file.is_file()]:
        raise SystemExit(f"DIR must name a folder with a collection; not there: {', '.join(missing)}")
    with scratch_folder() as folder, Postgres(folder / "read", durable=False) as cluster:
        reader_of(cluster)
        _evaluate(files)


def _evaluate(files: dict[str, Path]) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", database="read", verbosity=0)
    call_command(
        "evaluate_search",
        docs=files["docs.jsonl"],
        queries=files["queries.jsonl"],
        qrels=files["qrels.tsv"],
        language=os.environ.get("SEARCH_LANGUAGE") or "english",
    )
    connections["read"].close_pool()


if __name__ == "__main__":
    main()
