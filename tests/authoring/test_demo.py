"""The demo publication, loaded into an empty database."""

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from django.http import HttpRequest
from django.utils import timezone

from authoring.importing import accounts
from authoring.models import (
    Article,
    Author,
    Comment,
    OutboxMessage,
    Picture,
    PlainPage,
    Release,
    Review,
    Revision,
    ScheduledChange,
    Site,
    Tag,
)
from authoring.services import approval, notifying, pictures, releasing, reviews
from tests.authoring import builders


@pytest.fixture(autouse=True)
def _quickly(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "WIDTHS", (32,))
    monkeypatch.setattr(pictures, "WIDEST", 64)
    settings.MEDIA_ROOT = tmp_path
    settings.AUTHORING_URL = "http://127.0.0.1:8001"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


RIGHTS = "change", "review", "publish"


def load(**options: Any) -> str:
    said = io.StringIO()
    call_command("load_demo", stdout=said, **options)
    return said.getvalue()


def test_the_demo_is_a_whole_publication(tmp_path: Path):
    said = load()

    assert said.startswith(f"The demo publication is loaded: {Article.objects.count()} articles.")
    assert Article.objects.filter(live_revision__isnull=False).count() >= 15
    assert Article.objects.filter(withdrawn_at__isnull=False).count() == 1
    assert Author.objects.count() == 3
    assert Author.objects.filter(picture=None).count() == 0
    assert Tag.objects.filter(version=0).count() == 0
    assert PlainPage.objects.filter(is_live=True, slug="about").count() == 1
    assert Site.objects.get().version == 1
    assert Picture.objects.filter(alt="").count() == 0
    assert {f"{one.digest}.{width}.webp" for one in Picture.objects.all() for width in one.widths} == {
        file.name for file in tmp_path.iterdir()
    }


def called(slug: str) -> Article:
    return Article.objects.get(latest_revision__slug=slug)


def account(name: str) -> Any:
    return get_user_model().objects.get(username=name)


def test_one_article_is_due_in_a_few_minutes_and_readers_are_told_of_no_draft():
    load()

    soon, update, notice = ScheduledChange.objects.order_by("due_at")
    assert dt.timedelta(0) < soon.due_at - timezone.now() <= dt.timedelta(minutes=10)
    assert (soon.action, soon.article.version) == ("publish", 0)
    assert (update.action, update.article.version) == ("publish", 1)
    assert update.revision == update.article.latest_revision != update.article.live_revision
    assert (notice.action, notice.article.is_live) == ("withdraw", True)
    drafts = {str(key) for key in Article.objects.filter(version=0).values_list("pk", flat=True)}
    assert len(drafts) == 6
    assert not OutboxMessage.objects.filter(key__in=drafts).exists()


def test_reviews_wait_are_decided_and_sent_back():
    load()

    assert Site.objects.get().workflow is True
    waits, back, approved = map(
        called, ("notes-towards-a-house-style", "a-date-at-the-foot", "nobody-reads-the-changelog")
    )
    assert Review.objects.get(decision="").article == waits
    assert [review.article for review in reviews.waiting_for(account("publisher"))] == [waits]
    assert Review.objects.get(decision="changes").article == back
    assert approval.is_approved(approved.latest_revision)
    threads = Comment.objects.filter(article=waits, thread=None)
    assert (threads.exclude(quote="").count(), threads.exclude(resolved_at=None).count()) == (3, 1)
    told = {name: notifying.unread(account(name)) for name in accounts.ACCOUNTS}
    assert told == {"demo": 7, "author": 7, "editor": 9, "publisher": 8}


def test_three_articles_wait_for_a_release_that_can_go_out():
    load()

    release = Release.objects.get()
    assert release.is_waiting
    assert release.changes.count() == 3
    assert not releasing.rehearse(release.pk, now=timezone.now(), by=account("publisher"))


def test_one_article_was_written_by_three_people_who_lost_nothing():
    load()

    revisions = called("the-furniture-of-a-page").revisions.order_by("number")
    assert [row.created_by.username for row in revisions] == ["editor", "publisher", "author", "editor"]
    assert not Revision.objects.filter(set_aside=True).exists()


def test_articles_come_at_days_and_hours_of_their_own():
    load()
    moments = list(Article.objects.filter(version__gt=0).values_list("published_at", flat=True))
    assert max(moments) <= timezone.now()
    assert len({moment.date() for moment in moments}) == len(moments)
    assert len({moment.hour for moment in moments}) > 6


def test_pictures_in_the_texts_have_their_new_addresses_and_keep_their_captions():
    load()
    bodies = list(Article.objects.values_list("latest_revision__body", flat=True))
    shown = [found for body in bodies for found in re.findall(r"!\[[^\]]+\]\((\S+) \"[^\"]+\"\)", body)]
    assert shown
    assert all(re.fullmatch(r"/media/[0-9a-f]{64}\.\d+\.webp", address) for address in shown)
    assert not any(re.search(r"\]\([\w-]+\.webp", body) for body in bodies)


def test_links_within_the_demo_lead_somewhere():
    load()
    known = {article.path for article in Article.objects.filter(version__gt=0)}
    known |= {f"/{slug}/" for slug in PlainPage.objects.values_list("slug", flat=True)}
    known |= {f"/authors/{slug}/" for slug in Author.objects.values_list("slug", flat=True)}
    known |= {f"/tags/{slug}/" for slug in Tag.objects.values_list("slug", flat=True)}
    known |= {f"/{change.article.latest_revision.slug}/" for change in ScheduledChange.objects.all()}
    known |= {f"/{change.revision.slug}/" for change in Release.objects.get().changes.all()}
    site = Site.objects.get()
    texts = [*Article.objects.values_list("latest_revision__body", flat=True), site.footer]
    texts += PlainPage.objects.values_list("body", flat=True)
    named = {found for text in texts for found in re.findall(r"\]\((/[^)#\s]*)", text)}
    named |= {link["url"] for link in site.navigation}
    assert {path for path in named if not path.startswith("/media/")} - known - {"/"} == set()


def test_a_second_loading_changes_nothing():
    load()
    before = OutboxMessage.objects.count()

    assert load() == "There are articles already: the demo publication is not loaded.\n"
    assert OutboxMessage.objects.count() == before


def test_somebody_elses_articles_are_left_alone():
    builders.article()
    assert load() == "There are articles already: the demo publication is not loaded.\n"
    assert (Article.objects.count(), get_user_model().objects.count()) == (1, 0)


def test_accounts_for_each_role_can_log_in():
    assert load().endswith("Accounts, whose passwords are their names: demo, author, editor, publisher.\n")
    rights = {
        name: (user.is_superuser, *(user.has_perm(f"authoring.{right}_article") for right in RIGHTS))
        for name in accounts.ACCOUNTS
        if (user := authenticate(HttpRequest(), username=name, password=name))
    }
    assert rights == {
        "demo": (True, True, True, True),
        "author": (False, True, False, False),
        "editor": (False, True, True, False),
        "publisher": (False, True, True, True),
    }
    assert Author.objects.get(user__username="author").name == account("author").get_full_name()


def test_elsewhere_no_account_with_a_known_password_is_made(settings: Any):
    settings.AUTHORING_URL = "https://authoring.example.org"
    assert "No accounts were made" in load()
    assert (get_user_model().objects.count(), Review.objects.count()) == (0, 0)
    assert Site.objects.get().workflow is False


def test_an_account_of_that_name_keeps_its_password():
    get_user_model().objects.create_user("demo", password="mine")
    assert load().endswith("their names: author, editor, publisher.\n")
    assert not Review.objects.exists()
    assert authenticate(HttpRequest(), username="demo", password="demo") is None
