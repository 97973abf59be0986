"""Real servers for the tests: two Postgres clusters and a broker, on free ports, gone at the end."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from config.local import Broker, Postgres, scratch_folder, start_together
from tests.sharing import hands_out

EXTENSIONS = ("unaccent", "pg_trgm", "hstore", "btree_gin")


@dataclass(frozen=True, kw_only=True)
class Servers:
    """What a session of tests runs on; a test may stop a server if it starts it again."""

    folder: Path
    write: Postgres
    read: Postgres
    broker: Broker


_running = ExitStack()
_servers: Servers | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Before Django reads its settings: they name the servers.

    Whoever runs tests has servers of its own; who only hands tests out to others names some and starts none.
    """
    global _servers
    started = not hands_out(early_config.known_args_namespace)
    _servers = _running.enter_context(servers(started=started))
    os.environ.update(environment(_servers))


def pytest_unconfigure() -> None:
    _running.close()


def running() -> Servers:
    """The servers of this session."""
    assert _servers
    return _servers


@contextmanager
def servers(*, started: bool = True) -> Iterator[Servers]:
    """Two clusters and a broker, on free ports, gone at the end."""
    with scratch_folder() as folder:
        write, read = (Postgres(folder / name, durable=False) for name in ("write", "read"))
        broker = Broker(folder / "broker", durable=False)
        if started:
            start_together(write, read, broker)
        try:
            if started:
                for cluster in (write, read):
                    _create_extensions(cluster)
            yield Servers(folder=folder, write=write, read=read, broker=broker)
        finally:
            broker.stop()
            for cluster in (write, read):
                cluster.stop(mode="immediate")


def _create_extensions(cluster: Postgres) -> None:
    with psycopg.connect(cluster.url(database="template1"), autocommit=True) as connection:
        for extension in EXTENSIONS:
            connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")


def environment(servers: Servers) -> dict[str, str]:
    """The variables of a process that has both sides, in the shape `split`."""
    media, static = servers.folder / "media", servers.folder / "static"
    for folder in (media, static):
        folder.mkdir(exist_ok=True)
    return {
        "CMS_SIDE": "all",
        "CMS_SHAPE": "split",
        "DEBUG": "off",
        "SECRET_KEY": "only for tests, fifty characters and more of no secrecy at all",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
        "SITE_URL": "http://testserver",
        "AUTHORING_URL": "http://testserver",
        "WRITE_DATABASE_URL": servers.write.url(database="imprint_write"),
        "READ_DATABASE_URL": servers.read.url(database="imprint_read"),
        "BROKER_URL": servers.broker.url,
        "MEDIA_ROOT": str(media),
        "STATIC_ROOT": str(static),
        "API_THROTTLE": "",
        "SUGGEST_THROTTLE": "",
        "LOG_LEVEL": "WARNING",
        # Pages name static files plainly: nothing has been collected.
        "STATIC_MANIFEST": "off",
    }
