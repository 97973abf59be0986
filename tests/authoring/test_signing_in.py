"""Logging in: failures are counted and tell nothing, sessions end, and pages load only what they should."""

import datetime as dt

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.utils import timezone

from authoring.admin import signing_in
from authoring.services import lockouts, tokens
from cms.databases import READ, WRITE
from config.routers import SideRouter
from tests.authoring.builders import chief, editor, user, writer
from tests.authoring.test_admin_articles import browser, said

LOGIN = "/admin/login/"
DESK = "/admin/"


def log_in(client, name, *password, **more):
    typed = password[0] if password else "secret"
    return client.post(LOGIN, {"username": name, "password": typed, **more})


def fail(client, name, times, **more):
    return [log_in(client, name, "wrong", **more).status_code for _ in range(times)]


def test_the_fifth_failure_locks_out_and_the_right_password_does_not_help():
    who, client = writer(), Client()

    assert fail(client, who.username, 5) == [200, 200, 200, 200, 429]
    answer = log_in(client, who.username)

    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (429, "900", "no-store")
    assert "in 15 minutes at most" in answer.content.decode()
    assert client.get(DESK).status_code == 302


def test_the_lock_ends_by_itself_and_is_not_prolonged_by_trying_on():
    who, client = writer(), Client()
    fail(client, who.username, 5)
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=14))
    assert log_in(client, who.username).status_code == 429

    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=16))

    assert log_in(client, who.username).status_code == 302


def test_nobody_else_is_locked_out():
    anna, ben = writer(), writer()
    fail(Client(), anna.username, 5)

    assert log_in(Client(), ben.username).status_code == 302
    assert log_in(Client(REMOTE_ADDR="10.0.0.9"), anna.username).status_code == 302


def test_whoever_logs_in_begins_to_count_anew():
    who, client = writer(), Client()
    fail(client, who.username, 4)

    assert log_in(client, who.username).status_code == 302
    assert fail(Client(), who.username, 4) == [200] * 4


def test_what_is_said_does_not_tell_whether_there_is_such_a_user():
    known, asleep, reader = writer(), writer(is_active=False), writer()
    reader.is_staff = False
    reader.save()
    pages = set()
    for name, password in (
        (known.username, "wrong"),
        ("nobody", "wrong"),
        (asleep.username, "secret"),
        (reader.username, "secret"),
    ):
        page = log_in(Client(), name, password).context["form"]
        pages.add(tuple(page.non_field_errors()))
    assert len(pages) == 1

    locked = [
        (fail(Client(), name, 5)[-1], log_in(Client(), name).content) for name in (known.username, "nobody")
    ]

    assert locked[0] == locked[1]


def test_an_unknown_user_takes_as_long_as_a_wrong_password(monkeypatch):
    who, hashed = writer(), []
    real = PBKDF2PasswordHasher.encode
    monkeypatch.setattr(
        PBKDF2PasswordHasher, "encode", lambda *args, **kw: hashed.append(1) or real(*args, **kw)
    )

    log_in(Client(), who.username, "wrong")
    known = len(hashed)
    log_in(Client(), "nobody", "wrong")

    assert (known, len(hashed)) == (1, 2)


def test_neither_table_nor_log_holds_what_was_typed(caplog):
    caplog.set_level("DEBUG")

    fail(Client(), "hunter2 in the wrong field", 5)

    kept = AccessAttempt.objects.values_list("post_data", flat=True).get()
    assert "hunter2" not in kept
    assert "password=****" in kept
    assert "wrong" not in kept
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "found"),
    [
        (0, "192.0.2.1", "203.0.113.9", "192.0.2.1"),
        (1, "192.0.2.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "192.0.2.1", "evil, 203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (1, "192.0.2.1", "no address", "192.0.2.1"),
        (1, "192.0.2.1", None, "192.0.2.1"),
        (0, "2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::"),
        (0, "", None, None),
    ],
)
def test_the_address_is_that_behind_the_configured_proxies(settings, proxies, peer, forwarded, found):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert signing_in.address(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)) == found


def test_old_failures_and_sessions_are_forgotten_by_the_hour():
    from authoring import tasks

    fail(Client(), "nobody", 2)
    browser(writer())
    tasks.forget_expired()
    assert (AccessAttempt.objects.count(), Session.objects.count()) == (1, 1)

    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(hours=1))
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    tasks.forget_expired()

    assert (AccessAttempt.objects.count(), Session.objects.count()) == (0, 0)


def test_a_command_unlocks_a_name_at_every_address(capsys):
    who = writer()
    for address in ("10.0.0.1", "10.0.0.2"):
        fail(Client(REMOTE_ADDR=address), who.username, 5)

    call_command("unlock", who.username)

    assert log_in(Client(REMOTE_ADDR="10.0.0.2"), who.username).status_code == 302


def test_an_administrator_unlocks_from_the_list_of_users():
    who = writer()
    fail(Client(), who.username, 5)

    answer = browser(chief()).post(
        "/admin/auth/user/", {"action": "unlock", "_selected_action": [who.pk]}, follow=True
    )

    assert said(answer) == ["They may try again at once."]
    assert lockouts.unlock(who.username) == 0


def test_tokens_are_neither_counted_nor_locked_out():
    who = editor()
    _, key = tokens.create(who, name="x")
    client = Client()
    fail(client, who.username, 5)

    wrong = [
        client.get("/api/authoring/v1/tags/", headers={"Authorization": "Token imp_no"}).status_code
        for _ in range(6)
    ]
    right = client.get("/api/authoring/v1/tags/", headers={"Authorization": f"Token {key}"})

    assert (set(wrong), right.status_code) == ({401}, 200)


def test_the_tables_of_the_login_are_in_no_menu():
    page = browser(chief()).get(DESK).content.decode()

    assert [word for word in ("axes", "otp_totp", "otp_static") if word in page] == []
    for path in ("axes/accessattempt/", "otp_totp/totpdevice/", "otp_static/staticdevice/"):
        assert browser(chief()).get(f"/admin/{path}").status_code == 404


@pytest.mark.parametrize(
    "wanted", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil"]
)
def test_a_login_leads_to_no_other_site(wanted):
    who = writer()

    assert log_in(Client(), who.username, next=wanted)["Location"] == DESK
    assert Client().get(f"/admin/?next={wanted}")["Location"].startswith(LOGIN)


@pytest.mark.parametrize("label", ["axes", "otp_totp", "otp_static", "sessions"])
def test_the_tables_of_the_login_lie_in_the_write_database_alone(label):
    router = SideRouter()

    assert (router.allow_migrate(WRITE, label), router.allow_migrate(READ, label)) == (True, False)


# --- Sessions ---


def test_a_session_that_somebody_planted_is_not_the_one_that_is_logged_in():
    who, client = writer(), Client()
    planted = client.session
    planted["planted"] = True
    planted.save()

    log_in(client, who.username)

    assert client.session.session_key != planted.session_key
    assert not Session.objects.filter(pk=planted.session_key).exists()


def test_the_cookie_is_for_this_site_and_no_script():
    who, client = writer(), Client()
    log_in(client, who.username)

    cookie = client.cookies["sessionid"]

    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 14 * 86_400)


def test_a_session_in_which_nothing_is_done_ends():
    client = browser(writer())
    _shift(client, seen=11 * 3600)
    assert client.get(DESK).status_code == 200

    _shift(client, seen=13 * 3600)

    assert client.get(DESK)["Location"] == "/admin/login/?next=/admin/"
    assert Session.objects.count() == 0


def test_an_open_page_does_not_keep_a_session_alive():
    from tests.authoring.builders import article

    who = writer()
    one, client = article(by=who), browser(who)
    _shift(client, seen=3600)
    before = client.session["seen"]

    assert client.post(f"/admin/authoring/article/{one.pk}/presence/").status_code == 200
    assert client.session["seen"] == before

    client.get(DESK)
    assert client.session["seen"] > before + 3000


def test_a_session_ends_in_any_case():
    client = browser(writer())
    _shift(client, began=15 * 86_400)

    assert client.get(DESK).status_code == 302


def test_a_request_a_minute_is_noted_and_no_more():
    client = browser(writer())
    client.get("/admin/two-factor/")
    noted = client.session["seen"]

    client.get("/admin/two-factor/")

    assert client.session["seen"] == noted


def test_a_new_password_ends_the_other_sessions():
    who = writer()
    here, there = browser(who), browser(who)
    typed = {
        "old_password": "secret",
        "new_password1": "a galley of type",
        "new_password2": "a galley of type",
    }

    assert here.post("/admin/password_change/", typed).status_code == 302

    assert (here.get(DESK).status_code, there.get(DESK).status_code) == (200, 302)


def test_a_short_or_common_password_is_refused():
    who = writer()
    for poor in ("short", "password1234", "123456789012345"):
        typed = {"old_password": "secret", "new_password1": poor, "new_password2": poor}
        assert browser(who).post("/admin/password_change/", typed).context["form"].errors, poor


def test_log_out_everywhere_means_every_session_of_that_account_alone():
    anna, ben = writer(), writer()
    here, there, other = browser(anna), browser(anna), browser(ben)

    assert here.post("/admin/two-factor/log-out/")["Location"] == LOGIN

    assert [one.get(DESK).status_code for one in (here, there, other)] == [302, 302, 200]


def test_who_is_no_superuser_does_not_log_one_out():
    from django.contrib.auth.models import Permission

    boss, clerk = chief(), user()
    clerk.user_permissions.set(Permission.objects.filter(codename__in=("change_user", "view_user")))
    session = browser(boss)
    sent = {"action": "log_out", "_selected_action": [boss.pk, clerk.pk]}

    answer = browser(clerk).post("/admin/auth/user/", sent)

    assert answer.status_code == 302
    assert session.get(DESK).status_code == 200


# --- What the admin says to browsers ---


def test_pages_of_the_admin_load_nothing_from_elsewhere_and_no_inline_script():
    answer = browser(writer()).get(DESK)
    policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))

    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert (policy["object-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'",) * 3
    assert (policy["form-action"], policy["img-src"]) == ("'self'", "'self' data: blob:")
    assert (answer["X-Frame-Options"], answer["Referrer-Policy"]) == ("DENY", "same-origin")
    assert answer["Permissions-Policy"].startswith("camera=()")
    assert "no-store" in answer["Cache-Control"]


def test_a_preview_loads_what_readers_load_and_is_framed_by_the_desk_alone():
    from tests.authoring.builders import article

    who = writer()
    one = article(by=who)

    answer = browser(who).get(f"/admin/authoring/article/{one.pk}/preview/")

    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "default-src 'none'; img-src 'self'" in answer["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_answers_of_the_api_load_nothing_and_its_document_no_inline_script():
    client = browser(editor())

    assert "img-src 'none'" in client.get("/api/authoring/v1/tags/")["Content-Security-Policy"]
    document = client.get("/api/authoring/v1/docs/")
    assert "script-src 'self';" in document["Content-Security-Policy"]
    assert document.content.decode().count("<script") == document.content.decode().count("<script src=")


def test_a_fault_shows_no_traceback_and_no_draft(settings, monkeypatch):
    from authoring.services import overview
    from tests.authoring.builders import article

    article("Zanzibar quince")
    client = browser(chief())
    client.raise_request_exception = False

    def broken(*_: object) -> None:
        draft = "Zanzibar quince"
        raise RuntimeError(draft)

    monkeypatch.setattr(overview, "overview", broken)
    answer = client.get("/admin/authoring/article/")

    assert (settings.DEBUG, settings.ADMINS, answer.status_code) == (False, [], 500)
    assert "Zanzibar" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def _shift(client, **seconds):
    """Move what a session knows of its beginning, and of when it was last used, into the past."""
    session = client.session
    for name, ago in seconds.items():
        session[name] = timezone.now().timestamp() - ago
    session.save()
