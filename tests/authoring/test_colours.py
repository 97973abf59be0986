"""The colours and the logo of a publication: what writers may choose, and what readers are told."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from authoring.models import OutboxMessage, Site
from authoring.services import site
from cms import colours
from tests.authoring.builders import NOW, administrator, article, picture
from tests.authoring.test_admin_articles import browser
from tests.authoring.test_api_articles import Caller

FORM = "/admin/authoring/site/1/change/"
TYPED = {"name": "Fair Copy", "description": "", "navigation": "", "footer": ""}


def told() -> dict:
    return json.loads(OutboxMessage.objects.latest("id").message)["state"]


def test_administrator_chooses_colours_and_a_logo():
    site.save_site(Site(name="Fair Copy"), now=NOW)
    mark = picture()

    browser(administrator()).post(
        FORM, TYPED | {"accent": "#17616A", "accent_dark": "#7cc4c4", "logo": str(mark.pk)}
    )

    state = told()
    assert (state["accent"], state["accent_dark"]) == ("#17616a", "#7cc4c4")
    assert state["logo"]["digest"] == mark.digest


@pytest.mark.parametrize(
    ("field", "colour", "reason"),
    [
        ("accent", "#f2836a", "Its contrast to the background is 2.5; 4.5 is needed. Take a darker one."),
        (
            "accent_dark",
            "#b93a1f",
            "Its contrast to the background is 3.1; 4.5 is needed. Take a lighter one.",
        ),
        ("accent", "teal", "Write a colour as #rrggbb, in small letters."),
        ("accent", "#fff}body", "Write a colour as #rrggbb, in small letters."),
    ],
)
def test_colour_that_cannot_be_read_or_is_none_is_refused(field, colour, reason):
    site.save_site(Site(name="Fair Copy"), now=NOW)

    with pytest.raises(ValidationError) as refused:
        site.save_site(Site(name="Fair Copy", **{field: colour}), now=NOW)

    assert refused.value.message_dict == {field: [reason]}
    assert Site.objects.get().version == 1


def test_form_says_why_a_colour_is_refused():
    site.save_site(Site(name="Fair Copy"), now=NOW)

    answer = browser(administrator()).post(FORM, TYPED | {"accent": "#ffcc00"})

    assert "Take a darker one." in answer.content.decode()
    assert Site.objects.get().version == 1


def test_api_sets_colours_and_logo_and_refuses_what_is_no_picture():
    site.save_site(Site(name="Fair Copy"), now=NOW)
    call, mark = Caller(administrator()), picture()

    done = call("PATCH", "/api/authoring/v1/site/", {"accent": "#17616a", "logo": str(mark.pk)})
    refused = call("PATCH", "/api/authoring/v1/site/", {"logo": "0b9c2a52-5b0e-4d4a-9d5a-0c1f5a7a1a11"})

    assert (done.json()["accent"], done.json()["logo"]) == ("#17616a", str(mark.pk))
    assert (refused.status_code, list(refused.json())) == (400, ["logo"])
    assert told()["logo"]["digest"] == mark.digest


def test_preview_has_the_colours_that_readers_get():
    site.save_site(Site(name="Fair Copy", accent="#17616a", accent_dark="#7cc4c4"), now=NOW)
    address = reverse("admin:authoring_article_preview", args=[article().pk])

    page = browser(administrator()).get(address).content.decode()

    assert f"<style>{colours.rules('#17616a', '#7cc4c4')}</style>" in page
    assert '<meta name="theme-color" content="#17616a" media="(prefers-color-scheme: light)">' in page
