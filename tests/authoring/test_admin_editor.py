"""What the editor asks while somebody writes."""

import io
import json
from typing import Any

import pytest
from PIL import Image

from authoring.models import Article, Picture, Site
from authoring.services import articles, autosaving, site
from tests.authoring.builders import NOW, article, author, editor, live, picture, tag, text, writer
from tests.authoring.test_admin_articles import browser, form_of

ADMIN = "/admin/authoring/"


def png(colour: str = "teal") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "PNG")
    file.seek(0)
    file.name = "a press.png"
    return file


def at(one: Article | None, what: str) -> str:
    return f"{ADMIN}article/{one.pk}/{what}/" if one else f"{ADMIN}article/{what}/"


def looked(user: Any, one: Article | None = None, **typed: Any) -> Any:
    answer = browser(user).post(at(one, "look"), form_of(**typed))
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    return answer.json()


def test_look_shows_the_page_as_readers_will_see_it_and_saves_nothing():
    site.save_site(Site(name="Fair Copy"), now=NOW)
    one = live("Hello", body="Old")

    said = looked(editor(), one, title="Hello there", body="Some *new* words.", revision="1")

    assert "<h1>Hello there</h1>" in said["page"]
    assert "<p>Some <em>new</em> words.</p>" in said["page"]
    assert "Readers do not see this page" not in said["page"]
    assert (said["words"], said["minutes"], said["slug"]) == (3, 1, "hello-there")
    assert said["search"]["title"] == "Hello there · Fair Copy"
    assert said["search"]["description"] == "Some new words."
    assert one.revisions.count() == 1


def test_look_shows_what_could_not_be_saved_yet():
    said = looked(writer(), title="", slug="not a slug", body="Half")

    assert "<p>Half</p>" in said["page"]
    assert said["warnings"][0] == {"field": "title", "sentence": "There is no title."}


def test_look_says_what_cannot_be_shown():
    said = looked(writer(), body="a\x0bb")

    assert said["page"] == ""
    assert said["warnings"] == [
        {"field": "body", "sentence": "Line 1 contains the character U+000B, which cannot be published."}
    ]


def test_card_shows_what_will_be_drawn_when_the_article_is_shared():
    hero, ada = picture(alt="A press"), author("Ada")
    site.save_site(Site(name="Fair Copy", accent="#1d6670"), now=NOW)

    said = looked(
        writer(),
        title="A long title",
        social_title="Short",
        summary="Why.",
        hero=str(hero.pk),
        authors=[str(ada.pk)],
    )

    assert said["social"] == {"title": "Short", "description": "Why.", "site": "Fair Copy", "picture": ""}
    assert said["card"] == {
        "title": "A long title",
        "byline": "Ada",
        "site": "Fair Copy",
        "accent": "#1d6670",
    }


def test_title_that_no_card_can_be_written_with_is_shared_by_its_picture():
    hero = picture()

    said = looked(writer(), title="日本語", hero=str(hero.pk))

    assert said["social"]["picture"] == f"/media/{hero.digest}.1600.webp"
    assert said["card"]["title"] == ""


@pytest.mark.parametrize("what", ["look", "autosave", "discard"])
def test_nobody_but_its_writers_gets_anything_of_an_article(what):
    one = article(body="Secret")

    answer = browser(writer()).post(at(one, what), form_of(body="Stolen"))

    assert answer.status_code == 404
    assert b"Secret" not in answer.content
    assert one.revisions.count() == 1


@pytest.mark.parametrize("what", ["look", "autosave"])
def test_editor_is_asked_by_post_alone(what):
    assert browser(writer()).get(at(None, what)).status_code == 405


def test_autosave_keeps_what_the_form_holds_beside_the_draft():
    ines, systems = writer(), tag()
    one = article(by=ines)

    answer = browser(ines).post(
        at(one, "autosave"), form_of(title="Hello", body="Half", tags=[str(systems.pk)], revision="1")
    )

    kept = one.revisions.get(number=2)
    assert answer.json() == {"number": 2}
    assert (kept.body, kept.tags, kept.autosaved, kept.based_on) == ("Half", [systems.pk], True, 1)
    assert Article.objects.get().latest_revision.number == 1


def test_first_autosave_of_a_new_article_says_where_it_is():
    ines = writer()

    said = browser(ines).post(at(None, "autosave"), form_of(title="On marmalade", slug="")).json()

    one = Article.objects.get()
    assert (said["article"], said["number"], str(one)) == (str(one.pk), 1, "On marmalade")
    assert said["change_url"] == at(one, "change")
    assert said["autosave_url"] == at(one, "autosave")
    assert (one.created_by, one.latest_revision.slug) == (ines, "on-marmalade")


def test_autosave_that_no_table_can_hold_is_answered_with_the_reason():
    ines = writer()
    one = article(by=ines)

    answer = browser(ines).post(at(one, "autosave"), form_of(title="x" * 201, revision="1"))

    assert (answer.status_code, one.revisions.count()) == (400, 1)
    assert answer.json() == {"error": "This has 201 characters; at most 200 are possible."}


def test_page_offers_what_was_never_saved_by_hand_until_it_is_discarded():
    ines = writer()
    one = article(by=ines)
    autosaving.autosave(one.pk, text(body="Lost </script>"), by=ines, based_on=1)
    client = browser(ines)

    page = client.get(at(one, "change")).content.decode()
    held = json.loads(
        page.partition('<script id="unsaved" type="application/json">')[2].partition("</script>")[0]
    )

    assert (held["fields"]["body"], held["revision"]) == (["Lost </script>"], 1)
    assert 'id="unsaved"' not in browser(editor()).get(at(one, "change")).content.decode()
    client.post(at(one, "discard"))
    assert 'id="unsaved"' not in client.get(at(one, "change")).content.decode()


def test_save_after_autosaves_of_either_tab_is_no_conflict():
    ines = writer()
    one = article(by=ines)
    client = browser(ines)
    client.post(at(one, "autosave"), form_of(title="Hello", body="Second tab", revision="1"))

    client.post(at(one, "change"), form_of(title="Hello", body="First tab", revision="1"))

    one.refresh_from_db()
    assert (one.latest_revision.body, one.latest_revision.based_on) == ("First tab", 1)


def test_library_finds_pictures_by_what_is_said_about_them():
    press = picture(name="a.webp", alt="A hand press", credit="Ines")
    picture(name="b.webp", alt="A field")

    said = browser(writer()).get(f"{ADMIN}picture/library/", {"q": "hand ines"}).json()

    assert [one["key"] for one in said["pictures"]] == [str(press.pk)]
    assert said["pictures"][0]["address"] == f"/media/{press.digest}.1600.webp"
    assert (said["pictures"][0]["describe"], said["more"]) == ("", False)


def test_library_comes_in_pages():
    for _ in range(25):
        picture()
    client = browser(writer())

    first = client.get(f"{ADMIN}picture/library/").json()
    second = client.get(f"{ADMIN}picture/library/", {"page": "2"}).json()

    assert (len(first["pictures"]), first["more"]) == (24, True)
    assert (len(second["pictures"]), second["more"]) == (1, False)


def test_picture_is_uploaded_and_described_by_its_owner():
    client = browser(writer())

    said = client.post(f"{ADMIN}picture/upload/", {"file": png()}).json()
    client.post(said["describe"], {"alt": "A press", "credit": "Ines", "focus_x": "20", "focus_y": "0"})

    one = Picture.objects.get()
    assert (one.name, one.alt, one.credit, one.focus_x, one.focus_y) == (
        "a press.png",
        "A press",
        "Ines",
        20,
        0,
    )
    assert said["address"] == f"/media/{one.digest}.64.webp"


def test_upload_that_is_no_picture_is_answered_with_the_reason():
    file = io.BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg"/>')
    file.name = "x.png"

    answer = browser(writer()).post(f"{ADMIN}picture/upload/", {"file": file})

    assert (answer.status_code, Picture.objects.count()) == (400, 0)
    assert "SVG" in answer.json()["error"]


def test_picture_of_another_is_described_by_nobody_else():
    one = picture(created_by=editor())

    answer = browser(writer()).post(f"{ADMIN}picture/{one.pk}/describe/", {"alt": "Mine"})

    one.refresh_from_db()
    assert (answer.status_code, one.alt) == (403, "")


def test_form_lists_the_newest_pictures_and_the_chosen_one_however_many_there_are():
    chosen = picture(name="the oldest one")
    one = article(hero=chosen.pk)
    Picture.objects.bulk_create(
        Picture(digest=f"{number:064x}", name=f"new {number}", width=9, height=9, widths=[9])
        for number in range(10_000, 10_150)
    )

    page = browser(editor()).get(at(one, "change")).content.decode()

    assert page.count("data-src=") == 101
    assert "the oldest one" in page
    articles.save_draft(one.pk, text(hero=chosen.pk, body="Still there"))
