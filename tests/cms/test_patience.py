"""A question that nobody answers ends with patience, and its connection with it."""

import socket
import threading

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from cms.databases import READ
from cms.patience import LEAST, PatientConnection, ReaderConnection, _limit, one_patience, patience
from tests.servers import running


@pytest.fixture
def silent():
    """A connection to a server that says hello and nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=welcome, args=(server,), daemon=True)
        thread.start()
        port = server.getsockname()[1]
        with PatientConnection.connect(f"host=127.0.0.1 port={port} user=x dbname=x {PLAIN}") as connection:
            yield connection
        thread.join()


PLAIN = "sslmode=disable gssencmode=disable"
AUTHENTICATED, READY = b"R\0\0\0\x08\0\0\0\0", b"Z\0\0\0\x05I"


def welcome(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(AUTHENTICATED + READY)
        while connection.recv(1000):
            pass


@pytest.mark.parametrize("seconds", [0.0101, 0.0105, 0.0109])
def test_question_without_an_answer_ends_its_connection_so_that_nothing_waits_for_it_again(silent, seconds):
    with patience(seconds), pytest.raises(psycopg.OperationalError):
        silent.execute("SELECT 1")

    assert silent.closed


def test_what_was_waited_for_one_server_is_not_waited_for_the_next(silent):
    with patience(LEAST + 0.05):
        with one_patience(), pytest.raises(psycopg.OperationalError):
            silent.execute("SELECT 1")
        assert _limit.seconds == LEAST
        with one_patience():
            pass
        assert _limit.seconds == LEAST


@pytest.mark.django_db(databases=[READ])
def test_connections_that_a_restart_ended_cost_the_next_question_no_time():
    url, check = running().read.url(), ConnectionPool.check_connection
    with ConnectionPool(url, connection_class=ReaderConnection, min_size=3, check=check) as pool:
        pool.wait()
        mine = [connection.info.backend_pid for connection in pool._pool]
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s::int[]) AS pid", [mine])

        with pool.connection(timeout=0.8) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
