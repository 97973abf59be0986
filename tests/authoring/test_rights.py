"""Services refuse whoever lacks the right, whichever way they come in; the product itself may do anything."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command

from authoring.models import (
    AuditEntry,
    Author,
    OutboxMessage,
    PlainPage,
    Revision,
    ScheduledChange,
    Site,
    Tag,
)
from authoring.services import (
    articles,
    autosaving,
    conflicts,
    history,
    pictures,
    presence,
    releases,
    releasing,
    rights,
    scheduling,
    site,
    subjects,
    tokens,
    trash,
)
from tests.authoring.builders import NOW, article, author, editor, live, picture, tag, text, user, writer

SOON = NOW + dt.timedelta(days=1)


def plan(one: Any) -> ScheduledChange:
    return scheduling.schedule(one.pk, action="publish", due_at=SOON, zone="UTC", now=NOW)


def bundle() -> int:
    return releases.create(name="Spring").pk


def page() -> PlainPage:
    return site.save_page(PlainPage(title="About", slug="about", language="en"), now=NOW)


STRANGERS: dict[str, Callable[[Any], Any]] = {
    "create": lambda by: articles.create(text("New"), by=by),
    "save": lambda by: articles.save_draft(article().pk, text("Mine now", "hello"), by=by),
    "merge": lambda by: conflicts.save(article().pk, text("Mine now", "hello"), by=by, based_on=1),
    "set aside": lambda by: conflicts.set_aside(article().pk, text("Mine now", "hello"), by=by),
    "restore": lambda by: history.restore(article().pk, 1, by=by),
    "begin": lambda by: autosaving.begin(text("New"), by=by),
    "autosave": lambda by: autosaving.autosave(article().pk, text("Mine", "hello"), by=by, based_on=1),
    "heartbeat": lambda by: presence.note(article().pk, by=by),
    "publish": lambda by: articles.publish(article().pk, now=NOW, by=by),
    "withdraw": lambda by: articles.withdraw(live().pk, now=NOW, by=by),
    "delete": lambda by: trash.put(live().pk, now=NOW, by=by),
    "bring back": lambda by: trash.restore(trash.put(article().pk, now=NOW).pk, by=by),
    "delete for ever": lambda by: trash.delete(trash.put(article().pk, now=NOW).pk, by=by),
    "schedule": lambda by: scheduling.schedule(
        article().pk, action="publish", due_at=SOON, zone="UTC", now=NOW, by=by
    ),
    "cancel": lambda by: scheduling.cancel(plan(article()).pk, now=NOW, by=by),
    "retry": lambda by: scheduling.retry(plan(article()).pk, by=by),
    "move": lambda by: scheduling.move(plan(article()).pk, due_at=SOON, zone="UTC", now=NOW, by=by),
    "new release": lambda by: releases.create(name="Mine", by=by),
    "describe release": lambda by: releases.describe(bundle(), name="Mine", note="", by=by),
    "schedule release": lambda by: releases.schedule(bundle(), due_at=SOON, zone="UTC", now=NOW, by=by),
    "cancel release": lambda by: releases.cancel(bundle(), now=NOW, by=by),
    "add to release": lambda by: releases.add(bundle(), [article().pk], action="publish", by=by),
    "remove from release": lambda by: releases.remove(bundle(), 1, by=by),
    "newest in release": lambda by: releases.take_newest(bundle(), by=by),
    "release": lambda by: releasing.go(bundle(), now=NOW, by=by),
    "rehearse": lambda by: releasing.rehearse(bundle(), now=NOW, by=by),
    "new tag": lambda by: subjects.save_tag(Tag(name="Mine", slug="mine"), now=NOW, by=by),
    "tag": lambda by: subjects.save_tag(tag(), now=NOW, by=by),
    "delete tag": lambda by: subjects.delete_tag(tag().pk, now=NOW, by=by),
    "new author": lambda by: subjects.save_author(Author(name="Me", slug="me"), now=NOW, by=by),
    "author": lambda by: subjects.save_author(author(), now=NOW, by=by),
    "delete author": lambda by: subjects.delete_author(author().pk, now=NOW, by=by),
    "picture": lambda by: pictures.add(b"", name="x.png", by=by),
    "describe": lambda by: subjects.describe(picture(), by=by),
    "new page": lambda by: site.save_page(PlainPage(title="Me", slug="me", language="en"), now=NOW, by=by),
    "page": lambda by: site.save_page(page(), now=NOW, by=by),
    "publish page": lambda by: site.publish_page(page().pk, now=NOW, by=by),
    "withdraw page": lambda by: site.withdraw_page(page().pk, now=NOW, by=by),
    "delete page": lambda by: site.delete_page(page().pk, now=NOW, by=by),
    "site": lambda by: site.save_site(Site(name="Mine"), now=NOW, by=by),
    "token": lambda by: tokens.create(by, name="mine", by=by),
}


@pytest.mark.parametrize("asked", STRANGERS)
def test_a_stranger_is_refused_by_every_service(asked):
    with pytest.raises(rights.Forbidden, match="You may not"):
        STRANGERS[asked](user())
    assert OutboxMessage.objects.count() <= 1  # what the test itself made public
    assert not Revision.objects.filter(created_by__isnull=False).exists()
    assert not ScheduledChange.objects.filter(cancelled_at__isnull=False).exists()


@pytest.mark.parametrize(
    "asked", ["save", "merge", "set aside", "restore", "autosave", "heartbeat", "describe"]
)
def test_an_author_is_refused_what_is_another_authors(asked):
    with pytest.raises(rights.Forbidden, match="somebody else's"):
        STRANGERS[asked](writer())


def test_an_author_may_save_but_not_publish():
    jonas = writer()
    own = articles.create(text(), by=jonas)
    articles.save_draft(own.pk, text("Hello again", "hello"), by=jonas)
    with pytest.raises(rights.Forbidden, match="You may not publish articles"):
        articles.publish(own.pk, now=NOW, by=jonas)
    own.refresh_from_db()
    assert (own.version, own.latest_revision.title) == (0, "Hello again")


def test_an_editor_may_publish_what_another_wrote():
    assert articles.publish(article(by=writer()).pk, now=NOW, by=editor()) == 1


def test_a_role_that_is_renewed_permits_what_a_new_one_does_and_keeps_its_members():
    anna, jonas = editor(name="anna"), writer()
    role = anna.groups.get()
    given = set(role.permissions.values_list("codename", flat=True))
    role.permissions.set(Permission.objects.filter(codename__in=("publish_article", "add_session")))
    jonas.groups.get().permissions.clear()

    call_command("create_roles", "--renew", "editor")

    assert set(role.permissions.values_list("codename", flat=True)) == given
    assert list(role.user_set.all()) == [anna]
    assert not jonas.groups.get().permissions.exists()
    told = AuditEntry.objects.get(kind="role")
    assert (told.title, told.note, told.way) == ("editor", "permits what this release gives it", "command")
    with pytest.raises(CommandError):
        call_command("create_roles", "--renew", "chief")


@pytest.mark.parametrize(
    ("role", "permitted"),
    [
        ("author", set()),
        ("editor", {"review_article", "view_scheduledchange"}),
        ("publisher", {"review_article", "view_scheduledchange", "publish_article"}),
        (
            "administrator",
            {
                "review_article", "view_scheduledchange", "publish_article", "approve_own_article",
                "purge_article", "view_auditentry", "add_apitoken", "change_site", "change_user", "change_group",
            },
        ),
    ],
)  # fmt: skip
def test_a_new_role_permits_what_its_work_needs_and_no_more(role, permitted):
    asked = {
        "review_article", "view_scheduledchange", "publish_article", "approve_own_article", "purge_article",
        "view_auditentry", "add_apitoken", "change_site", "change_user", "change_group",
    }  # fmt: skip
    given = user(role).groups.get().permissions.values_list("codename", flat=True)

    assert asked & set(given) == permitted
