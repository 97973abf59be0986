"""What the machine allows: ports, folders, users, and children that do not outlive us."""

import contextlib
import ctypes
import errno
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"
PR_SET_PDEATHSIG = 1
# Anybody may write there: what somebody else has laid there is neither run nor filled (see shared_folder).
SHARED = Path("/var/tmp")  # noqa: S108
# Loaded here, because nothing should be loaded between fork and exec.
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class NotReady(Exception):
    """The machine lacks something. The text is one sentence and the remedy."""


def free_port() -> int:
    """A port that nobody else is given for a minute: the kernel keeps it in TIME_WAIT, and servers may take it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((LOOPBACK, 0))
        probe.listen(1)
        port: int = probe.getsockname()[1]
        with socket.create_connection((LOOPBACK, port)) as caller:
            # Who closes first keeps the port.
            probe.accept()[0].close()
            caller.recv(1)
        return port


def require_port(port: int, variable: str) -> None:
    """Raise NotReady unless we could listen on `port`, which `variable` changes."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            why = "is busy" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            other = f"{variable}={free_port()} make run"
            raise NotReady(
                f"Port {port} {why}: stop what holds it, or choose another, as in `{other}`."
            ) from None


def require_writable(folder: Path, variable: str) -> None:
    """Make `folder`, or raise NotReady."""
    try:
        # Root hands part of it to the server's user, who must be able to walk through.
        folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        remedy = f"make it writable, or choose another, as in `{variable}=~/imprint make run`"
        raise NotReady(f"The folder {folder} cannot be written ({error.strerror}): {remedy}.") from None


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A temporary folder that the server's user can walk through, unlike pytest's `tmp_path` under root."""
    folder = Path(tempfile.mkdtemp(prefix="imprint-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def server_user(folder: Path) -> pwd.struct_passwd | None:
    """Who runs Postgres on `folder`: None for ourselves; root, whom Postgres refuses, hands over."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and folder.stat().st_uid != 0:
        return pwd.getpwuid(folder.stat().st_uid)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NotReady("Postgres refuses to run as root: add a user `postgres`, or run this as an ordinary user.")


def run_as(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments for subprocess."""
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def give(path: Path, user: pwd.struct_passwd | None) -> None:
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)


def can_reach(path: Path, user: pwd.struct_passwd | None) -> bool:
    command = ["/bin/sh", "-c", 'test -x "$0"', str(path)]
    return subprocess.run(command, cwd="/", check=False, **run_as(user)).returncode == 0


def shared_folder(name: str) -> Path:
    """A folder of ours that every user can walk through, for when the checkout is closed to them."""
    folder = SHARED / name
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise NotReady(f"{folder} belongs to somebody else: remove it.")
    folder.chmod(0o755)
    return folder


def die_with_parent(with_signal: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel sends `with_signal` when we die, however we die. Linux only.

    The kernel watches the *thread* that starts the child, so children of short-lived threads go without.
    """
    if LIBC is None or threading.current_thread() is not threading.main_thread():
        return None
    return lambda: LIBC.prctl(PR_SET_PDEATHSIG, with_signal)
