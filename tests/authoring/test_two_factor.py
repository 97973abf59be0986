"""The second factor: set up, asked for, lost, reset; and that nothing leads round it."""

import re

import pytest
from axes.models import AccessAttempt
from django.core.management import CommandError, call_command
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from authoring.models import ApiToken, AuditEntry
from authoring.services import tokens, two_factor
from tests.authoring.builders import article, chief, editor, user, writer
from tests.authoring.test_admin_articles import browser, said

DESK, VERIFY, SET_UP = "/admin/", "/admin/two-factor/verify/", "/admin/two-factor/set-up/"
ACCOUNT, CHANGE = "/admin/two-factor/", "/admin/two-factor/change/"


def code_of(who):
    """What the app of `who` shows."""
    return f"{totp(TOTPDevice.objects.filter(user=who).latest('pk').bin_key):06}"


def protected(who):
    """Give `who` an app and recovery codes, which are returned."""
    two_factor.begin(who)
    codes = two_factor.confirm(who, code_of(who))
    assert codes
    # The code that was just used does not count twice.
    TOTPDevice.objects.update(last_t=-1)
    return codes


def rested(who):
    """As if some time had passed since the last wrong code."""
    for device in (*TOTPDevice.objects.filter(user=who), *who.staticdevice_set.all()):
        device.throttle_reset()


@pytest.fixture
def required(settings):
    settings.TWO_FACTOR = "publishers"


def test_it_is_set_up_with_a_picture_a_code_and_the_password():
    who = writer()
    client = browser(who)

    page = client.get(SET_UP)
    key = re.search(r'<code class="copy">([A-Z2-7 ]+)</code>', page.content.decode())
    answer = client.post(SET_UP, {"code": code_of(who), "password": "secret"})

    assert page["Cache-Control"].count("no-store")
    assert "<svg" in page.content.decode()
    assert key
    assert key[1] == two_factor.typed_key(TOTPDevice.objects.get())
    assert len(answer.context["codes"]) == 10
    assert TOTPDevice.objects.get().confirmed
    assert client.get(DESK).status_code == 200


def test_the_picture_is_the_key_of_this_user():
    who = user(name="ada")
    device = two_factor.begin(who)

    assert device.config_url.startswith("otpauth://totp/Imprint%20testserver%3Aada?secret=")
    assert two_factor.picture(device).startswith("<svg")
    assert "http" not in two_factor.picture(device).replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("typed", [{"code": "000000"}, {"password": "wrong"}])
def test_a_wrong_code_or_password_sets_nothing_up(typed):
    who = writer()
    client = browser(who)
    client.get(SET_UP)

    answer = client.post(SET_UP, {"code": code_of(who), "password": "secret", **typed})

    assert answer.context["form"].errors.keys() == typed.keys()
    assert not TOTPDevice.objects.get().confirmed
    assert not StaticToken.objects.exists()


def test_a_login_then_takes_a_code_and_goes_where_it_was_going():
    who = writer()
    protected(who)
    client = browser(who)

    assert client.get("/admin/authoring/article/")["Location"] == f"{VERIFY}?next=/admin/authoring/article/"
    before = client.session.session_key
    answer = client.post(VERIFY, {"code": code_of(who), "next": "/admin/authoring/article/"})

    assert answer["Location"] == "/admin/authoring/article/"
    assert client.session.session_key != before
    assert client.get("/admin/authoring/article/").status_code == 200


def test_a_session_of_before_is_asked_too():
    who = writer()
    client = browser(who)
    assert client.get(DESK).status_code == 200

    protected(who)

    assert client.get(DESK)["Location"].startswith(VERIFY)


def test_nothing_of_the_desk_opens_in_between():
    who = chief()
    protected(who)
    client, one = browser(who), article()

    for path in (
        DESK,
        ACCOUNT,
        "/admin/authoring/article/",
        f"/admin/authoring/article/{one.pk}/change/",
        f"/admin/authoring/article/{one.pk}/preview/",
        "/admin/password_change/",
        "/admin/auth/user/",
        SET_UP,
    ):
        assert client.get(path)["Location"].startswith(VERIFY), path
    posted = [
        client.post(path, sent)["Location"]
        for path, sent in (
            (CHANGE, {"do": "off", "password": "secret"}),
            (SET_UP, {"code": "123456", "password": "secret"}),
            ("/admin/authoring/article/", {"action": "publish", "_selected_action": [one.pk]}),
            ("/admin/two-factor/log-out/", {}),
        )
    ]

    one.refresh_from_db()
    assert (set(posted), one.version) == ({VERIFY}, 0)
    assert client.get("/api/authoring/v1/articles/").status_code == 403
    assert two_factor.device_of(who)


def test_a_code_counts_once():
    who = writer()
    protected(who)
    code = code_of(who)
    assert browser(who).post(VERIFY, {"code": code}).status_code == 302

    again = browser(who).post(VERIFY, {"code": code})

    assert again.context["form"].errors


def test_a_recovery_code_lets_in_once_however_it_is_typed():
    who = writer()
    codes = protected(who)

    assert browser(who).post(VERIFY, {"code": codes[0].upper().replace("-", " ")}).status_code == 302
    assert two_factor.codes_left(who) == 9
    assert browser(who).post(VERIFY, {"code": codes[0]}).context["form"].errors


def test_recovery_codes_are_stored_as_digests():
    codes = protected(writer())

    stored = set(StaticToken.objects.values_list("token", flat=True))

    assert not stored & {code.replace("-", "") for code in codes}


def test_a_wrong_code_makes_even_the_right_one_wait():
    who = writer()
    protected(who)
    client = browser(who)
    client.post(VERIFY, {"code": "000000"})

    assert client.post(VERIFY, {"code": code_of(who)}).context["form"].errors
    rested(who)
    assert client.post(VERIFY, {"code": code_of(who)}).status_code == 302


def test_the_second_step_locks_out_like_the_first_and_the_password_does_not_help():
    who = writer()
    protected(who)
    client = Client()

    def step(code):
        rested(who)
        client.post("/admin/login/", {"username": who.username, "password": "secret"})
        return client.post(VERIFY, {"code": code}).status_code

    assert [step("000000") for _ in range(5)] == [200, 200, 200, 200, 429]
    assert step(code_of(who)) == 429
    assert "000000" not in "".join(AccessAttempt.objects.values_list("post_data", flat=True))


def test_who_gets_in_begins_to_count_anew():
    who = writer()
    protected(who)
    browser(who).post(VERIFY, {"code": "000000"})
    rested(who)

    browser(who).post(VERIFY, {"code": code_of(who)})

    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize("wanted", ["//evil.example/", "https://evil.example/", "javascript:alert(1)"])
def test_the_second_step_leads_to_no_other_site(wanted):
    who = writer()
    protected(who)

    assert browser(who).post(VERIFY, {"code": code_of(who), "next": wanted})["Location"] == DESK


@pytest.mark.usefixtures("required")
def test_publishers_can_do_nothing_before_it_is_set_up():
    who = editor()
    client = browser(who)

    assert client.get("/admin/authoring/tag/")["Location"] == f"{SET_UP}?next=/admin/authoring/tag/"
    assert client.get("/api/authoring/v1/tags/").status_code == 403
    assert "takes a password and a code" in client.get(SET_UP).content.decode()

    client.post(SET_UP, {"code": code_of(who), "password": "secret"})

    assert client.get("/admin/authoring/tag/").status_code == 200


@pytest.mark.usefixtures("required")
def test_it_is_up_to_those_who_do_not_publish():
    assert browser(writer()).get(DESK).status_code == 200


@pytest.mark.usefixtures("required")
def test_whoever_may_change_users_counts_as_a_publisher():
    from django.contrib.auth.models import Permission

    who = user()
    who.user_permissions.set(Permission.objects.filter(codename="change_user"))

    assert browser(who).get(DESK)["Location"].startswith(SET_UP)


def test_everybody_may_be_asked(settings):
    settings.TWO_FACTOR = "everybody"

    assert browser(writer()).get(DESK)["Location"].startswith(SET_UP)


@pytest.mark.usefixtures("required")
def test_a_key_works_without_it_but_is_made_only_after_it():
    who = editor()
    _, before = tokens.create(who, name="of before")
    boss = chief()
    protected(boss)
    client = browser(boss)
    client.post(VERIFY, {"code": code_of(boss)})
    sent = {"user": who.pk, "name": "new", "expires_at_0": "", "expires_at_1": ""}

    refused = client.post("/admin/authoring/apitoken/add/", sent)
    assert "has to set up a second factor" in refused.content.decode()
    assert ApiToken.objects.count() == 1
    protected(who)
    made = client.post("/admin/authoring/apitoken/add/", sent)

    assert (made.status_code, ApiToken.objects.count()) == (200, 2)
    answer = Client().get("/api/authoring/v1/tags/", headers={"Authorization": f"Token {before}"})
    assert answer.status_code == 200


def test_new_recovery_codes_take_the_place_of_the_old():
    who = writer()
    old = protected(who)
    client = browser(who)
    client.post(VERIFY, {"code": code_of(who)})

    new = client.post(CHANGE, {"do": "codes", "password": "secret"})

    assert new["Cache-Control"].count("no-store")
    assert not set(new.context["codes"]) & set(old)
    assert browser(who).post(VERIFY, {"code": old[0]}).context["form"].errors


def test_switching_off_takes_the_password():
    who = writer()
    protected(who)
    client = browser(who)
    client.post(VERIFY, {"code": code_of(who)})

    assert said(client.post(CHANGE, {"do": "off", "password": "no"}, follow=True)) == [
        "That is not your password."
    ]
    assert two_factor.device_of(who)
    client.post(CHANGE, {"do": "off", "password": "secret"})

    assert two_factor.device_of(who) is None
    assert browser(who).get(DESK).status_code == 200


def test_who_needs_it_does_not_switch_it_off(settings):
    settings.TWO_FACTOR = "publishers"
    who = editor()
    protected(who)
    client = browser(who)
    client.post(VERIFY, {"code": code_of(who)})

    client.post(CHANGE, {"do": "off", "password": "secret"})

    assert two_factor.device_of(who)


def test_another_app_takes_the_place_of_the_first():
    who = writer()
    protected(who)
    first = two_factor.device_of(who)
    client = browser(who)
    client.post(VERIFY, {"code": code_of(who)})
    client.get(SET_UP)

    client.post(SET_UP, {"code": code_of(who), "password": "secret"})

    assert two_factor.device_of(who) != first
    assert TOTPDevice.objects.count() == 1
    assert client.get(DESK).status_code == 200


def test_an_administrator_resets_it_and_sessions_end():
    who, boss = writer(), chief()
    protected(who)
    half = browser(who)

    browser(boss).post("/admin/auth/user/", {"action": "reset_second_factor", "_selected_action": [who.pk]})

    assert two_factor.device_of(who) is None
    assert two_factor.codes_left(who) == 0
    told = AuditEntry.objects.filter(kind="user", key=who.pk).exclude(note="").values_list("note", "user")
    assert set(told) == {("second factor set up", who.username), ("second factor reset", boss.username)}
    assert half.get(DESK)["Location"].startswith("/admin/login/")


def test_a_superuser_is_reset_by_no_other_administrator():
    from django.contrib.auth.models import Permission

    boss, clerk = chief(), user()
    clerk.user_permissions.set(Permission.objects.filter(codename__in=("change_user", "view_user")))
    protected(boss)

    answer = browser(clerk).post(
        "/admin/auth/user/",
        {"action": "reset_second_factor", "_selected_action": [boss.pk]},
        follow=True,
    )

    assert said(answer) == [f"You may not change the account “{boss}”."]
    assert two_factor.device_of(boss)


def test_a_command_resets_it_at_night(capsys):
    who = writer()
    protected(who)

    call_command("reset_two_factor", who.username)

    assert two_factor.device_of(who) is None
    assert who.username in capsys.readouterr().out
    with pytest.raises(CommandError, match="no user"):
        call_command("reset_two_factor", "nobody")


def test_secrets_reach_no_log(caplog):
    caplog.set_level("INFO")
    who = writer()
    client = browser(who)
    client.get(SET_UP)
    code = code_of(who)
    codes = client.post(SET_UP, {"code": code, "password": "secret"}).context["codes"]
    browser(who).post(VERIFY, {"code": codes[0]})
    browser(who).post(VERIFY, {"code": "999999"})
    two_factor.reset(who)

    device_key = two_factor.typed_key(two_factor.begin(who))
    for secret in (code, codes[0], "999999", device_key, device_key.replace(" ", "")):
        assert secret not in caplog.text
        assert not AuditEntry.objects.filter(note__contains=secret).exists()
