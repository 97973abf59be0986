"""Make `.venv` from requirements.lock: a file on its own, which older Pythons can run too."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Not `venv.py`: run as a file, it would hide the module of that name.
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "requirements.sha256"


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036
        found = ".".join(str(number) for number in sys.version_info[:2])
        remedy = "install it, or name it, as in `make run PYTHON=/path/to/python3.11`"
        sys.exit(f"Python 3.11 or newer is needed, this is {found}: {remedy}.")
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    # It is a link: it does not exist when the Python that it was made from is gone.
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == digest:
        return
    try:
        _create()
        _install()
        STAMP.write_text(digest)
    except OSError as error:
        sys.exit(f"{VENV} cannot be written ({error.strerror}): make it writable, or clone elsewhere.")


def _works() -> bool:
    pip = [str(PYTHON), "-m", "pip", "--version"]
    return PYTHON.exists() and subprocess.run(pip, capture_output=True).returncode == 0


def _create() -> None:
    """A new environment, unless there is one that works."""
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        sys.exit(f"Python's venv feature is missing: on Debian and Ubuntu, `apt install {package}` adds it.")
    if not _works():
        shutil.rmtree(VENV, ignore_errors=True)
        print("Making .venv …", flush=True)
        venv.create(VENV, with_pip=True)


def _install() -> None:
    print("Installing what requirements.lock names …", flush=True)
    # Modules are compiled when they are first used: most never are.
    options = ["--quiet", "--disable-pip-version-check", "--no-compile", "--require-hashes"]
    if subprocess.run([str(PYTHON), "-m", "pip", "install", *options, "-r", str(LOCK)]).returncode:
        sys.exit("The packages could not be installed: pip says why above; is the package index reachable?")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped; the next run goes on from here.")
