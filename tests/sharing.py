"""How the tests are shared out among processes."""

import argparse
import os
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Tests of each place share something that takes long to make: one process runs them all.
TOGETHER = (
    "tests/browser/test_pages.py",
    "tests/browser/",
    "tests/config/test_local_run.py",
    "tests/config/test_local_servers.py",
    "tests/pipeline/test_deployments.py::test_single",
    "tests/pipeline/test_rabbitmq.py",
    "tests/pipeline/test_replicas.py",
)


class Sharing(LoadScopeScheduling):
    """A test goes to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    return Sharing(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    return how_many(config.known_args_namespace)


def hands_out(options: argparse.Namespace) -> bool:
    """Whether this process runs no tests itself."""
    if "PYTEST_XDIST_WORKER" in os.environ or options.usepdb:
        return False
    wanted = options.numprocesses
    return bool(how_many(options) if wanted == "auto" else wanted)


def how_many(options: argparse.Namespace) -> int:
    """Processes that share the tests; none for a file or a word, where starting them would take longest.

    One more than there are cores, because many tests wait for processes that start.
    """
    whole = not options.keyword and all(Path(name).is_dir() for name in options.file_or_dir)
    return len(os.sched_getaffinity(0)) + 1 if whole else 0
