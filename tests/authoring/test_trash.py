"""The trash: what is deleted is gone for everybody, comes back as it was, and goes for ever in the end."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connections
from django.db.utils import IntegrityError

from authoring import tasks
from authoring.models import Article, ImportedSource, ReservedPath, Revision, ScheduledChange
from authoring.services import articles, autosaving, rights, scheduling, translations, trash
from authoring.services.articles import NoSuchArticle
from authoring.services.paths import SlugTaken
from cms.databases import WRITE
from tests.authoring.builders import NOW, article, chief, editor, live, messages, text, writer
from tests.authoring.test_admin_articles import LIST, browser, page_of, said
from tests.authoring.test_api_articles import API, Caller, at
from tests.authoring.test_services_autosaving import aged

LATER = NOW + dt.timedelta(hours=1)
TRASH = f"{LIST}trash/"


def trashed(**fields: Any) -> Article:
    return trash.put(article(**fields).pk, now=NOW)


def paths() -> set[tuple[str, bool]]:
    return set(ReservedPath.objects.values_list("path", "is_public"))


def age(one: Article, *, days: int) -> None:
    """As if it had been deleted so many days ago by the database's clock."""
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            "UPDATE authoring_article SET trashed_at = now() - make_interval(days => %s) WHERE id = %s",
            [days, one.pk],
        )


def planned(one: Article, action: str = "withdraw") -> ScheduledChange:
    return scheduling.schedule(one.pk, action=action, due_at=LATER, zone="UTC", now=NOW)


def test_a_live_article_in_the_trash_is_gone_for_readers_and_comes_back_as_a_draft():
    anna, one = chief(), live("A", "a")
    articles.save_draft(one.pk, text("A", "draft-only"))
    waits, failed = planned(one), planned(one)
    ScheduledChange.objects.filter(pk=failed.pk).update(failed_at=NOW, failure="No.")

    trash.put(one.pk, now=LATER, by=anna)

    assert (messages()[-1].type, messages()[-1].version) == ("article.withdrawn", 2)
    assert not Article.objects.exists()
    gone = trash.trashed().get()
    assert (gone.trashed_at, gone.trashed_by, gone.is_live) == (LATER, anna, False)
    assert paths() == {("/a/", True), ("/draft-only/", False)}
    assert [scheduling.retry(failed.pk), scheduling.cancel(waits.pk, now=LATER)] == [False, False]
    assert set(ScheduledChange.objects.values_list("cancelled_at", "failed_at", "failure")) == {
        (LATER, None, ""),
        (LATER, None, "No."),
    }

    trash.restore(one.pk, by=anna)

    assert [scheduling.retry(failed.pk), scheduling.cancel(waits.pk, now=LATER)] == [False, False]
    back = Article.objects.get()
    assert (back.trashed_at, back.trashed_by, back.is_live, back.version) == (None, None, False, 2)
    assert back.latest_revision.slug == "draft-only"
    assert articles.publish(one.pk, now=LATER) == 3


def test_nothing_can_be_done_to_what_is_in_the_trash():
    one = trashed()

    for act in (
        lambda: articles.save_draft(one.pk, text("New")),
        lambda: articles.publish(one.pk, now=NOW),
        lambda: articles.withdraw(one.pk, now=NOW),
        lambda: autosaving.autosave(one.pk, text("New"), by=writer(), based_on=1),
        lambda: planned(one),
        lambda: trash.put(one.pk, now=NOW),
    ):
        with pytest.raises(NoSuchArticle):
            act()
    assert (Revision.objects.count(), ScheduledChange.objects.count(), messages()) == (1, 0, [])


def test_what_is_not_in_the_trash_is_neither_restored_nor_deleted_for_ever():
    one = article()

    for act in (trash.restore, trash.delete):
        with pytest.raises(NoSuchArticle):
            act(one.pk)
    assert Article.objects.get() == one


def test_the_database_keeps_a_trashed_article_from_being_live():
    one = live()

    with pytest.raises(IntegrityError):
        Article.objects.filter(pk=one.pk).update(trashed_at=NOW)


def test_an_address_in_the_trash_stays_taken_and_says_where():
    trashed()

    with pytest.raises(SlugTaken, match="The address /hello/ is taken by an article in the trash"):
        article()


def test_deleted_for_ever_a_draft_frees_its_path_and_a_public_one_does_not():
    draft, public = trashed(title="Draft"), trash.put(live("A", "a").pk, now=LATER)
    articles_paths = {("/draft/", False), ("/a/", True)}
    assert paths() == articles_paths

    trash.delete(draft.pk)
    trash.delete(public.pk)

    assert (Article.with_trash.count(), Revision.objects.count()) == (0, 0)
    assert paths() == {("/a/", True)}
    assert [message.type for message in messages()] == ["article.published", "article.withdrawn"]


def test_the_trash_is_emptied_of_what_is_thirty_days_old(settings):
    settings.TRASH_DAYS = 30
    old, young, kept = trashed(title="Old"), trashed(title="Young"), article("Kept")
    age(old, days=31)
    age(young, days=29)
    ImportedSource.objects.create(path="a.md", digest="x", article=old, revision=old.latest_revision)

    tasks.purge_trash()

    assert set(Article.with_trash.all()) == {young, kept}
    assert not ImportedSource.objects.exists()


def test_an_article_is_kept_for_thirty_days(settings):
    settings.TRASH_DAYS = 30

    assert trash.kept_until(trashed()) == NOW + dt.timedelta(days=30)


def test_thinning_leaves_the_text_of_a_trashed_article_alone():
    anna = writer()
    one = autosaving.begin(text(body="A"), by=anna)
    aged(one.latest_revision, days=90)
    trash.put(one.pk, now=NOW)

    tasks.thin()

    assert Revision.objects.count() == 1


def test_a_trashed_original_is_no_translation_and_its_translations_keep_together():
    one = article("Ink")
    other = article("Encre", "encre", language="fr", translation=one.pk)
    trash.put(one.pk, now=NOW)

    assert translations.original(other.latest_revision) is None
    trash.restore(one.pk)
    assert translations.original(other.latest_revision) == one


def test_writers_delete_their_own_drafts_and_only_publishers_what_readers_saw():
    anna, bert = writer(), writer()
    own, theirs = article("Own", by=anna), article("Theirs", by=bert)
    seen = live("Seen", by=anna)
    articles.withdraw(seen.pk, now=NOW)

    for one in (theirs, seen):
        with pytest.raises(rights.Forbidden):
            trash.put(one.pk, now=NOW, by=anna)
    trash.put(own.pk, now=NOW, by=anna)
    with pytest.raises(rights.Forbidden):
        trash.restore(own.pk, by=bert)
    with pytest.raises(rights.Forbidden):
        trash.delete(own.pk, by=editor())
    assert list(trash.trashed()) == [own]
    trash.restore(own.pk, by=anna)
    trash.put(seen.pk, now=NOW, by=editor())
    trash.delete(seen.pk, by=chief())
    assert set(Article.with_trash.all()) == {own, theirs}


# --- In the admin ---


def test_deleting_asks_and_says_what_happens():
    one = live("Ink & <i>Paper</i>", "ink")
    planned(one)
    draft = article("Draft")

    page = browser(editor()).get(f"{LIST}{one.pk}/delete/").content.decode()
    plain = browser(editor()).get(f"{LIST}{draft.pk}/delete/").content.decode()

    assert "Delete “Ink &amp; &lt;i&gt;Paper&lt;/i&gt;”?" in page
    assert "stays in the trash for 30 days" in page
    assert "Readers lose it at once" in page
    assert "Readers lose" not in plain
    assert Article.objects.count() == 2


def test_a_deleted_article_is_nowhere_but_in_the_trash_and_undo_brings_it_back():
    camille, one = editor(name="camille"), live("A press", "press")
    page = browser(camille)

    deleted = page.post(f"{LIST}{one.pk}/delete/", {"post": "yes"}, follow=True)

    assert "“A press” is in the trash for 30 days." in said(deleted)[0]
    assert f'name="article" value="{one.pk}"' in said(deleted)[0]
    for address in (
        LIST,
        f"{LIST}?q=press",
        "/admin/",
        f"{LIST}{one.pk}/revisions/",
        f"{LIST}{one.pk}/preview/",
    ):
        assert page_of(one) not in page.get(address).content.decode()
    listed = page.get(TRASH).content.decode()
    assert "A press" in listed
    assert "by camille" in listed
    assert "was public" in listed
    there = page.get(page_of(one), follow=True)
    assert said(there) == ["“A press” is in the trash. Restore it to go on writing."]
    assert "A press" in page.get(f"{TRASH}{one.pk}/").content.decode()

    back = page.post(f"{TRASH}restore/", {"article": one.pk}, follow=True)

    assert said(back) == ["“A press” is back, as a draft: readers do not see it."]
    assert Article.objects.get() == one


def test_several_are_deleted_restored_and_deleted_for_ever():
    camille, mine, theirs = browser(editor()), article("One"), live("Two")
    chosen = {"action": "delete_selected", "_selected_action": [mine.pk, theirs.pk]}

    asked = camille.post(LIST, chosen).content.decode()
    assert "Delete 2 articles?" in asked
    assert "Readers lose 1 of them at once" in asked
    assert Article.objects.count() == 2
    camille.post(LIST, {**chosen, "post": "yes"})
    assert not Article.objects.exists()

    both = {"article": [mine.pk, theirs.pk]}
    back = camille.post(f"{TRASH}restore/", both, follow=True)
    assert said(back)[-1] == "2 articles are back, as drafts: readers do not see them."
    camille.post(LIST, {**chosen, "post": "yes"})
    sure = {**both, "post": "yes"}
    refused = camille.post(f"{TRASH}delete/", sure, follow=True)
    assert "You may not delete articles for ever." in said(refused)[-1]
    assert trash.trashed().count() == 2
    boss = browser(chief())
    asked = boss.post(f"{TRASH}delete/", both).content.decode()
    assert "Delete 2 articles for ever?" in asked
    assert "Nobody can bring them back" in asked
    assert trash.trashed().count() == 2
    assert said(boss.post(f"{TRASH}delete/", sure, follow=True)) == ["2 articles are deleted for ever."]
    assert not Article.with_trash.exists()


def test_a_writers_trash_holds_their_own_drafts_alone():
    anna = writer()
    own, theirs = trashed(title="Own", by=anna), trashed(title="Theirs", by=editor())
    page = browser(anna)

    shown = page.get(TRASH).content.decode()

    assert "Own" in shown
    assert "Theirs" not in shown
    assert "for ever</button>" not in shown
    assert page.get(f"{TRASH}{theirs.pk}/").status_code == 404
    page.post(f"{TRASH}restore/", {"article": [own.pk, theirs.pk]})
    assert list(Article.objects.all()) == [own]
    assert page.post(f"{TRASH}restore/", {"article": "x"}).status_code == 404


def test_the_trash_asks_the_same_number_of_questions_however_full_it_is(django_assert_max_num_queries):
    page, names = browser(editor()), [f"Article {number}" for number in range(30)]
    for name in names:
        trashed(title=name, by=None)

    with django_assert_max_num_queries(10, using=WRITE):
        page.get(TRASH)


# --- In the API ---


def test_the_api_trashes_restores_and_finds_nothing_meanwhile():
    camille = editor()
    one, call = live("A", "a"), Caller(camille)

    assert call("DELETE", at(one), If_Match='"0-0"').status_code == 412
    assert call("DELETE", at(one), If_Match="*").status_code == 204

    assert trash.trashed().get().trashed_by == camille
    for method, path in (
        ("GET", at(one)),
        ("DELETE", at(one)),
        ("PATCH", at(one)),
        ("POST", at(one, "publish")),
        ("POST", at(one, "withdraw")),
        ("GET", at(one, "revisions")),
        ("GET", at(one, "schedule")),
    ):
        assert call(method, path, If_Match="*").status_code == 404
    assert call("GET", API).json()["results"] == []
    back = call("POST", at(one, "restore"))
    assert (back.status_code, back.json()["status"]) == (200, "withdrawn")
    assert call("POST", at(one, "restore")).status_code == 404


def test_a_writers_token_deletes_own_drafts_only():
    anna = writer()
    own, seen, call = article("Own", by=anna), live("Seen", by=anna), Caller(anna)
    anna.user_permissions.add(Permission.objects.get(codename="delete_article"))

    assert (call("DELETE", at(own)).status_code, call("DELETE", at(seen)).status_code) == (204, 403)
    assert list(Article.objects.all()) == [seen]
    trash.put(seen.pk, now=NOW)
    assert (call("POST", at(own, "restore")).status_code, call("POST", at(seen, "restore")).status_code) == (
        200,
        403,
    )
