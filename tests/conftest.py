"""Which side a test may see: tests of authoring open only the write database, of publishing only the read one."""

from pathlib import Path

import pytest

import config.celery  # noqa: F401  tasks are sent from tests as from requests
from cms.databases import READ, WRITE

FOLDERS = {
    "authoring": {WRITE},
    "publishing": {READ},
    "pipeline": {WRITE, READ},
    "browser": {WRITE, READ},
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = Path(item.path).relative_to(Path(__file__).parent).parts[0]
        allowed = FOLDERS.get(folder)
        if allowed is None:
            continue
        marker = item.get_closest_marker("django_db")
        if marker is None:
            item.add_marker(pytest.mark.django_db(databases=sorted(allowed)))
        elif not set(marker.kwargs.get("databases", [WRITE])) <= allowed:
            raise pytest.UsageError(f"{item.nodeid} asks for a database that tests/{folder} may not open.")
