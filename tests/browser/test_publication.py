"""A writer and a reader, each in a real browser."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import Browser, sync_playwright

from authoring.models import Site
from authoring.services import site
from cms.databases import READ, WRITE
from tests.pipeline import machines
from tests.pipeline.builders import live, pump
from tests.servers import running

# Playwright keeps an event loop in this thread, which the ORM takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=[WRITE, READ]),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: install the package chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module", autouse=True)
def _stylesheets(django_db_setup: None) -> None:
    command = [str(machines.BIN / "python"), "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(command, env=machines.environment("all"), check=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_reader_without_javascript_reads_searches_and_never_scrolls_sideways(browser, width, scheme):
    table = "| a | b | c |\n|---|---|---|\n" + "| averylongcellwithoutspaces | x | y |\n" * 3
    code = "```python\n" + "x = 'a very long line of code that does not fit'  " * 4 + "\n```\n"
    site.save_site(Site(name="Fair Copy", description="Kept promises."), now=timezone.now())
    live(
        title="On marmalade", slug="marmalade", body=f"Oranges.\n\n{table}\n\n{code}\n\n[^1]\n\n[^1]: A note."
    )
    pump()
    with machines.web("publishing") as address:
        page = browser.new_page(
            viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=False
        )
        wrong = _failures(page)
        page.goto(address + "/")
        page.get_by_role("link", name="On marmalade").first.click()
        assert page.locator("h1").inner_text() == "On marmalade"
        assert _sideways(page) is False
        page.goto(address + "/search/?q=oranges")
        assert page.locator("mark").first.inner_text() == "Oranges"
        assert _sideways(page) is False
        page.close()
    assert wrong == []


def test_writer_publishes_in_the_admin_and_a_reader_sees_it(browser):
    running().broker.flush()
    get_user_model().objects.create_superuser("chief", password="correct horse")
    with (
        machines.web("authoring") as desk,
        machines.web("publishing") as address,
        machines.worker("authoring"),
        machines.worker("publishing"),
        machines.beat("authoring"),
    ):
        page = browser.new_page()
        page.goto(desk + "/admin/login/")
        page.fill("[name=username]", "chief")
        page.fill("[name=password]", "correct horse")
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/admin/")
        page.goto(desk + "/admin/authoring/article/add/")
        page.fill("[name=title]", "Written in a browser")
        page.fill("[name=slug]", "written-in-a-browser")
        page.fill("[name=body]", f"Some *words*. ![and a long address](/media/{'0' * 64}.1600.webp)")
        page.locator("[name=_publish]").first.click()
        seen = page.get_by_role("link", name="View on site").get_attribute("href", timeout=20_000)
        page.set_viewport_size({"width": 390, "height": 844})
        assert not _sideways(page)
        # It may not be there yet: then the page says so, and comes by itself.
        page.goto(seen.replace(seen.split("/written")[0], address))
        page.get_by_role("heading", name="Written in a browser", level=1).wait_for()
        page.close()


def _failures(page: Any) -> list[str]:
    """What fails to load, or breaks the content security policy, from now on."""
    found: list[str] = []
    page.on("requestfailed", lambda request: found.append(request.url))
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    return found


def _sideways(page: Any) -> bool:
    """Whether the page is wider than its window."""
    root = "document.documentElement"
    return bool(page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"))
