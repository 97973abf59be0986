"""Where a run keeps its files, ports and passwords, and what each of its parts may know of them."""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.local.binaries import Binaries, find
from config.local.broker import Broker
from config.local.machine import (
    NotReady,
    can_reach,
    require_port,
    require_writable,
    server_user,
    shared_folder,
)
from config.local.postgres import SUPERUSER, Postgres
from config.local.roles import ROLES
from config.local.standby import Standby

ROOT = Path(__file__).resolve().parent.parent.parent
SECRETS = ("authoring_key", "publishing_key", "broker", SUPERUSER, *ROLES["write"], *ROLES["read"])
# What a shell may have exported for another installation must not reach this one.
FOREIGN = ("WRITE_DATABASE_URL", "READ_DATABASE_URL", "READ_REPLICA_URLS", "BROKER_URL", "MEDIA_BUCKET")


def number(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise NotReady(f"{variable} is {text!r}: it must be a port number, as in `{variable}={default}`.")
    return int(text)


MOST_REPLICAS = 8


def how_many(variable: str, most: int) -> int:
    text = os.environ.get(variable) or "0"
    if not text.isdecimal() or int(text) > most:
        raise NotReady(f"{variable} is {text!r}: it must be a number from 0 to {most}, as in `{variable}=2`.")
    return int(text)


@dataclass
class Place:
    folder: Path
    site_port: int
    authoring_port: int
    replicas: int = 0
    passwords: dict[str, str] = field(default_factory=dict)
    lock: IO[str] | None = None

    @classmethod
    def from_variables(cls) -> "Place":
        folder = (ROOT / Path(os.environ.get("IMPRINT_DATA") or ".data").expanduser()).resolve()
        ports = number("IMPRINT_PORT_SITE", 8000), number("IMPRINT_PORT_AUTHORING", 8001)
        return cls(folder, *ports, replicas=how_many("REPLICAS", MOST_REPLICAS))

    @property
    def site_url(self) -> str:
        return f"http://127.0.0.1:{self.site_port}"

    @property
    def authoring_url(self) -> str:
        return f"http://127.0.0.1:{self.authoring_port}"

    def claim(self) -> None:
        """Make the folder ours until we end, or raise NotReady."""
        require_writable(self.folder, "IMPRINT_DATA")
        if self.is_claimed():
            remedy = "stop it with Ctrl-C where it runs, or choose another folder with IMPRINT_DATA"
            raise NotReady(f"`make run` is already running on {self.folder}: {remedy}.")
        if self.site_port == self.authoring_port:
            both = f"IMPRINT_PORT_SITE and IMPRINT_PORT_AUTHORING are both {self.site_port}"
            raise NotReady(f"{both}: the public site and authoring need a port each.")
        require_port(self.site_port, "IMPRINT_PORT_SITE")
        require_port(self.authoring_port, "IMPRINT_PORT_AUTHORING")
        self.passwords = _passwords(self.folder / "secrets.json")

    def is_claimed(self) -> bool:
        """By somebody else; else it is ours from now on. The lock ends with its holder, however that ends."""
        self.lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.release()
            return True
        return False

    def release(self) -> None:
        if self.lock:
            self.lock.close()

    def servers(self) -> tuple[Postgres, Postgres, Broker]:
        """The write cluster, the read cluster and the broker. Two clusters: either may die alone."""
        binaries = find()
        folder = self._postgres_folder(binaries)
        password = self.passwords[SUPERUSER]
        write = Postgres(folder / "write", binaries=binaries, password=password)
        read = Postgres(folder / "read", binaries=binaries, password=password)
        return write, read, Broker(self.folder / "broker", password=self.passwords["broker"])

    def standbys(self, read: Postgres) -> list[Standby]:
        """Replicas of the read cluster, which runs. Copied anew each time: an old copy might not catch up."""
        found = [read.folder.with_name(f"replica{n}") for n in range(1, MOST_REPLICAS + 1)]
        for folder in found:
            shutil.rmtree(folder, ignore_errors=True)
        return [Standby(folder, read) for folder in found[: self.replicas]]

    def _postgres_folder(self, binaries: Binaries) -> Path:
        """By major version, as none reads another's files; elsewhere if its user cannot look into ours."""
        folder = self.folder
        if not can_reach(folder, server_user(folder / "none")):
            folder = shared_folder(f"imprint-{hashlib.sha256(bytes(folder)).hexdigest()[:12]}")
            print(f"The databases lie in {folder}: {self.folder} is closed to the user of Postgres.")
        return folder / f"postgres-{binaries.major}"


def _passwords(file: Path) -> dict[str, str]:
    """Made once."""
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    wanted = {name: secrets.token_urlsafe(48) for name in SECRETS} | known
    if wanted != known:
        write_private(file, json.dumps(wanted, indent=1))
    return wanted


def write_private(file: Path, text: str) -> None:
    """For our eyes only, from the first byte on, and whole or not at all."""
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(text)
    new.replace(file)


def environments(
    place: Place, write: Postgres, read: Postgres, broker: Broker, standbys: Sequence[Standby] = ()
) -> dict[str, dict[str, str]]:
    """The environment of each part: one that has no business with a server does not learn its password."""
    owner, desk = ({"WRITE_DATABASE_URL": write.url(role, "imprint_write")} for role in ROLES["write"])
    read_url = {role: _read_urls(role, read, standbys) for role in ROLES["read"]}
    wire = {"BROKER_URL": broker.url}
    authoring = {"EMAIL_HOST": "console"} | _side(place, "authoring") | desk | wire
    publishing = _side(place, "publishing")
    return {
        "prepare-authoring": authoring | owner,
        "prepare-publishing": publishing | read_url["imprint_publishing"] | wire,
        "authoring": authoring | {"PORT": str(place.authoring_port)},
        "site": publishing | read_url["imprint_site"] | {"PORT": str(place.site_port)},
        "worker-authoring": authoring,
        "worker-publishing": publishing | read_url["imprint_projector"] | wire,
        "beat-authoring": authoring,
        # Only because models want a database to be named; it may be the least of the roles.
        "beat-publishing": publishing | read_url["imprint_site"] | wire,
    }


def _read_urls(role: str, read: Postgres, standbys: Sequence[Standby]) -> dict[str, str]:
    replicas = ",".join(standby.url(role, "imprint_read") for standby in standbys)
    return {"READ_DATABASE_URL": read.url(role, "imprint_read"), "READ_REPLICA_URLS": replicas}


def _side(place: Place, side: str) -> dict[str, str]:
    bare = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return bare | {
        "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
        # Celery warns root of pickled messages; ours are JSON, and this is nobody's production.
        "PYTHONWARNINGS": "ignore:You're running the worker",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "CMS_SIDE": side,
        "CMS_SHAPE": "split",
        "DEBUG": "off",
        "SECRET_KEY": place.passwords[f"{side}_key"],
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "SITE_URL": place.site_url,
        "AUTHORING_URL": place.authoring_url,
        "MEDIA_ROOT": str(place.folder / "media"),
        "STATIC_ROOT": str(place.folder / "static" / side),
        "BEAT_SCHEDULE": str(place.folder / "beat-publishing"),
    }
