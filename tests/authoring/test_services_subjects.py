"""Tags, authors, plain pages and the site; and the articles that follow them."""

import datetime as dt
import json

import pytest
from django.core.exceptions import ValidationError

from authoring.models import Author, PlainPage, ReservedPath, Restatement, Site, Tag
from authoring.services import articles, rights, site, subjects
from authoring.services.paths import SlugTaken
from authoring.services.subjects import InUse
from tests.authoring.builders import NOW, article, author, live, messages, picture, tag, text, writer

LATER = NOW + dt.timedelta(hours=1)


def state(kind: str) -> dict:
    return json.loads(messages(kind)[-1].message)["state"]


def test_a_renamed_tag_reaches_every_live_article_that_carries_it():
    systems = tag()
    carries, draft = live("Carries", tags=(systems.pk,)), article("Draft", tags=(systems.pk,))
    live("Other")
    systems.name, systems.slug = "Machines", "machines"
    subjects.save_tag(systems, now=LATER)

    assert subjects.restate_some(now=LATER) == 1
    assert subjects.restate_some(now=LATER) == 0

    carries.refresh_from_db()
    draft.refresh_from_db()
    assert (carries.version, draft.version) == (2, 0)
    assert state("article")["tags"] == [
        {"key": str(systems.pk), "name": "Machines", "path": "/tags/machines/"}
    ]
    assert state("article")["updated_at"] == "2026-03-01T12:00:00+00:00"
    assert state("tag")["former_paths"] == ["/tags/systems/"]


def test_a_new_description_restates_no_article():
    systems = tag()
    live(tags=(systems.pk,))
    systems.description = "New."

    subjects.save_tag(systems, now=LATER)

    assert not Restatement.objects.exists()
    assert [message.version for message in messages("tag")] == [1, 2]


def test_what_is_said_about_a_picture_reaches_the_articles_that_show_it():
    shown, other = picture(), picture()
    hero = live("Hero", hero=shown.pk)
    body = live("Body", body=f"![x](/media/{shown.digest}.800.webp)")
    live("Other", hero=other.pk)
    shown.alt = "A drawing of two sides"

    subjects.describe(shown)
    subjects.restate_some(now=LATER)

    hero.refresh_from_db()
    body.refresh_from_db()
    assert (hero.version, body.version, len(messages())) == (2, 2, 5)
    assert {json.loads(one.message)["state"]["title"] for one in messages()[3:]} == {"Hero", "Body"}


def test_a_tag_that_articles_carry_is_not_deleted():
    systems = tag()
    article(tags=(systems.pk,))

    with pytest.raises(InUse, match="Articles carry “Systems”"):
        subjects.delete_tag(systems.pk, now=NOW)

    assert Tag.objects.count() == 1
    assert len(messages("tag")) == 1


def test_a_deleted_tag_leaves_a_tombstone_and_its_path():
    systems = tag()

    subjects.delete_tag(systems.pk, now=NOW)

    assert (messages("tag")[-1].type, messages("tag")[-1].version) == ("tag.withdrawn", 2)
    with pytest.raises(SlugTaken):
        tag("Another", "systems")


@pytest.mark.parametrize("slug", ["it", "search", "media"])
def test_words_that_are_reserved_at_the_root_may_be_tags(slug):
    assert tag("Name", slug).slug == slug


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"slug": "two words"}, "slug"),
        ({"slug": "systems"}, "slug"),
        ({"slug": "x" * 101}, "slug"),
        ({"name": "\u202e\u200b"}, "name"),
    ],
)
def test_bad_tags_are_refused_by_field(fields, field):
    tag()

    with pytest.raises(ValidationError) as caught:
        tag(**{"name": "Other", "slug": "other", **fields})

    assert list(caught.value.message_dict) == [field]
    assert Tag.objects.count() == 1


def test_an_author_and_a_tag_may_share_a_slug():
    tag("Ines", "ines")
    author("Ines", "ines")

    assert Author.objects.count() == Tag.objects.count() == 1


def test_a_plain_page_is_told_only_while_it_is_public():
    page = site.save_page(PlainPage(title="About", slug="about", body="Old"), now=NOW)
    assert messages("page") == []

    site.publish_page(page.pk, now=NOW)
    page.body = "New"
    site.save_page(page, now=LATER)
    assert (state("page")["body"], page.version) == ("New", 2)

    site.withdraw_page(page.pk, now=LATER)
    assert state("page") == {"paths": ["/about/"]}


def test_a_page_and_an_article_cannot_share_an_address():
    article("About", "about")

    with pytest.raises(SlugTaken):
        site.save_page(PlainPage(title="About", slug="about"), now=NOW)

    assert not PlainPage.objects.exists()


def test_a_page_that_is_not_public_cannot_be_withdrawn():
    page = site.save_page(PlainPage(title="About", slug="about"), now=NOW)

    with pytest.raises(articles.NotPublished):
        site.withdraw_page(page.pk, now=NOW)

    assert messages("page") == []


def test_a_deleted_page_keeps_its_public_path():
    page = site.save_page(PlainPage(title="About", slug="about"), now=NOW)
    site.publish_page(page.pk, now=NOW)

    site.delete_page(page.pk, now=NOW)

    assert ReservedPath.objects.get(kind="page").is_public
    assert messages("page")[-1].type == "page.withdrawn"


def test_the_site_is_told_with_every_save():
    site.save_site(Site(name="Fair Copy", navigation=[{"label": "About", "url": "/about/"}]), now=NOW)
    site.save_site(Site(name="Fairer Copy"), now=NOW)

    assert [message.version for message in messages("site")] == [1, 2]
    assert (state("site")["name"], Site.objects.count()) == ("Fairer Copy", 1)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "about", "", "data:text/html,x"])
def test_a_navigation_that_leads_nowhere_is_refused(url):
    with pytest.raises(ValidationError) as caught:
        site.save_site(Site(name="Fair Copy", navigation=[{"label": "x", "url": url}]), now=NOW)

    assert list(caught.value.message_dict) == ["navigation"]
    assert messages("site") == []


def test_a_writer_may_edit_what_is_theirs():
    jonas = writer()
    name = author("Jonas", user=jonas)
    own, signed, other = article("Own", by=jonas), article("Signed", authors=(name.pk,)), article("Other")

    assert [rights.may_edit(jonas, one) for one in (own, signed, other)] == [True, True, False]


def test_roles_that_somebody_changed_are_left_alone():
    jonas = writer()
    jonas.groups.get().permissions.clear()

    rights.create_missing_roles()

    assert not jonas.groups.get().permissions.exists()


def test_a_slug_that_only_a_draft_had_never_redirects():
    one = live("A", "a")
    articles.save_draft(one.pk, text("A", "never-public"))
    articles.save_draft(one.pk, text("A", "b"))
    articles.publish(one.pk, now=LATER)

    assert state("article")["former_paths"] == ["/a/"]


def test_focus_of_a_picture_is_kept_in_tenths_and_reaches_readers():
    shown = picture()
    live("Hero", hero=shown.pk)
    shown.focus_x, shown.focus_y = 34, 100

    subjects.describe(shown)
    subjects.restate_some(now=LATER)

    hero = json.loads(messages()[-1].message)["state"]["hero"]
    assert (hero["focus_x"], hero["focus_y"]) == (30, 100)


def test_focus_outside_the_picture_is_refused():
    shown = picture()
    shown.focus_y = 101

    with pytest.raises(ValidationError) as refusal:
        subjects.describe(shown)

    assert list(refusal.value.message_dict) == ["focus_y"]
    shown.refresh_from_db()
    assert shown.focus_y == 50
