"""Pages of the desk, as the demo's people have them before them: for `bench.pictures`."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page

# Playwright keeps an event loop in this thread, which the ORM takes for asynchronous code.
os.environ.update(DJANGO_ALLOW_ASYNC_UNSAFE="true")

BASE = "/admin/authoring/article/"
FURNITURE, STYLE, PROOF = "the-furniture-of-a-page", "notes-towards-a-house-style", "what-a-proof-is-for"


class Shot(NamedTuple):
    """One picture: whose desk, which page, and what is done there first."""

    name: str
    who: str
    path: Callable[[], str]
    prepare: Callable[[Page], None] = lambda page: None
    width: int = 1280
    height: int = 860
    scale: float = 1.25


def pages(browser: Browser, address: str, scheme: str = "light") -> Iterator[tuple[str, Page]]:
    """Each page of the desk, ready to be taken, with the name of its picture."""
    for shot in SHOTS:
        context = browser.new_context(
            base_url=address,
            viewport={"width": shot.width, "height": shot.height},
            device_scale_factor=shot.scale,
            color_scheme="dark" if scheme == "dark" else "light",
        )
        context.add_cookies([{"name": _cookie(), "value": _session(shot.who), "url": address}])
        page = context.new_page()
        page.goto(shot.path(), wait_until="networkidle")
        shot.prepare(page)
        page.wait_for_load_state("networkidle")
        yield shot.name, page
        context.close()


def _cookie() -> str:
    from django.conf import settings

    return str(settings.SESSION_COOKIE_NAME)


def _session(who: str) -> str:
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client()
    client.force_login(
        get_user_model().objects.get(username=who), "django.contrib.auth.backends.ModelBackend"
    )
    return client.cookies[_cookie()].value


def _article(slug: str) -> Any:
    from authoring.models import Article

    return Article.objects.get(latest_revision__slug=slug)


def _page_of(slug: str, rest: str) -> Callable[[], str]:
    return lambda: f"{BASE}{_article(slug).pk}/{rest}"


def _clash() -> str:
    """Two people change the same sentence; the address where the later one settles it."""
    from django.contrib.auth import get_user_model

    from authoring.services import articles, conflicts
    from authoring.services.texts import text_of

    people = get_user_model().objects
    article = _article(PROOF)
    before = text_of(article.latest_revision)
    began = article.latest_revision.number
    theirs = replace(
        before, body=before.body.replace("What came back was either a signature", "Back came a signature")
    )
    mine = replace(
        before,
        body=before.body.replace("What came back was either a signature", "It returned with a signature"),
    )
    articles.save_draft(article.pk, theirs, by=people.get(username="publisher"))
    kept = conflicts.set_aside(article.pk, mine, by=people.get(username="editor"), based_on=began)
    return f"{BASE}{article.pk}/settle/{kept.number}/"


def _preview(page: Page) -> None:
    page.get_by_role("button", name="Preview beside the text").click()
    page.frame_locator("iframe[title=Preview]").locator(".prose").wait_for()
    page.wait_for_timeout(500)


SHOTS = (
    Shot("desk", "editor", lambda: "/admin/"),
    Shot("admin", "publisher", lambda: BASE),
    Shot("editor", "editor", _page_of(FURNITURE, "change/"), _preview),
    Shot("diff", "editor", _page_of(FURNITURE, "compare/?from=1&to=4")),
    Shot("review", "publisher", _page_of(STYLE, "review/")),
    Shot("calendar", "publisher", lambda: "/admin/authoring/scheduledchange/calendar/"),
    Shot("conflict", "editor", _clash),
    Shot("desk-phone", "author", lambda: "/admin/", width=390, height=844, scale=2),
)
