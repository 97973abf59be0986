"""Articles as files, and back again."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from PIL import Image

from authoring.importing.importer import Importer
from authoring.importing.sources import Root
from authoring.models import Article, AuditEntry, Author, Picture, ReservedPath, Tag
from authoring.services import articles, bulk, exporting, pictures, trash
from authoring.services.texts import text_of
from cms.pictures import name
from tests.authoring.builders import NOW, article, author, editor, live, tag, text, writer

LONG = "A text with *all* of it.\n\n---\n\n```python\ntags: [no]\n```\n\n[^1]\n\n[^1]: A note: “quoted”.\n"


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def taken(keys, form: str, by) -> bytes:
    return b"".join(exporting.export(list(keys), form, by=by))


def test_what_is_exported_as_markdown_is_imported_as_it_was(tmp_path: Path):
    image = io.BytesIO()
    Image.new("RGB", (900, 600), "#123456").save(image, "PNG")
    hero = pictures.add(image.getvalue(), name="press.png", alt="A press: old")
    address = f"/media/{name(hero.digest, max(hero.widths))}"
    fields = {
        "summary": "yes: a # summary, 'quoted'",
        "body": f"{LONG}\n![A press]({address})\n",
        "tags": (tag("C++", "cpp").pk, tag("Été", "ete").pk),
        "authors": (author("Zoë O’Hara", "zoe").pk,),
        "hero": hero.pk,
        "canonical": "https://elsewhere.example/a/",
        "social_title": "- Shorter",
        "noindex": True,
    }
    one = live("2020: “no”", "a-year", **fields)
    draft = article("Entwurf", "entwurf", language="de", body="Noch nicht.")
    articles.publish(one.pk, now=NOW, former_paths=("/old/year.html",))
    before = {
        row.pk: text_of(row.latest_revision) for row in Article.objects.select_related("latest_revision")
    }

    with zipfile.ZipFile(io.BytesIO(taken([one.pk, draft.pk], "zip", editor()))) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["de/entwurf.md", "en/a-year.md", address.lstrip("/")]
        archive.extractall(tmp_path / "taken")
    for row in (one, draft):
        trash.put(row.pk, now=NOW)
    forget(one, draft)
    report = Importer(
        Root((tmp_path / "taken").resolve(), "taken"), now=NOW, language="en", publish=True
    ).run()

    assert report.outcomes.total() == 2
    back = {row.latest_revision.slug: row for row in Article.objects.select_related("latest_revision")}
    told = text_of(back["a-year"].latest_revision)
    shown = Picture.objects.get(pk=told.hero)
    assert shown.alt == "A press: old"
    was = before[one.pk]
    as_it_was = {
        "hero": shown.pk,
        "body": was.body.replace(address, f"/media/{name(shown.digest, max(shown.widths))}"),
    }
    for field in ("title", "slug", "summary", "language", "canonical", "social_title", "noindex"):
        assert getattr(told, field) == getattr(was, field), field
    assert (told.hero, told.body) == (as_it_was["hero"], as_it_was["body"])
    assert [Tag.objects.get(pk=key).name for key in told.tags] == ["C++", "Été"]
    assert [Author.objects.get(pk=key).name for key in told.authors] == ["Zoë O’Hara"]
    assert back["a-year"].published_at == one.published_at
    assert text_of(back["entwurf"].latest_revision) == before[draft.pk]
    assert not back["entwurf"].is_live


def forget(*rows: Article) -> None:
    """As after moving to another installation: nothing of the articles is left, addresses included."""
    for row in rows:
        trash.delete(row.pk)
        ReservedPath.objects.filter(key=str(row.pk)).delete()


def test_translations_find_each_other_again():
    one = live("One")
    articles.save_draft(one.pk, text("One", "one", translation=one.pk))

    head = exporting.front_matter(*next(exporting._rows([one.pk], editor())))

    assert head["translationkey"] == str(one.pk)


def test_table_and_json_say_the_same_and_no_cell_is_a_formula():
    ink = tag("Ink")
    one = live("=1+1", "one", tags=(ink.pk,), summary="Line\nline")
    by = editor()

    rows = list(csv.DictReader(io.StringIO(taken([one.pk], "csv", by).decode())))
    told = json.loads(taken([one.pk], "json", by))

    assert (rows[0]["title"], rows[0]["tags"], rows[0]["summary"]) == ("'=1+1", "Ink", "Line\nline")
    assert (told[0]["title"], told[0]["tags"], told[0]["url"]) == ("=1+1", ["Ink"], "http://testserver/one/")
    assert json.loads(taken([], "json", by)) == []


def test_nobody_takes_along_what_they_may_not_change():
    anna = writer(name="anna")
    mine, other = article("Mine", by=anna), article("Secret of another", "secret")

    told = taken([mine.pk, other.pk], "json", anna)

    assert [row["title"] for row in json.loads(told)] == ["Mine"]
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.user, entry.title, entry.note) == ("anna", "2 articles", "As json")


def test_a_picture_whose_file_is_gone_stays_away():
    hero = Picture.objects.create(digest="ab" * 32, width=10, height=10, widths=[10])
    one = article("One", hero=hero.pk)

    with zipfile.ZipFile(io.BytesIO(taken([one.pk], "zip", editor()))) as archive:
        assert archive.namelist() == ["en/one.md"]
    assert not default_storage.exists(name(hero.digest, 10))


def test_export_is_sent_as_a_file_in_the_admin():
    by, client = editor(), Client()
    made = bulk.choose([(article("One").pk, "One")], by=by)
    client.force_login(by)
    address = reverse("admin:authoring_article_bulk_export", args=[made.pk])

    answer = client.post(address, {"form": "csv"})

    assert answer.streaming
    assert answer["Content-Disposition"] == 'attachment; filename="articles.csv"'
    assert b"One" in b"".join(answer.streaming_content)
    assert client.post(address, {"form": "exe"}).status_code == 404
    assert client.get(address).status_code == 405
