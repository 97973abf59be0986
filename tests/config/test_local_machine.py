"""What a machine may lack is said in one sentence with the remedy."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.local import NotReady, find, free_port, packages, scratch_folder
from config.local.machine import SHARED
from config.local.place import Place, environments


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setenv("IMPRINT_PORT_SITE", str(free_port()))
    monkeypatch.setenv("IMPRINT_PORT_AUTHORING", str(free_port()))
    monkeypatch.delenv("IMPRINT_POSTGRES", raising=False)
    with scratch_folder() as folder:
        monkeypatch.setenv("IMPRINT_DATA", str(folder / "data"))
        yield monkeypatch


@pytest.fixture
def place() -> Iterator[Place]:
    """Claimed for the test."""
    place = Place.from_variables()
    place.claim()
    yield place
    place.release()


def claim() -> None:
    place = Place.from_variables()
    try:
        place.claim()
    finally:
        place.release()


def refusal() -> str:
    with pytest.raises(NotReady) as caught:
        claim()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_busy_port_names_the_variable_and_a_free_port(variables: pytest.MonkeyPatch):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        variables.setenv("IMPRINT_PORT_AUTHORING", str(port))
        said = refusal()
    assert said.startswith(
        f"Port {port} is busy: stop what holds it, or choose another, as in `IMPRINT_PORT_AUTHORING="
    )
    assert said.endswith(" make run`.")


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "8000.5", "²"])
def test_a_port_that_is_none_is_refused(variables: pytest.MonkeyPatch, text: str):
    variables.setenv("IMPRINT_PORT_SITE", text)
    assert (
        refusal()
        == f"IMPRINT_PORT_SITE is {text!r}: it must be a port number, as in `IMPRINT_PORT_SITE=8000`."
    )


def test_one_port_for_both_sides_is_refused(variables: pytest.MonkeyPatch):
    port = os.environ["IMPRINT_PORT_SITE"]
    variables.setenv("IMPRINT_PORT_AUTHORING", port)
    assert refusal() == (
        f"IMPRINT_PORT_SITE and IMPRINT_PORT_AUTHORING are both {port}: "
        "the public site and authoring need a port each."
    )


def test_a_folder_that_cannot_be_written_names_the_variable(variables: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "file").touch()
    variables.setenv("IMPRINT_DATA", str(tmp_path / "file" / "data"))
    assert refusal() == (
        f"The folder {tmp_path}/file/data cannot be written (Not a directory): "
        "make it writable, or choose another, as in `IMPRINT_DATA=~/imprint make run`."
    )


def test_a_second_run_on_one_folder_is_refused(place: Place):
    assert refusal() == (
        f"`make run` is already running on {place.folder}: "
        "stop it with Ctrl-C where it runs, or choose another folder with IMPRINT_DATA."
    )


def test_passwords_are_made_once_for_our_eyes_only(place: Place):
    place.release()
    again = Place.from_variables()
    again.claim()
    again.release()
    assert again.passwords == place.passwords
    assert len(set(place.passwords.values())) == len(place.passwords) == 9
    assert oct((place.folder / "secrets.json").stat().st_mode)[-3:] == "600"


def test_an_unknown_kind_of_postgres_is_refused(variables: pytest.MonkeyPatch):
    variables.setenv("IMPRINT_POSTGRES", "mysql")
    with pytest.raises(
        NotReady, match=r"^IMPRINT_POSTGRES is 'mysql': it must be embedded, system or auto\.$"
    ):
        find()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands over to another user")
def test_databases_lie_elsewhere_when_the_folder_is_closed_to_their_user(variables: pytest.MonkeyPatch):
    with scratch_folder() as folder:
        (folder / "closed").mkdir(mode=0o700)
        variables.setenv("IMPRINT_DATA", str(folder / "closed" / "data"))
        place = Place.from_variables()
        place.claim()
        write, _, broker = place.servers()
        place.release()
        elsewhere = write.folder.parent.parent
        assert elsewhere.is_relative_to(SHARED)
        assert place.servers()[0].folder == write.folder
        assert broker.folder == place.folder / "broker"
        elsewhere.rmdir()


def test_each_part_knows_only_the_servers_that_it_needs(place: Place):
    known = environments(place, *place.servers())
    named = {
        part: {
            name for name in ("WRITE_DATABASE_URL", "READ_DATABASE_URL", "BROKER_URL") if name in variables
        }
        for part, variables in known.items()
        if not part.startswith("prepare")
    }
    assert named == {
        "authoring": {"WRITE_DATABASE_URL", "BROKER_URL"},
        "site": {"READ_DATABASE_URL"},
        "worker-authoring": {"WRITE_DATABASE_URL", "BROKER_URL"},
        "worker-publishing": {"READ_DATABASE_URL", "BROKER_URL"},
        "beat-authoring": {"WRITE_DATABASE_URL", "BROKER_URL"},
        "beat-publishing": {"READ_DATABASE_URL", "BROKER_URL"},
    }
    assert known["site"]["SECRET_KEY"] != known["authoring"]["SECRET_KEY"]


def test_an_old_python_is_told_what_is_needed(variables: pytest.MonkeyPatch):
    variables.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(
        SystemExit, match=r"^Python 3\.11 or newer is needed, this is 3\.9: install it, or name it"
    ):
        packages.main()


def lacking(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **modules: Any) -> None:
    for name, path in {"VENV": "v", "STAMP": "v/stamp", "PYTHON": "v/bin/python"}.items():
        monkeypatch.setattr(packages, name, tmp_path / path)
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)


def test_a_python_without_venv_is_told_which_package_adds_it(variables: pytest.MonkeyPatch, tmp_path: Path):
    lacking(variables, tmp_path, ensurepip=None)
    with pytest.raises(
        SystemExit, match=r"^Python's venv feature is missing: .*`apt install python3\.\d+-venv`"
    ):
        packages.main()
    assert not (tmp_path / "v").exists()
