"""Lists find articles by their newest revision, and ask as much for twenty as for five."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from authoring.models import Article, Outline
from authoring.services import articles, autosaving, finding, overview, releases, reviews, scheduling
from authoring.services.overview import Status
from tests.authoring.builders import (
    article,
    author,
    chief,
    editor,
    live,
    picture,
    settle,
    tag,
    text,
    writer,
)
from tests.authoring.test_admin_articles import browser

LIST = "/admin/authoring/article/"

# A page of the admin that lists something belongs here: with `{article}` for the key of an article.
PAGES = [
    "/admin/",
    LIST,
    f"{LIST}?q=words",
    f"{LIST}?q=article+words",
    f"{LIST}?o=1.2",
    *(f"{LIST}?status={status.value}" for status in Status),
    f"{LIST}?language=en&tag=systems&author=ines",
    f"{LIST}add/",
    f"{LIST}{{article}}/change/",
    f"{LIST}{{article}}/state/",
    f"{LIST}{{article}}/revisions/",
    f"{LIST}{{article}}/log/",
    f"{LIST}{{article}}/review/",
    f"{LIST}trash/",
    "/admin/autocomplete/?app_label=authoring&model_name=scheduledchange&field_name=article&term=words",
    "/admin/authoring/scheduledchange/",
    "/admin/authoring/scheduledchange/calendar/",
    "/admin/authoring/release/",
    "/admin/authoring/picture/",
    "/admin/authoring/picture/library/",
    "/admin/authoring/tag/",
    "/admin/authoring/author/",
    "/admin/authoring/plainpage/",
    "/admin/authoring/outboxmessage/",
    "/admin/authoring/apitoken/",
    "/admin/auth/user/",
    "/admin/auth/group/",
    "/admin/audit/",
    "/api/authoring/v1/articles/?q=words",
]


def found(words):
    return {str(one) for one in finding.matching(Article.objects.all(), words)}


def test_words_are_found_in_title_address_and_text():
    article("The galley", "galleys-of-old", summary="On trays", body="Type set by hand, und Zwiebelfische")
    article("Other", body="Nothing of it")

    for words in ("galley", "GALL", "of-old", "trays", "hand", "zwiebel", "galley hand", "the  tray"):
        assert found(words) == {"The galley"}, words
    assert found("galley nothing") == set()
    assert found("") == {"The galley", "Other"}


def test_accents_do_not_matter_in_a_text():
    article("One", body="Déjà vu")

    assert found("deja") == {"One"}
    assert found("déjà") == {"One"}


@pytest.mark.parametrize(
    "typed", ["'", "''", "\\", "a'b", "!", "&|", "(", ":*", "%", "_", "a" * 5000, "<b>", "'; --"]
)
def test_nothing_that_is_typed_breaks_the_search(typed):
    article("Plain", body="words")

    assert found(typed) == set()


def test_only_the_newest_revision_is_found():
    one = article("First", body="quince")
    articles.save_draft(one.pk, text("Second", body="medlar"))

    assert (found("quince"), found("medlar"), found("first")) == (set(), {"Second"}, set())
    assert Outline.objects.get().saved_at == one.revisions.get(number=2).created_at


def test_what_the_editor_saves_by_itself_is_not_found():
    who = writer()
    one = article("First", by=who)

    autosaving.autosave(one.pk, text("Second", body="medlar"), by=who, based_on=1)

    assert found("medlar") == set()


def test_a_long_text_full_of_addresses_can_be_saved_and_is_found_by_its_beginning():
    addresses = " ".join(f"{n:x}-a.b{n:x}.example/c" for n in range(12_000))

    article("Long", body=f"quince {addresses[:240_000]} medlar")

    assert (found("quince"), found("medlar")) == ({"Long"}, set())


def test_an_article_takes_its_outline_along():
    one = article()
    Article.objects.filter(pk=one.pk).delete()

    assert not Outline.objects.exists()


def test_languages_are_those_of_newest_revisions_in_order():
    article("One", language="fr")
    article("Two", language="de")
    three = article("Three", language="it")
    articles.save_draft(three.pk, text("Three", language="de"))

    assert finding.languages() == ["de", "fr"]


def test_a_filter_and_the_column_tell_the_same_status():
    now = timezone.now()
    article("Draft")
    live("Live")
    articles.save_draft(live("Changed").pk, text("Changed", body="newer"))
    articles.withdraw(live("Withdrawn").pk, now=now)
    future, refused = article("Future"), live("Refused")
    scheduling.schedule(future.pk, action="publish", due_at=now + dt.timedelta(days=1), zone="UTC", now=now)
    overview.messages(refused.pk).update(refusal="No.")
    mended = live("Mended")
    overview.messages(mended.pk).update(refusal="No.")
    articles.publish(articles.save_draft(mended.pk, text("Mended", body="x")).article_id, now=now)

    shown = {str(one): one.status for one in overview.overview()}
    for status in Status:
        told = {str(one) for one in overview.overview().filter(status=status)}
        assert told == {name for name, known in shown.items() if known == status}, status
    assert shown["Refused"] == "refused"
    assert shown["Mended"] == "live"
    assert shown["Future"] == "future"


def test_pages_ask_as_much_of_twenty_articles_as_of_five():
    client = browser(chief())
    systems, ines = tag("Systems"), author("Ines")
    newsroom(range(5), systems, ines)
    counted(client)  # what is asked once and remembered
    few = counted(client)
    newsroom(range(5, 20), systems, ines)

    many = counted(client)

    assert {page: (few[page], many[page]) for page in few if few[page] != many[page]} == {}


def newsroom(numbers, systems, ines):
    """Articles in every state, with revisions, schedules and whatever lists show beside them."""
    now = timezone.now()
    for number in numbers:
        fields = {"tags": (systems.pk,), "authors": (ines.pk,), "body": f"Some words {number}"}
        made = (live if number % 5 else article)(
            f"Article {number}", by=editor(), hero=picture().pk, **fields
        )
        articles.save_draft(
            made.pk, text(f"Article {number}", **fields | {"body": "More words"}), by=editor()
        )
        if number % 5 == 2:
            settle(made)
        if number % 5 == 1:
            overview.messages(made.pk).update(refusal="No.")
        if number % 5 == 0:
            due = now + dt.timedelta(days=1)
            scheduling.schedule(made.pk, action="publish", due_at=due, zone="UTC", now=now)
        if number % 5 == 4:
            reviews.submit(made.pk, by=chief(), now=now)
        if number % 5 == 2:
            releases.add(releases.create(name=f"Release {number}").pk, [made.pk], action="publish")
        if number % 5 == 3:
            articles.withdraw(made.pk, now=now)
        tag(f"Tag {number}", f"tag-{number}", picture=picture())
        author(f"Author {number}", f"author-{number}", user=writer())


def counted(client):
    """Queries by page."""
    key = Article.objects.order_by("created_at").first().pk
    found = {}
    for page in PAGES:
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(page.format(article=key))
        assert answer.status_code == 200, page
        found[page] = len(asked)
    return found
