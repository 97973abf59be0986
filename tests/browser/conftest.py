"""A browser and a publication in it, each started once for all tests of a module."""

import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from cms.databases import READ
from cms.events import Link, Picture
from tests.pipeline import machines
from tests.publishing.builders import (
    author,
    by,
    days,
    plain_page,
    published,
    show,
    site,
    tag,
    tagged,
    withdrawn,
)
from tests.servers import running

# Playwright keeps an event loop in this thread, which the ORM takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

PICTURE = Picture(digest="ab" * 32, width=1600, height=900, widths=(640, 1600), alt="A press", credit="Ada")

LONG = "".join(
    f"## Section {number}\n\nWith a [link](/about/). "
    + f"Words about *section* {number}, not one too many. " * 40
    + "\n\n"
    for number in range(1, 6)
)
BODY = f"""
The beginning.[^1]

{LONG}
> [!WARNING]
> Mind the `gap`.

> A quotation.

```python
def press(paper, ink="black"):  # {"a long line that no telephone can show " * 4}
    return paper + ink
```

| Kind | Face | Size | Characters | Lines |
|:--|:--|--:|--:|--:|
| averyveryverylongcellwithoutanyspaces | anotherlongcellwithoutanyspaces | 11 | 62 | 35 |

- [x] done

Term
: What it means.

[^1]: Where it was read.
"""

RIGHT_TO_LEFT = """
نص قصير.[^1]

> اقتباس

- واحد

```python
print("left to right")
```

[^1]: حاشية
"""
WIDE = "Ein " + "sehr" * 60 + "langes Wort, `" + "a_name_" * 30 + "` und https://example.org/" + "weg/" * 40


@pytest.fixture(scope="module")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """Gone with its module, and the connections with it that were opened beside its event loop."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: install the package chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()
        machines.reconnect()


@pytest.fixture(scope="session")
def stylesheets(django_db_setup: None) -> None:
    """Static files where web processes look for them; those of readers compressed, as a release does it."""
    python, environment = str(machines.BIN / "python"), machines.environment("all")
    command = [python, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(command, env=environment, check=True)
    compress = [python, "-m", "whitenoise.compress", "--quiet", f"{environment['STATIC_ROOT']}/cms"]
    subprocess.run(compress, check=True)


@pytest.fixture(scope="module")
def publication(django_db_setup: None, django_db_blocker: Any, stylesheets: None) -> Iterator[str]:
    """The address of a public site on which every kind of page can be seen."""
    _draw_pictures(running().folder / "media")
    with django_db_blocker.unblock():
        _publish()
        try:
            with machines.web("publishing") as address:
                yield address
        finally:
            _forget()


@pytest.fixture(scope="module")
def address(django_db_setup: None, stylesheets: None) -> Iterator[str]:
    with machines.web("authoring") as started:
        yield started


@pytest.fixture
def fresh_address(stylesheets: None) -> Iterator[str]:
    """Of a process of its own: one that outlives a test remembers rows that its end took away."""
    with machines.web("authoring") as started:
        yield started


@pytest.fixture
def chief() -> Any:
    return get_user_model().objects.create_superuser("chief", password="correct horse")


def _publish() -> None:
    facts = {"authors": by("ada"), "tags": tagged("ink", "paper")}
    show(
        site(
            navigation=(Link(label="Ink", url="/tags/ink/"), Link(label="About", url="/about/")),
            footer="© *Ada*",
            logo=PICTURE,
        ),
        tag("ink", description="All about **ink**."),
        tag("paper", description="What it stands on."),
        author("ada", description="Ada *prints*.", picture=PICTURE),
        plain_page("about", body="Who we are.\n\n```sql\nSELECT 1\n```\n"),
        published(key="long", title="A long article", body=BODY, published_at=days(40), **facts),
        published(
            key="hero", title="An article with a picture", hero=PICTURE, published_at=days(41), **facts
        ),
        published(
            key="ja",
            title="日本語の長い見出しがここに入ります",
            body="本文です。",
            language="ja",
            published_at=days(39),
        ),
        published(key="ar", title="ورق وحبر", body=RIGHT_TO_LEFT, language="ar", published_at=days(38)),
        published(
            key="wide",
            path="/de/wide/",
            title="Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
            summary="Rechtsschutzversicherungsgesellschaftenangestelltenverzeichnis.",
            body=WIDE,
            language="de",
            published_at=days(37),
            translation="group",
        ),
        published(
            key="narrow", path="/narrow/", title="Narrow", published_at=days(36), translation="group", **facts
        ),
        published(key="gone"),
        withdrawn(version=2, key="gone"),
        *(
            published(key=f"a{number}", title=f"Article {number}", published_at=days(number), **facts)
            for number in range(25)
        ),
    )


def _draw_pictures(folder: Path) -> None:
    for width in PICTURE.widths:
        drawn = io.BytesIO()
        Image.new("RGB", (width, round(width * 9 / 16)), "#1d6670").save(drawn, "webp")
        (folder / f"{PICTURE.digest}.{width}.webp").write_bytes(drawn.getvalue())


def _forget() -> None:
    """Every row of publishing's tables: nobody's transaction takes them away."""
    with connections[READ].cursor() as cursor:
        names = [
            name for name in connections[READ].introspection.table_names(cursor) if "publishing_" in name
        ]
        cursor.execute(f"TRUNCATE {', '.join(names)}")
    connections[READ].close()
