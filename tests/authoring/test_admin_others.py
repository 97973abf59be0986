"""Tags, authors, pages, the site, pictures and operations in the admin."""

import io
import time

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from PIL import Image

from authoring import wire
from authoring.models import ApiToken, Author, OutboxMessage, Picture, PlainPage, Site, Tag
from authoring.services import scheduling, site, subjects, tokens
from tests.authoring.builders import (
    NOW,
    administrator,
    article,
    chief,
    editor,
    live,
    messages,
    picture,
    settle,
    tag,
    user,
    writer,
)
from tests.authoring.test_admin_articles import browser, form_of, said
from tests.servers import running

ADMIN = "/admin/authoring/"


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    "page",
    [
        "",
        "authoring/tag/",
        "authoring/author/",
        "authoring/plainpage/",
        "authoring/picture/",
        "authoring/scheduledchange/",
        "authoring/outboxmessage/",
        "auth/user/",
        "auth/group/",
        "authoring/apitoken/",
        "authoring/tag/add/",
        "authoring/author/add/",
        "authoring/plainpage/add/",
        "authoring/picture/add/",
        "authoring/site/add/",
        "authoring/article/add/",
        "authoring/apitoken/add/",
        "authoring/outboxmessage/?state=owed",
        "authoring/scheduledchange/?state=overdue",
    ],
)
def test_every_page_opens(page):
    live(tags=(tag(picture=picture()).pk,))

    assert browser(chief()).get(f"/admin/{page}").status_code == 200


@pytest.mark.parametrize(
    "page", ["auth/user/", "authoring/apitoken/", "authoring/outboxmessage/", "authoring/site/"]
)
def test_writers_see_nothing_of_operations(page):
    assert browser(writer()).get(f"/admin/{page}").status_code == 403


def test_what_only_the_scheduler_needs_is_hidden():
    assert "Periodic" not in browser(chief()).get("/admin/").content.decode()


def test_the_desk_says_what_needs_somebody():
    live()
    OutboxMessage.objects.update(refusal="No.")

    page = browser(editor()).get("/admin/")

    assert page.context["alarms"] == ["The public side refused 1 message."]
    assert "alarms" not in browser(writer()).get("/admin/").context


def test_a_tag_is_saved_and_readers_are_told():
    browser(editor()).post(f"{ADMIN}tag/add/", {"name": "Systems", "slug": "systems", "description": ""})

    assert (Tag.objects.get().version, [message.type for message in messages("tag")]) == (
        1,
        ["tag.published"],
    )


def test_a_tag_with_a_taken_path_is_shown_again():
    former = tag("Old", "old")
    former.slug = "new"
    subjects.save_tag(former, now=NOW)

    response = browser(editor()).post(
        f"{ADMIN}tag/add/", {"name": "Other", "slug": "old", "description": "Typed"}
    )

    assert response.context["adminform"].form.errors == {"slug": ["The address /tags/old/ is taken."]}
    assert "Typed" in response.content.decode()
    assert Tag.objects.count() == 1


def test_a_tag_in_use_is_not_deleted_and_the_reason_is_told():
    systems = tag()
    article(tags=(systems.pk,))

    response = browser(editor()).post(f"{ADMIN}tag/{systems.pk}/delete/", {"post": "yes"}, follow=True)

    assert said(response) == ["Articles carry “Systems”."]
    assert Tag.objects.exists()


def test_deleting_many_tags_spares_those_in_use():
    systems, craft = tag("Systems"), tag("Craft")
    article(tags=(systems.pk,))
    sent = {"action": "delete_selected", "_selected_action": [systems.pk, craft.pk], "post": "yes"}

    browser(editor()).post(f"{ADMIN}tag/", sent)

    assert list(Tag.objects.all()) == [systems]


def test_an_author_is_saved_with_an_account():
    jonas = writer()

    browser(editor()).post(
        f"{ADMIN}author/add/", {"name": "Jonas", "slug": "jonas", "description": "", "user": jonas.pk}
    )

    assert Author.objects.get().user == jonas


def test_a_page_is_published_and_unpublished_by_its_buttons():
    client = browser(editor())
    sent = {"title": "About", "slug": "about", "language": "en", "body": "Hi\r\nthere"}

    client.post(f"{ADMIN}plainpage/add/", {**sent, "_publish": ""})
    page = PlainPage.objects.get()
    assert (page.is_live, page.body) == (True, "Hi\nthere")

    client.post(f"{ADMIN}plainpage/{page.pk}/change/", {**sent, "_unpublish": ""})
    page.refresh_from_db()
    assert not page.is_live
    assert messages("page")[-1].type == "page.withdrawn"


def test_the_navigation_is_written_as_lines():
    site.save_site(Site(name="Fair Copy", navigation=[{"label": "A | B", "url": "/"}]), now=NOW)
    client = browser(administrator())
    assert "A | B | /</textarea>" in client.get(f"{ADMIN}site/1/change/").content.decode()

    client.post(
        f"{ADMIN}site/1/change/",
        {
            "name": "Fair Copy",
            "description": "",
            "footer": "",
            "navigation": "Home | /\r\n\r\nAbout | /about/",
        },
    )

    assert Site.objects.get().navigation == [
        {"label": "Home", "url": "/"},
        {"label": "About", "url": "/about/"},
    ]


@pytest.mark.parametrize("line", ["About", "| /about/", "About |", "About | javascript:alert(1)"])
def test_a_line_that_is_no_link_is_refused(line):
    site.save_site(Site(name="Fair Copy"), now=NOW)
    sent = {"name": "Changed", "description": "", "footer": "", "navigation": line}

    response = browser(administrator()).post(f"{ADMIN}site/1/change/", sent)

    assert "navigation" in response.context["adminform"].form.errors
    assert line.encode() in response.content
    assert Site.objects.get().name == "Fair Copy"


def test_a_picture_is_uploaded_and_described():
    client = browser(editor())
    file = io.BytesIO(png())
    file.name = "teal.png"

    response = client.post(f"{ADMIN}picture/add/", {"file": file, "alt": "Teal", "credit": "C. F."})

    one = Picture.objects.get()
    assert response["Location"] == f"{ADMIN}picture/{one.pk}/change/"
    assert (one.width, one.height, one.alt, one.credit) == (64, 48, "Teal", "C. F.")
    said = {"name": "teal", "alt": "A teal field", "credit": "", "focus_x": "20", "focus_y": "90"}
    client.post(f"{ADMIN}picture/{one.pk}/change/", said)
    one.refresh_from_db()
    assert (one.name, one.alt, one.credit) == ("teal", "A teal field", "")
    assert (one.focus_x, one.focus_y) == (20, 90)


def test_a_writer_describes_own_pictures_until_readers_see_them():
    ines = writer()
    own, other, shown = picture(created_by=ines), picture(), picture(created_by=ines)
    live(body=f"![](/media/{shown.digest}.1600.webp)")
    client = browser(ines)
    said = {"name": "x", "alt": "Words", "focus_x": "50", "focus_y": "50"}

    told = {
        one.pk: client.post(f"{ADMIN}picture/{one.pk}/change/", said).status_code
        for one in (own, other, shown)
    }

    assert told == {own.pk: 302, other.pk: 403, shown.pk: 403}
    assert list(Picture.objects.exclude(alt="")) == [own]


def test_what_is_no_picture_is_refused_on_its_field():
    file = io.BytesIO(b"<svg/>")
    file.name = "x.png"

    response = browser(editor()).post(f"{ADMIN}picture/add/", {"file": file, "alt": "Kept", "credit": ""})

    assert list(response.context["adminform"].form.errors) == ["file"]
    assert "Kept" in response.content.decode()
    assert not Picture.objects.exists()


def test_operators_owe_again_and_retry_what_was_refused():
    settled, refused = live("Settled"), live("Refused")
    settle(settled)
    OutboxMessage.objects.filter(key=str(refused.pk)).update(refusal="No.")
    rows = {message.key: message for message in messages()}
    client = browser(editor())

    client.post(
        f"{ADMIN}outboxmessage/", {"action": "owe_again", "_selected_action": [rows[str(settled.pk)].pk]}
    )
    client.post(
        f"{ADMIN}outboxmessage/", {"action": "retry_refused", "_selected_action": [rows[str(refused.pk)].pk]}
    )

    again = {message.key: message for message in messages()}
    assert (again[str(settled.pk)].again, again[str(settled.pk)].acknowledged_at) == (1, None)
    assert again[str(refused.pk)].refusal == ""


def test_nobody_writes_the_outbox_by_hand():
    live()
    row = messages()[0]
    client = browser(chief())

    assert client.get(f"{ADMIN}outboxmessage/add/").status_code == 403
    client.post(f"{ADMIN}outboxmessage/{row.pk}/change/", {"refusal": "forged"})
    client.post(f"{ADMIN}outboxmessage/{row.pk}/delete/", {"post": "yes"})
    assert [message.refusal for message in messages()] == [""]


def test_scheduled_changes_tell_what_became_of_them():
    before = NOW.replace(year=2020)
    scheduling.schedule(
        live().pk, action="withdraw", due_at=before.replace(month=6), zone="Europe/Vienna", now=before
    )

    page = browser(editor()).get(f"{ADMIN}scheduledchange/?state=overdue").content.decode()

    assert "Overdue" in page
    assert "Unpublish at 1 Jun 2020, 14:00 Europe/Vienna" in page


def test_a_key_is_shown_once():
    boss = chief()
    response = browser(boss).post(
        f"{ADMIN}apitoken/add/", {"name": "Robot", "user": boss.pk, "expires_at_0": "", "expires_at_1": ""}
    )

    key = response.context["key"]
    assert tokens.find(key, now=timezone.now()) == ApiToken.objects.get()
    assert key not in browser(boss).get(f"{ADMIN}apitoken/").content.decode()


def test_a_token_is_created_on_the_command_line(capsys):
    user(name="robot")

    call_command("create_token", "robot", "--days", "30")

    token = tokens.find(capsys.readouterr().out.strip(), now=timezone.now())
    assert token is not None
    assert token.user.get_username() == "robot"


@pytest.mark.parametrize("days", ["0", "-1", "99999", "soon"])
def test_a_token_that_would_not_expire_as_said_is_not_created(days):
    user(name="robot")

    with pytest.raises(CommandError, match="whole number from 1 to"):
        call_command("create_token", "robot", f"--days={days}")

    assert not ApiToken.objects.exists()


def test_publishing_does_not_wait_for_a_broker_that_is_frozen(django_capture_on_commit_callbacks):
    one = article()
    client = browser(editor())
    wire._resting_until = 0.0
    running().broker.freeze()
    try:
        with django_capture_on_commit_callbacks() as after_commit:
            client.post(f"{ADMIN}article/{one.pk}/change/", form_of(one, _publish=""))
        started = time.monotonic()
        for callback in after_commit:
            callback()
        took = time.monotonic() - started
    finally:
        running().broker.thaw()
        wire._resting_until = 0.0

    one.refresh_from_db()
    assert one.is_live
    assert after_commit
    assert took < 1


def test_strangers_are_asked_to_log_in():
    for address in ("article/", "tag/", "outboxmessage/"):
        assert Client().get(ADMIN + address).status_code == 302
