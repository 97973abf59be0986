"""The write API's tags, authors, pages, site and pictures."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from authoring.models import Author, Picture, PlainPage, Site, Tag
from authoring.services import site
from tests.authoring.builders import NOW, administrator, article, editor, messages, picture, tag, writer
from tests.authoring.test_admin_others import png
from tests.authoring.test_api_articles import Caller

API = "/api/authoring/v1/"


@pytest.mark.parametrize(("kind", "model"), [("tag", Tag), ("author", Author)])
def test_tags_and_authors_are_created_changed_and_deleted(kind, model):
    call, shown = Caller(editor()), picture()

    made = call("POST", f"{API}{kind}s/", {"name": "Systems", "slug": "systems", "picture": str(shown.pk)})
    address = f"{API}{kind}s/{made.json()['id']}/"
    changed = call("PATCH", address, {"name": "Machines"})

    assert (made.status_code, made.json()["version"]) == (201, 1)
    assert (changed.json()["name"], changed.json()["version"], changed.json()["picture"]) == (
        "Machines",
        2,
        str(shown.pk),
    )
    assert call("PUT", address, {"name": "M", "slug": "m"}).json()["picture"] is None
    assert [row["name"] for row in call("GET", f"{API}{kind}s/").json()] == ["M"]
    assert call("DELETE", address).status_code == 204
    assert not model.objects.exists()
    assert messages(kind)[-1].type == f"{kind}.withdrawn"


def test_a_tag_in_use_is_at_odds_with_being_deleted():
    systems = tag()
    article(tags=(systems.pk,))

    response = Caller(editor())("DELETE", f"{API}tags/{systems.pk}/")

    assert (response.status_code, response.json()) == (409, {"detail": "Articles carry “Systems”."})
    assert Tag.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"slug": "systems"}, "slug"),
        ({"colour": "red"}, "colour"),
        ({"picture": "3f2504e0-4f89-41d3-9a0c-0305e82c3301"}, "picture"),
        ({"description": "x" * 20_001}, "description"),
    ],
)
def test_bad_tags_are_refused_on_their_field(typed, field):
    tag()

    response = Caller(editor())("POST", f"{API}tags/", {"name": "Other", "slug": "other", **typed})

    assert (response.status_code, list(response.json())) == (400, [field])
    assert Tag.objects.count() == 1


def test_a_writer_reads_tags_and_changes_none():
    systems, call = tag(), Caller(writer())

    assert [row["slug"] for row in call("GET", f"{API}tags/").json()] == ["systems"]
    assert call("PATCH", f"{API}tags/{systems.pk}/", {"name": "x"}).status_code == 403
    assert call("POST", f"{API}authors/", {"name": "x", "slug": "x"}).status_code == 403
    assert call("GET", f"{API}site/").status_code == 403
    systems.refresh_from_db()
    assert systems.name == "Systems"


def test_a_plain_page_goes_through_its_life():
    call = Caller(editor())
    address = f"{API}pages/{call('POST', f'{API}pages/', {'title': 'About', 'slug': 'about'}).json()['id']}/"

    assert call("POST", f"{address}withdraw/").status_code == 409
    assert call("POST", f"{address}publish/").json() == {"version": 1}
    assert call("PATCH", address, {"body": "Hi"}).json() | {"id": 0, "changed_at": 0} == {
        "id": 0,
        "version": 2,
        "title": "About",
        "slug": "about",
        "body": "Hi",
        "language": "en",
        "is_live": True,
        "changed_at": 0,
        "url": "http://testserver/about/",
    }
    assert call("POST", f"{address}withdraw/").status_code == 202
    assert call("DELETE", address).status_code == 204
    assert not PlainPage.objects.exists()


def test_the_site_is_changed():
    site.save_site(Site(name="Fair Copy", description="Kept"), now=NOW)
    navigation = [{"label": "About", "url": "/about/"}]

    response = Caller(administrator())("PATCH", f"{API}site/", {"navigation": navigation})

    assert response.json() == {
        "version": 2,
        "name": "Fair Copy",
        "description": "Kept",
        "navigation": navigation,
        "footer": "",
        "accent": "",
        "accent_dark": "",
        "logo": None,
    }


@pytest.mark.parametrize(
    "navigation",
    ["x", [1], [{"label": "x"}], [{"label": "x", "url": "javascript:x"}], [{"label": "\ud800", "url": "/"}]],
)
def test_a_navigation_that_is_none_is_refused(navigation):
    site.save_site(Site(name="Fair Copy"), now=NOW)

    response = Caller(administrator())("PATCH", f"{API}site/", {"navigation": navigation})

    assert (response.status_code, list(response.json())) == (400, ["navigation"])
    assert Site.objects.get().version == 1


def test_a_picture_is_uploaded():
    call = Caller(editor())

    response = call.client.post(
        f"{API}pictures/", {"file": SimpleUploadedFile("teal.png", png()), "alt": "Teal"}
    )

    assert response.status_code == 201
    assert (response.json()["name"], response.json()["width"], response.json()["alt"]) == (
        "teal.png",
        64,
        "Teal",
    )
    assert call("GET", f"{API}pictures/").json()["results"] == [response.json()]
    assert call("GET", f"{API}pictures/{response.json()['id']}/").json() == response.json()


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<html>", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused_on_its_field(content):
    call = Caller(editor())

    response = call.client.post(f"{API}pictures/", {"file": SimpleUploadedFile("x.png", content)})

    assert (response.status_code, list(response.json())) == (400, ["file"])
    assert not Picture.objects.exists()


def test_an_upload_that_is_none_is_refused():
    call = Caller(editor())

    assert call.client.post(f"{API}pictures/", {"alt": "x"}).json() == {"file": ["No file was submitted."]}
    assert call("POST", f"{API}pictures/", {"file": "x"}).status_code == 415
    broken = call.client.generic("POST", f"{API}pictures/", io.BytesIO(b"x").read(), "multipart/form-data")
    assert broken.status_code == 400
