"""Accounts in the admin: who administers them gets no further than an administrator."""

from django.contrib.auth import get_user_model

from authoring.models import ApiToken
from tests.authoring.builders import administrator, chief, writer
from tests.authoring.test_admin_articles import browser

USERS = "/admin/auth/user/"


def form_of(who, **more):
    return {
        "username": who.username,
        "is_active": "on",
        "is_staff": "on",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "10:00",
        **more,
    }


def test_an_administrator_makes_nobody_a_superuser():
    boss, anna = administrator(), writer()
    for who in (anna, boss):
        browser(boss).post(f"{USERS}{who.pk}/change/", form_of(who, first_name="Ada", is_superuser="on"))

    rows = get_user_model().objects.values_list("first_name", "is_superuser")
    assert list(rows) == [("Ada", False)] * 2


def test_a_superuser_is_changed_locked_out_and_deleted_by_no_administrator():
    boss, head = administrator(), chief(email="head@example.com")
    client, password = browser(boss), {"password1": "a-new-Long-one", "password2": "a-new-Long-one"}

    answers = [
        client.post(f"{USERS}{head.pk}/change/", form_of(head, is_active="")),
        client.post(f"{USERS}{head.pk}/password/", {**password, "usable_password": "true"}),
        client.post(f"{USERS}{head.pk}/delete/", {"post": "yes"}),
    ]
    client.post(USERS, {"action": "delete_selected", "_selected_action": [head.pk], "post": "yes"})

    assert [answer.status_code for answer in answers] == [403] * 3
    head.refresh_from_db()
    assert (head.email, head.is_active, head.check_password("secret")) == ("head@example.com", True, True)


def test_superusers_change_each_other():
    one, other = chief(), chief()

    browser(one).post(f"{USERS}{other.pk}/change/", form_of(other, first_name="Ada", is_superuser="on"))

    other.refresh_from_db()
    assert (other.first_name, other.is_superuser) == ("Ada", True)


def test_nobody_makes_a_key_that_may_do_more_than_they():
    boss, head = administrator(), chief()
    sent = {"user": head.pk, "name": "For me", "expires_at_0": "", "expires_at_1": ""}

    answer = browser(boss).post("/admin/authoring/apitoken/add/", sent)

    assert f"You may not make a key for “{head}”" in answer.text
    assert not ApiToken.objects.exists()
