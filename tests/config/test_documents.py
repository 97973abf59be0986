"""Documents and code say the same: variables, commands, links, queries."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.db import connections, transaction

from cms.databases import READ, WRITE

ROOT = Path(__file__).resolve().parents[2]
CODE = ("authoring", "bench", "cms", "config", "publishing")
# Set by the shell and by make, for everybody.
OF_THE_MACHINE = {"PATH", "MAKELEVEL"}
# Helpers of config/settings.py and config/local/place.py that read the variable which they are given.
READERS = {"flag", "words", "number", "how_many"}

VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
ENTRY = re.compile(r"^#?([A-Z][A-Z0-9_]*)=", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
QUERY = re.compile(r"^```sql\n-- (write|read|any) database.*?\n(.*?)^```", re.MULTILINE | re.DOTALL)

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
OPERATIONS = ROOT / "docs" / "operations.md"


def test_every_variable_that_is_read_stands_in_env_example_and_the_reverse():
    assert variables_read() == set(ENTRY.findall((ROOT / ".env.example").read_text()))


def test_every_variable_of_env_example_has_one_line_that_explains_it():
    lines = (ROOT / ".env.example").read_text().splitlines()
    entries = [number for number, line in enumerate(lines) if ENTRY.match(line)]

    assert [lines[n] for n in entries if not lines[n - 1].startswith("# ") or ENTRY.match(lines[n - 1])] == []


def test_every_command_of_ours_stands_in_operations_and_no_other():
    tables = OPERATIONS.read_text().partition("\n## Commands\n")[2].partition("\n## ")[0]
    documented = set(re.findall(r"^\| `(\w+)", tables, re.MULTILINE))

    assert documented == set(commands())


def test_every_option_that_operations_name_exists():
    tables = OPERATIONS.read_text().partition("\n## Commands\n")[2].partition("\n## ")[0]
    for row in re.findall(r"^\| `(\w+)(.*)$", tables, re.MULTILINE):
        name, text = row
        known = load_command_class(commands()[name], name).create_parser("manage.py", name).format_help()
        assert [option for option in re.findall(r"--[a-z][a-z-]+", text) if option not in known] == [], name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(document: Path):
    broken = [link for link in LINK.findall(document.read_text()) if not leads_somewhere(document, link)]

    assert broken == []


def test_every_decision_is_listed_in_the_architecture():
    listed = re.findall(r"\(decisions/([^)]+)\)", (ROOT / "docs" / "architecture.md").read_text())

    assert listed == sorted(path.name for path in ROOT.glob("docs/decisions/*.md"))


@pytest.mark.django_db(databases=[WRITE, READ])
def test_every_query_of_operations_can_be_run():
    queries = QUERY.findall(OPERATIONS.read_text())
    assert len(queries) == OPERATIONS.read_text().count("```sql")
    for side, query in queries:
        alias = READ if side == "read" else WRITE
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute(query)


def variables_read() -> set[str]:
    """The names of the environment variables that the code, the Procfile and the Makefile read."""
    files = [ROOT / "manage.py", *(file for folder in CODE for file in (ROOT / folder).rglob("*.py"))]
    found = {name for file in files for name in names_in(ast.parse(file.read_text()))}
    found |= set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "Procfile").read_text()))
    makefile = (ROOT / "Makefile").read_text()
    found |= set(re.findall(r"\$\(([A-Z_]+)\)", makefile)) - set(re.findall(r"^([A-Z_]+) :=", makefile, re.M))
    return found - OF_THE_MACHINE


def names_in(tree: ast.AST) -> Iterator[str]:
    """Constants in `os.environ.get(…)`, `os.environ[…]`, `… in os.environ` and in calls of the helpers."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=value), args=[ast.Constant(str(name)), *_]) if is_environ(
                value
            ):
                yield name
            case ast.Call(func=ast.Attribute(attr="getenv"), args=[ast.Constant(str(name)), *_]):
                yield name
            case ast.Call(func=ast.Name(id=helper), args=[ast.Constant(str(name)), *_]) if helper in READERS:
                if VARIABLE.fullmatch(name):
                    yield name
            case ast.Subscript(value=value, slice=ast.Constant(str(name))) if is_environ(value):
                yield name
            case ast.Compare(left=ast.Constant(str(name)), comparators=[value]) if is_environ(value):
                yield name


def is_environ(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def commands() -> dict[str, str]:
    """The management commands of both sides, with the application of each."""
    return {name: app for name, app in get_commands().items() if app in ("authoring", "publishing")}


def leads_somewhere(document: Path, link: str) -> bool:
    """Whether a link between documents resolves; addresses of other sites are believed."""
    if re.match(r"[a-z]+:", link):
        return True
    path, _, fragment = link.partition("#")
    target = (document.parent / path).resolve() if path else document
    return target.exists() and (not fragment or fragment in anchors(target))


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    titles = HEADING.findall(document.read_text())
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
