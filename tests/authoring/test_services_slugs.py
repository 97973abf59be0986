"""Addresses suggested from titles."""

import pytest

from authoring.services import slugs
from tests.authoring.builders import article


@pytest.mark.parametrize(
    ("title", "language", "slug"),
    [
        ("Why deleting is “hard”!", "en", "why-deleting-is-hard"),
        ("Почему удалять трудно", "ru", "pochemu-udalyat-trudno"),
        ("ひらがなとカタカナ", "ja", "hiraganatokatakana"),
        ("Καλημέρα κόσμε", "el", "kalimera-kosme"),
        ("Größe, Öl & Übermut", "de", "groesse-oel-uebermut"),
        ("Größe", "en", "grosse"),
        ("Ça va, l’œuvre ?", "fr", "ca-va-loeuvre"),
        ("A party 🎉", "en", "a-party"),
        ("🎉", "en", ""),
        ("", "en", ""),
    ],
)
def test_slug_is_the_title_in_plain_letters(title, language, slug):
    assert slugs.suggest(title, language=language) == slug


def test_long_title_is_cut_between_words():
    assert slugs.suggest("word " * 30, language="en") == "-".join(["word"] * 16)


def test_what_another_owns_is_not_suggested_but_one_s_own_is():
    mine = article("On marmalade")

    assert slugs.suggest("On marmalade", language="en") == "on-marmalade-2"
    assert slugs.suggest("On marmalade", language="en", article_id=mine.pk) == "on-marmalade"
    assert slugs.suggest("On marmalade", language="fr") == "on-marmalade"


def test_words_of_the_site_itself_are_not_suggested():
    assert slugs.suggest("Search", language="en") == "search-2"
