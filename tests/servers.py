"""Real servers for the tests: two Postgres clusters and a broker, on free ports, gone at the end."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from config.local import Broker, Postgres, scratch_folder, start_together

EXTENSIONS = ("unaccent", "pg_trgm", "hstore", "btree_gin")

_running = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Before Django reads its settings: they name the servers."""
    if "--help" not in os.environ.get("PYTEST_ADDOPTS", ""):
        os.environ.update(_running.enter_context(servers()))


def pytest_unconfigure() -> None:
    _running.close()


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """Start the servers and yield the environment that names them."""
    with scratch_folder() as folder:
        write, read = (Postgres(folder / name, durable=False) for name in ("write", "read"))
        broker = Broker(folder / "broker")
        start_together(write, read, broker)
        try:
            for cluster in (write, read):
                _create_extensions(cluster)
            yield _environment(folder, write, read, broker)
        finally:
            broker.stop()
            for cluster in (write, read):
                cluster.stop(mode="immediate")


def _create_extensions(cluster: Postgres) -> None:
    with psycopg.connect(cluster.url(database="template1"), autocommit=True) as connection:
        for extension in EXTENSIONS:
            connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")


def _environment(folder: Path, write: Postgres, read: Postgres, broker: Broker) -> dict[str, str]:
    media = folder / "media"
    media.mkdir(exist_ok=True)
    return {
        "CMS_SIDE": "all",
        "CMS_SHAPE": "split",
        "DEBUG": "off",
        "SECRET_KEY": "only for tests, fifty characters and more of no secrecy at all",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
        "SITE_URL": "http://testserver",
        "AUTHORING_URL": "http://testserver",
        "WRITE_DATABASE_URL": write.url(database="imprint_write"),
        "READ_DATABASE_URL": read.url(database="imprint_read"),
        "BROKER_URL": broker.url,
        "MEDIA_ROOT": str(media),
        "API_THROTTLE": "",
        "LOG_LEVEL": "WARNING",
    }
