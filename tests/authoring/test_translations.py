"""What writers say of translations, in services, admin, API and imported files."""

import json

import pytest
from django.core.exceptions import ValidationError

from authoring.models import Article, OutboxMessage
from authoring.services import articles, translations, trash
from authoring.services.texts import text_of
from cms import codec
from tests.authoring.builders import NOW, article, editor, live, text, writer
from tests.authoring.test_admin_articles import ADD, browser, form_of, page_of
from tests.authoring.test_api_articles import API, Caller
from tests.authoring.test_importing import bring, put, site  # noqa: F401  a fixture


def group(one: Article):
    return Article.objects.get(pk=one.pk).latest_revision.translation


def test_translation_shares_the_key_of_its_original_in_its_message():
    one = article("Ink")
    other = live("Encre", language="fr", translation=translations.group_of(one.pk))
    third = live("Tinte", language="de", translation=translations.group_of(other.pk))

    states = [json.loads(row.message)["state"] for row in OutboxMessage.objects.order_by("id")]
    assert [state["translation"] for state in states] == [str(one.pk), str(one.pk)]
    assert group(third) == one.pk
    assert translations.original(Article.objects.get(pk=third.pk).latest_revision) == one


def test_article_that_translates_nothing_says_nothing():
    live("Ink")

    assert codec.decode(OutboxMessage.objects.get().message).state.translation == ""


def test_two_translations_into_one_language_are_refused():
    one = article("Ink")
    article("Encre", language="fr", translation=one.pk)
    late = article("Noir", language="fr")

    for key, language in ((late.pk, "fr"), (late.pk, "en")):
        with pytest.raises(ValidationError) as refused:
            articles.save_draft(key, text("Noir", language=language, translation=one.pk))
        assert list(refused.value.message_dict) == ["translation"]
    assert group(late) is None


def test_article_that_does_not_exist_has_no_translations():
    with pytest.raises(ValidationError):
        translations.group_of(translations.group_named("nothing"))


def test_deleted_original_leaves_its_translations_together():
    one = live("Ink")
    first = live("Encre", language="fr", translation=one.pk)
    trash.delete(trash.put(one.pk, now=NOW).pk)

    second = live("Tinte", language="de", translation=translations.group_of(first.pk))

    assert group(second) == group(first) == one.pk
    assert articles.publish(first.pk, now=NOW) == 2


def test_editor_chooses_the_original_in_the_form_and_takes_it_back():
    one, page = article("Ink"), browser(editor())

    page.post(ADD, form_of(title="Encre", slug="encre", language="fr", translation=str(one.pk)))
    other = Article.objects.exclude(pk=one.pk).get()
    assert group(other) == one.pk
    assert f'<option value="{one.pk}" selected>' in page.get(page_of(other)).content.decode()

    page.post(page_of(other), form_of(other, title="Encre !", translation=str(one.pk)))
    assert group(other) == one.pk

    page.post(page_of(other), form_of(other, title="Encre", translation=""))
    assert group(other) is None


def test_form_refuses_an_article_as_its_own_translation_and_a_second_into_a_language():
    one, page = article("Ink"), browser(editor())
    article("Encre", language="fr", translation=one.pk)

    itself = page.post(page_of(one), form_of(one, translation=str(one.pk)))
    second = page.post(ADD, form_of(title="Noir", slug="noir", language="fr", translation=str(one.pk)))

    assert "no translation of itself" in itself.content.decode()
    assert "Another of its translations is in this language already." in second.content.decode()
    assert Article.objects.count() == 2


def test_api_takes_the_key_of_any_translation_and_answers_with_the_common_one():
    one, call = article("Ink"), Caller(editor())
    fields = {"title": "Encre", "slug": "encre", "language": "fr", "translation": str(one.pk)}

    made = call("POST", API, fields)
    third = {**fields, "title": "Tinte", "language": "de", "translation": made.json()["id"]}

    assert (made.status_code, made.json()["translation"]) == (201, str(one.pk))
    assert call("POST", API, third).json()["translation"] == str(one.pk)
    assert call("POST", API, fields | {"slug": "noir"}).status_code == 400
    assert call("POST", API, fields | {"translation": str(translations.group_named("x"))}).status_code == 400
    assert Article.objects.count() == 3


def test_key_in_a_front_matter_joins_translations_and_files_without_one_stay_alone(site):  # noqa: F811
    put(site, "en/ink.md", "---\ntitle: Ink\ntranslationKey: ink\nlang: en\n---\nText.\n")
    put(site, "fr/encre.md", "+++\ntitle = 'Encre'\ntranslationKey = 'ink'\n+++\nTexte.\n")
    put(site, "de/ink.md", "---\ntitle: Tinte\n---\nText.\n")
    bring(site)
    before = {str(one): group(one) for one in Article.objects.all()}

    assert before["Ink"] == before["Encre"] is not None
    assert before["Tinte"] is None

    put(site, "fr/encre.md", "+++\ntitle = 'Encre'\ntranslationKey = 'ink'\n+++\nAutre texte.\n")
    bring(site)
    assert {str(one): group(one) for one in Article.objects.all()} == before


def test_second_file_in_one_language_is_brought_in_alone(site):  # noqa: F811
    put(site, "a.md", "---\ntitle: Ink\ntranslationKey: ink\n---\nText.\n")
    put(site, "b.md", "---\ntitle: More\ntranslationKey: ink\n---\nText.\n")

    report = bring(site)

    assert sorted(str(group(one) is None) for one in Article.objects.all()) == ["False", "True"]
    assert "It is no translation of “ink”: “Ink” is in this language already." in str(report.notes)


def test_text_keeps_what_its_revision_says():
    one = article("Encre", language="fr", translation=article("Ink").pk)

    assert text_of(one.latest_revision).translation == group(one)


def test_a_draft_of_another_author_is_not_theirs_to_name_and_what_readers_see_is():
    secret, public, camille = article("Secret"), live("Public"), writer(name="camille")
    form = {"title": "Mine", "slug": "mine", "language": "fr", "body": "", "summary": "", "_save": ""}
    client, caller = browser(camille), Caller(camille)

    refused = client.post(ADD, {**form, "translation": secret.pk})
    assert list(refused.context["adminform"].form.errors) == ["translation"]
    assert "Secret" not in refused.content.decode()
    wanted = {"title": "Mine", "slug": "mine", "language": "fr"}
    assert caller("POST", API, {**wanted, "translation": str(secret.pk)}).status_code == 400
    assert Article.objects.count() == 2

    assert client.post(ADD, {**form, "translation": public.pk}).status_code == 302


def test_an_original_that_is_not_the_authors_to_know_is_not_told_and_stays():
    secret, camille = article("Secret"), writer(name="camille")
    mine = article("Mine", language="fr", by=camille, translation=secret.pk)
    client = browser(camille)

    assert "Secret" not in client.get(page_of(mine)).content.decode()
    client.post(page_of(mine), form_of(mine, title="Still mine", translation=""))

    mine.refresh_from_db()
    assert (mine.latest_revision.title, mine.latest_revision.translation) == ("Still mine", secret.pk)
