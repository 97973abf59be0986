"""A release whose templates differ: every page is rendered anew while readers read, also after a stop half-way."""

import gzip
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections

from cms.databases import READ, WRITE
from publishing.management.commands.render_pages import FEW
from publishing.models import Page, Rendering
from tests.pipeline import machines
from tests.pipeline.machines import until
from tests.pipeline.readers import Readers
from tests.publishing.builders import published, show, site
from tests.servers import running

pytestmark = pytest.mark.django_db(transaction=True, databases=[WRITE, READ])

ROOT = Path(__file__).parent.parent.parent
ARTICLES = 60
NEW = b"As the new release shows it."


@pytest.fixture
def newer(tmp_path) -> Path:
    """The code of another release: one template differs."""
    for folder in ("cms", "config", "publishing"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    template = tmp_path / "cms" / "templates" / "cms" / "article.html"
    text = template.read_text()
    assert "</article>" in text
    template.write_text(text.replace("</article>", f"<p>{NEW.decode()}</p></article>"))
    return tmp_path


def release(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "config.release"]
    return subprocess.Popen(command, cwd=folder, env=machines.environment("publishing"), stdout=-3, stderr=-3)


@contextmanager
def last_one_held() -> Iterator[None]:
    """Nobody may render what comes last: where the release gets to, and no further."""
    url = running().read.url(database=connections[READ].settings_dict["NAME"])
    with psycopg.connect(url) as connection:
        connection.execute(
            "SELECT FROM publishing_position WHERE ctid = (SELECT max(ctid) FROM publishing_position) FOR UPDATE"
        )
        yield


def test_release_renders_what_its_templates_changed_while_pages_are_served_and_goes_on_after_a_stop(newer):
    keys = [f"k{number}" for number in range(ARTICLES)]
    show(site(), *(published(key=key) for key in keys))
    call_command("render_pages", processes=1)
    with machines.web("publishing") as address, Readers(address, ["/k0/", "/k50/", "/"]) as readers:
        with last_one_held():
            stopped = release(newer)
            until(lambda: 0 < Rendering.objects.count() < ARTICLES, "some are rendered")
            stopped.kill()
            stopped.wait()
        assert 0 < len(renewed()) < ARTICLES

        assert release(newer).wait(60) == 0
        assert renewed() == {f"/{key}/" for key in keys}
        until(lambda: all(NEW in machines.get(f"{address}/{key}/")[1] for key in keys), "readers see it")

    assert {one.status for got in readers.got.values() for one in got} == {200}
    assert not Rendering.objects.exists()


def renewed() -> set[str]:
    pages = Page.objects.filter(content_type__startswith="text/html").values_list("path", "body")
    return {path for path, body in pages if NEW in gzip.decompress(body)}


def test_rendering_that_is_killed_leaves_no_process_behind():
    show(site(), *(published(key=f"k{number}") for number in range(FEW)))
    command = subprocess.Popen(
        [sys.executable, "manage.py", "render_pages", "--processes=2"],
        cwd=ROOT, env=machines.environment("publishing"), stdout=subprocess.PIPE, stderr=-3, start_new_session=True,
    )  # fmt: skip
    try:
        with last_one_held():
            until(lambda: 0 < Rendering.objects.count() < FEW, "it renders")
            command.kill()

            # Whoever is left would keep this open, and connections too.
            command.communicate(timeout=5)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(command.pid, signal.SIGKILL)
