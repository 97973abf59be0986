"""Windows of a browser in which writers work, and what they do there that no key does."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connections
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, Page

from authoring.models import Article
from cms.databases import WRITE
from tests.pipeline import machines

DROP = """(area, encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "press.png", { type: "image/png" }));
    area.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""
"""A picture is dropped on the text: its bytes in base64."""

SELECT = """(frame, wanted) => {
    const view = frame.contentDocument;
    const walker = view.createTreeWalker(view.querySelector(".prose"), NodeFilter.SHOW_TEXT);
    let last = null;
    while (walker.nextNode()) if (walker.currentNode.data.includes(wanted)) last = walker.currentNode;
    const range = view.createRange();
    range.setStart(last, last.data.indexOf(wanted));
    range.setEnd(last, last.data.indexOf(wanted) + wanted.length);
    view.getSelection().removeAllRanges();
    view.getSelection().addRange(range);
}"""
"""The last place that says something is selected, in the frame of a review."""


@contextmanager
def desk(browser: Browser, address: str, who: Any, **options: Any) -> Iterator[Any]:
    """Windows of a browser in which somebody is logged in."""
    client = Client()
    client.force_login(who)
    window = browser.new_context(viewport={"width": 1400, "height": 900}, base_url=address, **options)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    window.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])
    try:
        yield window
    finally:
        # A page that is left saves what was typed: the tables are emptied only when that is over.
        window.set_offline(True)
        machines.until(_nobody_writes, "the last save is over")
        window.close()


def _nobody_writes() -> bool:
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return bool(cursor.fetchone()[0] == 0)


def opened(window: Any, one: Article | None = None) -> Page:
    """A page on which an article, or a new one, is written."""
    page: Page = window.new_page()
    page.goto(f"/admin/authoring/article/{f'{one.pk}/change' if one else 'add'}/")
    return page


def body(page: Page) -> str:
    return page.locator("#id_body").input_value()


def png() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(drawn, "PNG")
    return drawn.getvalue()
