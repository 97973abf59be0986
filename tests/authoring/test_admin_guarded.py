"""Tags, authors, plain pages and the site: two who save at once are told, and nothing typed is lost."""

from typing import Any

import pytest

from authoring.models import PlainPage, Site, Tag
from authoring.services import site, subjects
from tests.authoring.builders import NOW, administrator, author, editor, messages, tag
from tests.authoring.test_admin_articles import browser

ADMIN = "/admin/authoring/"


def page() -> PlainPage:
    return site.save_page(PlainPage(title="About", slug="about", language="en", body="Us."), now=NOW)


def publication() -> Site:
    links = [{"label": "About", "url": "/about/"}]
    return site.save_site(Site(name="Fair Copy", footer="©", navigation=links), now=NOW)


def shown(client: Any, row: Any) -> tuple[str, dict[str, Any]]:
    """The address of a row's form, and what a browser would send of it."""
    address = f"{ADMIN}{row._meta.model_name}/{row.pk}/change/"
    form = client.get(address).context["adminform"].form
    values = {name: form[name].field.prepare_value(form[name].value()) for name in form.fields}
    return address, {name: value for name, value in values.items() if value is not None}


CASES = {
    "tag": (tag, "description", "Theirs", subjects.save_tag),
    "author": (author, "description", "Theirs", subjects.save_author),
    "page": (page, "body", "Theirs", site.save_page),
    "site": (publication, "footer", "Theirs", site.save_site),
}


@pytest.mark.parametrize("case", CASES)
def test_a_save_that_meets_anothers_is_told_what_they_wrote_and_keeps_what_was_typed(case):
    make, field, theirs, save = CASES[case]
    row, client, jonas = make(), browser(administrator()), administrator(name="jonas")
    address, sent = shown(client, row)
    setattr(row, field, theirs)
    save(row, now=NOW, by=jonas)
    told = len(messages(case))

    met = client.post(address, {**sent, field: "Mine"})

    form = met.context["adminform"].form
    assert form.errors[field] == ["jonas wrote: Theirs"]
    assert form.non_field_errors()[0].startswith(f"jonas changed “{row}” while you were writing.")
    assert form[field].value() == "Mine"
    row.refresh_from_db()
    assert (getattr(row, field), len(messages(case))) == ("Theirs", told)

    again = client.post(address, {**sent, field: "Both", "began": form["began"].value()})

    assert again.status_code == 302
    row.refresh_from_db()
    assert getattr(row, field) == "Both"


def test_a_navigation_is_told_as_it_is_typed():
    row, client = publication(), browser(administrator())
    address, sent = shown(client, row)
    row.navigation = [{"label": "Ink", "url": "/tags/ink/"}]
    site.save_site(row, now=NOW, by=administrator(name="jonas"))

    form = client.post(address, {**sent, "name": "Mine"}).context["adminform"].form

    assert form.errors["navigation"] == ["jonas wrote: Ink | /tags/ink/"]
    assert form.errors["name"] == ["jonas wrote: Fair Copy"]


def test_what_they_wrote_is_escaped():
    row, client = tag(), browser(editor())
    address, sent = shown(client, row)
    row.description = "<script>alert(1)</script>"
    subjects.save_tag(row, now=NOW)

    page = client.post(address, {**sent, "description": "Mine"}).content.decode()

    assert "Somebody wrote: &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page


def test_publishing_meanwhile_and_sending_twice_are_no_clash():
    row, client = page(), browser(editor())
    address, sent = shown(client, row)
    site.publish_page(row.pk, now=NOW)

    assert client.post(address, {**sent, "body": "Mine"}).status_code == 302
    assert client.post(address, {**sent, "body": "Mine"}).status_code == 302
    assert PlainPage.objects.get().body == "Mine"


def test_who_does_not_say_what_they_began_with_saves_as_before():
    row = tag()
    stale = Tag.objects.get()
    row.description = "Theirs"
    subjects.save_tag(row, now=NOW)
    stale.description = "Mine"

    subjects.save_tag(stale, now=NOW)

    assert (Tag.objects.get().description, Tag.objects.get().version) == ("Mine", 3)


@pytest.mark.parametrize(
    "address",
    [
        "authoring/article/?q=%00",
        "authoring/article/?tag=%00",
        "authoring/article/?status=a%00",
        "authoring/tag/?q=%00",
        "authoring/outboxmessage/?state=%00",
        "auth/user/?q=%00",
        "authoring/picture/library/?q=%00",
        "authoring/article/?%00=1",
    ],
)
def test_a_null_character_in_a_query_is_refused(address):
    assert browser(editor(is_superuser=True)).get(f"/admin/{address}").status_code == 400
