"""Django's own checks, with the variables that each shape and side would have in production."""

import os
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from config.local.place import ROOT

SHAPES = {
    "single": ("all",),
    "split": ("authoring", "publishing"),
    "distributed": ("authoring", "publishing"),
}
NOWHERE = "postgres://nobody:nothing@127.0.0.1:1/nowhere"


def check() -> int:
    """How many of the checks failed, after printing what they said."""
    deploy = ("check", "--deploy", "--fail-level", "WARNING")
    runs: list[tuple[str, ...]] = [
        (shape, side, *deploy) for shape, sides in SHAPES.items() for side in sides
    ]
    runs.append(("single", "all", "makemigrations", "--check", "--dry-run"))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sum(pool.map(lambda run: _fails(*run), runs))


def _fails(shape: str, side: str, *command: str) -> bool:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *command],
        cwd=ROOT,
        env=os.environ | _production(shape, side),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"{shape}, {side}: {' '.join(command)}\n{done.stdout}{done.stderr}", file=sys.stderr)
    return bool(done.returncode)


def _production(shape: str, side: str) -> dict[str, str]:
    return {
        "CMS_SHAPE": shape,
        "CMS_SIDE": side,
        "DEBUG": "off",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "example.org",
        "SITE_URL": "https://example.org",
        "AUTHORING_URL": "https://authoring.example.org",
        "WRITE_DATABASE_URL": NOWHERE if side != "publishing" else "",
        "READ_DATABASE_URL": NOWHERE if side == "publishing" else "",
        "BROKER_URL": "" if shape == "single" else "redis://127.0.0.1:1/0",
        "MEDIA_BUCKET": "pictures" if shape == "distributed" else "",
    }
