"""Folders of posts: what arrives, what is named, and what a second run does."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from PIL import Image

from authoring.importing.importer import Importer
from authoring.importing.report import Outcome, Report
from authoring.importing.sources import Root
from authoring.models import (
    Article,
    Author,
    ImportedSource,
    OutboxMessage,
    Picture,
    ReservedPath,
    Revision,
    ScheduledChange,
    Tag,
)
from authoring.services import articles, scheduling, trash
from authoring.services.texts import text_of
from cms import codec
from tests.authoring import builders

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
HELLO = "---\ntitle: Hello\ndate: 2020-05-17 10:30:00 +0200\n---\nThe text.\n"


@pytest.fixture(autouse=True)
def _media(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


def put(folder: Path, path: str, content: str | bytes) -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def bring(folder: Path, *, publish: bool = True, now: dt.datetime = NOW, **options: Any) -> Report:
    root = Root(folder.resolve(), options.pop("name", "site"))
    return Importer(root, now=now, language=options.pop("language", "en"), publish=publish, **options).run()


def png(colour: str = "red", size: tuple[int, int] = (30, 20)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def only() -> Article:
    return Article.objects.select_related("latest_revision", "live_revision").get()


def body(article: Article | None = None) -> str:
    return (article or only()).latest_revision.body  # type: ignore[union-attr]


def at(path: str) -> Article:
    return Article.objects.select_related("latest_revision").get(path=path)


def former(article: Article) -> set[str]:
    """The paths that redirect to `article`, as readers' side is told."""
    message = OutboxMessage.objects.filter(key=str(article.pk)).latest("version")
    return set(codec.decode(message.message).state.former_paths)  # type: ignore[union-attr]


def counts(report: Report) -> tuple[int, int, int, int]:
    named = (Outcome.IMPORTED, Outcome.UPDATED, Outcome.UNCHANGED)
    return (*(report.outcomes[outcome] for outcome in named), len(report.skipped))  # type: ignore[return-value]


# What arrives


def test_a_jekyll_post_becomes_a_public_article(site: Path):
    put(
        site,
        "en/news/_posts/2020-05-17-hello-world.md",
        "---\ntitle: Hello\nauthor: Ann and Bob\ntags: big small\ncategories: [Big]\nlang: en\n"
        "date: 2020-05-17 10:30:00 +0200\ndescription: In short.\n---\n\nThe *text*.\n",
    )
    report = bring(site)

    article = only()
    revision = article.live_revision
    assert counts(report) == (1, 0, 0, 0)
    assert (article.path, article.published_at) == (
        "/hello-world/",
        dt.datetime(2020, 5, 17, 8, 30, tzinfo=dt.UTC),
    )
    assert (revision.title, revision.summary, revision.body) == ("Hello", "In short.", "The *text*.\n")  # type: ignore[union-attr]
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["big", "small"]
    assert [Author.objects.get(pk=pk).name for pk in revision.authors] == ["Ann", "Bob"]  # type: ignore[union-attr]
    assert former(article) == {
        "/en/news/big/2020/05/17/hello-world/",
        "/en/news/big/2020/05/17/hello-world.html",
    }


def test_a_zola_post_is_known_by_its_path_and_aliases(site: Path):
    put(
        site,
        "inside/Release-1.12/index.md",
        '+++\npath = "inside/2016/09/29/Release-1.12"\ntitle = "Release 1.12"\nauthors = ["Ann, Bob, and Cy"]\n'
        'aliases = ["2016/09/29/Release-1.12.html", "releases/1.12.0"]\n[taxonomies]\ntags = ["C++", "C"]\n+++\nText\n',
    )
    bring(site)

    article = only()
    assert (article.path, article.published_at) == ("/release-1-12/", dt.datetime(2016, 9, 29, tzinfo=dt.UTC))
    assert former(article) == {
        "/inside/2016/09/29/Release-1.12/",
        "/2016/09/29/Release-1.12.html",
        "/releases/1.12.0/",
    }
    assert set(Tag.objects.values_list("slug", "name")) == {("cpp", "C++"), ("c", "C")}
    assert set(Author.objects.values_list("name", flat=True)) == {"Ann", "Bob", "Cy"}


def test_a_hugo_post_was_found_by_its_folder(site: Path):
    put(site, "content/blog/First-Post.md", '{"title": "First", "date": "2021-01-02T03:04:05Z"}\n\nText\n')
    bring(site, prefix="/old")

    assert only().path == "/first-post/"
    assert former(only()) == {"/old/blog/First-Post/", "/old/blog/first-post/"}


def test_the_language_comes_from_the_head_or_the_path(site: Path):
    put(site, "a.md", "---\ntitle: A\nlang: pt_BR\n---\nx")
    put(site, "fr/b.md", "---\ntitle: B\n---\nx")
    put(site, "blog/c.de.md", "---\ntitle: C\n---\nx")
    put(site, "d.md", "---\ntitle: D\nlang: tlh\n---\nx")
    report = bring(site, language="ja")

    assert set(Article.objects.values_list("path", flat=True)) == {"/pt-br/a/", "/fr/b/", "/de/c/", "/ja/d/"}
    assert report.notes == ["d.md: The language “tlh” is unknown; ja is assumed."]


def test_a_post_without_a_title_takes_its_first_heading_or_its_name(site: Path):
    put(site, "a.md", "---\ndate: 2020-01-01\n---\n\n# A *heading* #\n\nText")
    put(site, "my-first_post.md", "---\ndate: 2020-01-01\n---\nText")
    put(site, "c.md", "Set\n===\n\nText")
    bring(site)

    assert {article.path: (str(article), body(article)) for article in Article.objects.all()} == {
        "/a/": ("A *heading*", "Text"),
        "/my-first_post/": ("My first post", "Text"),
        "/c/": ("Set", "Text"),
    }


def test_a_draft_arrives_and_stays_a_draft(site: Path):
    put(site, "a.md", "---\ntitle: A\ndraft: true\n---\nx")
    put(site, "_drafts/b.md", "---\ntitle: B\n---\nx")
    put(site, "c.md", "---\ntitle: C\npublished: false\n---\nx")
    bring(site)

    assert Article.objects.count() == 3
    assert not OutboxMessage.objects.filter(kind="article").exists()
    assert not ReservedPath.objects.filter(is_public=True).exists()


def test_a_post_of_the_future_is_scheduled(site: Path):
    put(site, "a.md", "---\ntitle: A\ndate: 2026-03-05 09:00:00\n---\nx")
    assert counts(bring(site)) == (1, 0, 0, 0)
    assert counts(bring(site)) == (0, 0, 1, 0)
    put(site, "a.md", "---\ntitle: A\ndate: 2026-03-06 09:00:00\n---\nx")
    assert counts(bring(site)) == (0, 1, 0, 0)

    waiting = ScheduledChange.objects.filter(cancelled_at=None)
    assert [change.due_at for change in waiting] == [dt.datetime(2026, 3, 6, 9, tzinfo=dt.UTC)]
    assert only().version == 0


def test_without_publishing_all_are_drafts_whose_old_addresses_are_kept_for_them(site: Path):
    put(site, "a.md", "---\ntitle: A\naliases: [/was/here]\n---\nx")
    bring(site, publish=False)
    assert only().version == 0

    articles.publish(only().pk, now=NOW)
    assert former(only()) == {"/was/here/"}


def test_a_deleted_draft_leaves_its_old_addresses_to_the_next_import(site: Path):
    put(site, "a.md", "---\ntitle: A\naliases: [/was/here]\n---\nx")
    bring(site, publish=False)
    trash.delete(trash.put(only().pk, now=NOW).pk)
    assert not ReservedPath.objects.exists()

    assert (counts(bring(site)), former(only())) == ((1, 0, 0, 0), {"/was/here/"})


def test_file_whose_article_is_in_the_trash_is_named_and_left_alone(site: Path):
    put(site, "a.md", HELLO)
    bring(site)
    one = only()
    trash.put(one.pk, now=NOW)

    same = bring(site)
    put(site, "a.md", HELLO + "More.")
    changed = bring(site)

    told = "a.md:1: Its article is in the trash: restore it, or delete it for ever to bring it in anew."
    assert [report.skipped[0].replace(":5:", ":1:") for report in (same, changed)] == [told, told]
    assert not Article.objects.exists()
    assert one.revisions.count() == 1


def test_a_later_run_publishes_what_was_only_saved(site: Path):
    put(site, "a.md", HELLO)
    bring(site, publish=False)
    report = bring(site)

    assert (report.outcomes[Outcome.PUBLISHED], only().version) == (1, 1)
    assert only().published_at == dt.datetime(2020, 5, 17, 8, 30, tzinfo=dt.UTC)
    assert counts(bring(site)) == (0, 0, 1, 0)


# Again


def test_a_second_run_changes_nothing(site: Path):
    put(site, "a.md", "---\ntitle: A\ntags: [x]\n---\n![](p.png) [b](b.md)\n")
    put(site, "b.md", HELLO)
    put(site, "p.png", png())
    bring(site)
    before = (OutboxMessage.objects.count(), Revision.objects.count())

    assert counts(bring(site, now=NOW + dt.timedelta(days=1))) == (0, 0, 2, 0)
    assert (OutboxMessage.objects.count(), Revision.objects.count()) == before


def test_an_edited_file_is_a_new_revision_of_the_same_article(site: Path):
    put(site, "a.md", HELLO)
    bring(site)
    put(site, "a.md", HELLO.replace("The text", "Another text"))
    report = bring(site)

    assert counts(report) == (0, 1, 0, 0)
    assert (only().version, only().latest_revision.number, body()) == (2, 2, "Another text.\n")  # type: ignore[union-attr]
    assert only().live_revision == only().latest_revision
    assert only().published_at == dt.datetime(2020, 5, 17, 8, 30, tzinfo=dt.UTC)


def test_another_picture_under_the_same_name_is_a_new_revision(site: Path):
    put(site, "a.md", "---\ntitle: A\n---\n![](p.png)")
    put(site, "p.png", png("red"))
    bring(site)
    before = body()
    put(site, "p.png", png("blue"))

    assert counts(bring(site)) == (0, 1, 0, 0)
    assert body() != before


def test_a_slug_that_a_writer_changed_stays(site: Path):
    put(site, "a.md", HELLO)
    bring(site)
    changed = text_of(only().latest_revision)  # type: ignore[arg-type]
    articles.save_draft(only().pk, builders.text(changed.title, "renamed", body=changed.body))
    articles.publish(only().pk, now=NOW)
    put(site, "a.md", HELLO + "More.\n")
    bring(site)

    assert (only().path, former(only())) == ("/renamed/", {"/a/"})


def test_an_article_that_was_withdrawn_stays_withdrawn(site: Path):
    put(site, "a.md", HELLO)
    bring(site)
    articles.withdraw(only().pk, now=NOW)
    put(site, "a.md", HELLO + "More.\n")
    report = bring(site)

    assert not only().is_live
    assert report.notes == ["a.md: The article was withdrawn; the new text waits as a draft."]


def test_a_public_article_whose_file_became_a_draft_stays_as_it_was(site: Path):
    put(site, "a.md", HELLO)
    bring(site)
    put(site, "a.md", HELLO.replace("title", "draft: true\ntitle").replace("The", "Secret"))
    report = bring(site)

    assert (only().version, only().has_newer_draft) == (1, True)
    assert report.notes == ["a.md: The file is a draft now; the article stays public as it was."]


def test_a_run_that_was_stopped_goes_on(site: Path, monkeypatch: pytest.MonkeyPatch):
    for number in range(4):
        put(site, f"{number}.md", HELLO)
    original, seen = articles.create, []

    def stops(*args: Any, **options: Any) -> Article:
        seen.append(1)
        if len(seen) == 3:
            raise OperationalError("the database went away")
        return original(*args, **options)

    monkeypatch.setattr(articles, "create", stops)
    with pytest.raises(OperationalError):
        bring(site)
    assert Article.objects.count() == 2

    assert counts(bring(site)) == (2, 0, 2, 0)
    assert Article.objects.count() == ImportedSource.objects.count() == 4


def test_two_folders_do_not_take_each_others_articles(site: Path, tmp_path: Path):
    put(site, "a.md", HELLO)
    put(tmp_path / "other", "a.md", HELLO.replace("Hello", "Other"))
    bring(site, name="one")
    bring(tmp_path / "other", name="two")

    assert {(str(article), article.path) for article in Article.objects.all()} == {
        ("Hello", "/a/"),
        ("Other", "/a-2/"),
    }


# Addresses


def test_the_same_slug_twice_gets_a_number_and_keeps_it(site: Path):
    put(site, "2020-01-01-news.md", HELLO)
    put(site, "2021-01-01-news.md", HELLO)
    report = bring(site)
    assert report.notes == ["2021-01-01-news.md: The slug “news” is taken; the article is at news-2."]

    put(site, "2021-01-01-news.md", HELLO + "More.\n")
    assert counts(bring(site)) == (0, 1, 1, 0)
    assert set(Article.objects.values_list("path", flat=True)) == {"/news/", "/news-2/"}


def test_a_slug_of_the_site_itself_gets_a_number(site: Path):
    put(site, "search.md", HELLO)
    bring(site)
    assert only().path == "/search-2/"


def test_an_address_that_two_posts_claim_belongs_to_the_first(site: Path):
    put(site, "a.md", "---\ntitle: A\naliases: [/old, /only-a]\n---\nx")
    put(site, "b.md", "---\ntitle: B\naliases: [/old, /only-b]\n---\nx")
    report = bring(site)

    assert (former(at("/a/")), former(at("/b/"))) == ({"/old/", "/only-a/"}, {"/only-b/"})
    assert report.notes == [
        "b.md: The old address /old/ cannot redirect here: another article or page owns it."
    ]


def test_addresses_that_are_the_sites_own_are_named(site: Path):
    put(
        site,
        "a.md",
        "---\ntitle: A\naliases: [/, /fr/, /tags/x/, /a/?p=1, /ok/, '//[', 'https://x.org/abs.html']\n---\nx",
    )
    report = bring(site)

    assert former(only()) == {"/ok/", "/abs.html"}
    assert [note.partition("“")[2].partition("”")[0] for note in report.notes] == [
        "/",
        "/fr/",
        "/tags/x/",
        "/a/?p=1",
        "//[",
    ]


def test_jekylls_configuration_says_what_addresses_were_like(site: Path):
    put(site, "_config.yml", "title: x\npermalink: /:year/:title/  # pretty\n")
    put(site, "_posts/2020-05-17-a.md", HELLO)
    put(
        site,
        "_posts/2020-05-18-b.md",
        "---\ntitle: B\npermalink: /:categories/b-:i_month.html\ncategories: x y\n---\nx",
    )
    put(site, "about.md", "---\ntitle: About\n---\nx")
    report = bring(site)

    assert (former(at("/a/")), former(at("/b/"))) == ({"/2020/a/"}, {"/x/y/b-5.html"})
    assert report.skipped == [
        "about.md:1: It has no date and lies outside of _posts: a page of the old site, not a post."
    ]


# Texts


def test_links_to_other_posts_lead_to_their_new_addresses(site: Path):
    put(site, "a.md", "---\ntitle: A\n---\n[b](@/blog/2020-01-01-b.md#part) `@/c.md` [c]\n\n[c]: ./c.md\n")
    put(
        site,
        "blog/2020-01-01-b.md",
        '---\ntitle: B\nslug: bee\n---\n{{< ref "a.md" >}} <a href="/a.md">x</a> [no](@/none.md)',
    )
    put(site, "c.md", "---\ntitle: C\n---\n[web](https://example.org/x.md)")
    report = bring(site)

    assert body(at("/a/")) == "[b](/bee/#h-part) `@/c.md` [c]\n\n[c]: /c/\n"
    assert "[no](@/none.md)" in body(at("/bee/"))
    assert body(at("/c/")) == "[web](https://example.org/x.md)"
    assert report.notes == [
        "blog/2020-01-01-b.md: The link to @/none.md leads nowhere: that file is not brought in."
    ]
    assert counts(report) == (3, 0, 0, 0)


def test_jekylls_links_lead_to_the_posts(site: Path):
    put(
        site,
        "en/_posts/2020-01-01-a.md",
        "---\ntitle: A\n---\n[b]({{ site.url }}{% post_url 2020-01-02-b %})",
    )
    put(site, "en/_posts/2020-01-02-b.md", "---\ntitle: B\n---\n[a]({%link en/_posts/2020-01-01-a.md %}#x)")
    bring(site)

    assert (body(at("/a/")), body(at("/b/"))) == ("[b](/b/)", "[a](/a/#h-x)")


def test_pictures_come_along_wherever_they_are_named(site: Path):
    put(
        site,
        "blog/post/index.md",
        "---\ntitle: A\nimage: /images/hero.png\n---\n"
        '![One](one.png "Caption")\n\n<img class=x src="./two.png" alt="Two">\n\n'
        "![Three][3] ![Four](/images/four.png)\n\n"
        "```\n![code](one.png)\n```\n\n[3]: <with space.png> 'T'\n",
    )
    for name, colour in (("one", "red"), ("two", "green"), ("with space", "blue")):
        put(site, f"blog/post/{name}.png", png(colour))
    put(site, "static/images/four.png", png("black"))
    put(site, "images/hero.png", png("white"))
    report = bring(site)

    address = {picture.name: f"/media/{picture.digest}.30.webp" for picture in Picture.objects.all()}
    assert body() == (
        f'![One]({address["one.png"]} "Caption")\n\n<img class=x src="{address["two.png"]}" alt="Two">\n\n'
        f"![Three][3] ![Four]({address['four.png']})\n\n```\n![code](one.png)\n```\n\n"
        f"[3]: <{address['with space.png']}> 'T'\n"
    )
    assert only().latest_revision.hero.name == "hero.png"  # type: ignore[union-attr]
    assert report.notes == []


def test_a_picture_that_does_not_come_along_is_named(site: Path, tmp_path: Path):
    put(tmp_path, "secret.png", png())
    put(site, "draw.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    put(site, "torn.png", png()[:60])
    put(
        site,
        "a.md",
        "---\ntitle: A\n---\n![](draw.svg) ![](none.png) ![](torn.png) ![](../secret.png) ![](https://x.org/y.png)",
    )
    report = bring(site)

    assert [note.removeprefix("a.md: The picture ") for note in report.notes] == [
        "draw.svg is left out: This is an SVG: a document that may contain programs. Export it as PNG, please.",
        "none.png is left out: There is no such file in the folder.",
        "torn.png is left out: This file is damaged or cut off: it cannot be read to its end.",
        "../secret.png is left out: There is no such file in the folder.",
    ]
    assert (only().is_live, Picture.objects.count()) == (True, 0)


def test_what_stands_before_the_separator_is_the_summary(site: Path):
    put(site, "a.md", "---\ntitle: A\n---\nThe *beginning*\n&amp; so.\n\n<!-- more -->\n\nThe rest.\n")
    bring(site)
    assert only().latest_revision.summary == "The beginning & so."  # type: ignore[union-attr]
    assert body() == "The *beginning*\n&amp; so.\n\n\nThe rest.\n"


# What does not arrive


BAD = {
    "bad.md": (
        b"---\ntitle: A: B: C\n---\nx", 2,
        "The YAML cannot be read: mapping values are not allowed in this context."
    ),
    "toml.md": (
        b"+++\ntitle = 'A'\ndate = 2020-13-45\n+++\nx", 3,
        "The TOML cannot be read: expected newline or end of document after a statement."
    ),
    "open.md": (b"---\ntitle: A\n\nText", 1, "The front matter has no end."),
    "list.md": (b"---\n- a\n---\nx", 2, "The front matter is no list of names and values."),
    "json.md": (
        b'{"title": "A",\n oops}\nx', 2,
        "The JSON cannot be read: expecting property name enclosed in double quotes."
    ),
    "deep.md": (b"---\ntitle: " + b"[" * 30_000 + b"\n---\nx", 1, "The front matter is nested too deeply."),
    "dashes.md": (b"---\n" + b"- " * 20_000 + b"x\n---\nx", 1, "The front matter is nested too deeply."),
    "toml-deep.md": (
        b"+++\na = " + b"[" * 900 + b"]" * 900 + b"\n+++\nx", 1,
        "The front matter is nested too deeply."
    ),
    "long-head.md": (
        b"---\nx: " + b"y" * 70_000 + b"\n---\nx", 1,
        "The front matter has 70,004 characters; 65,536 is the most."
    ),
    "binary.md": (b"---\ntitle: A\n---\n\0\1\2", 4, "The file is binary: it contains a NUL."),
    "latin.md": (b"---\ntitle: A\n---\n\nCaf\xe9", 5, "The file is not UTF-8."),
    "big.md": (b"---\ntitle: A\n---\n" + b"x" * 300_000, 4, "The text has 300,000 bytes; 262,144 is the most."),
    "huge.md": (b"x" * 3_000_000, 1, "The file has 3,000,000 bytes; 2,097,152 is the most."),
    "nested.md": (b"---\ntitle: A\n---\n" + b"<div>" * 5_000, 4, None),
    "long.md": (
        b"---\ntitle: " + b"x" * 201 + b"\n---\nx", 4,
        "Title: This has 201 characters; at most 200 are possible."
    ),
    "control.md": (
        b"---\ntitle: A\n---\nx\n\x08", 4,
        "Body: Line 2 contains the character U+0008, which cannot be published."
    ),
    "_index.md": (b"---\ntitle: A\n---\nx", 1, "This is the page of a section, not a post."),
    "index.md": (b"---\nlayout: home\n---\nx", 1, "This is an index page without a title, not a post."),
    "README.md": (b"# About this folder\n", 1, "It has no front matter: a note about the folder, not a post."),
    "empty.md": (b"", 1, "It has neither a title nor a text."),
    "post.rst": (b"Title\n=====\n", 1, "This is rst; only Markdown is understood."),
    "…….md": (
        b"---\ntitle: '!'\n---\nx", 1,
        "No address can be made of its name: it has neither letters nor digits."
    ),
}  # fmt: skip


def test_a_malformed_file_is_named_with_line_and_reason_and_stops_nothing(site: Path):
    for name, (content, _, _) in BAD.items():
        put(site, name, content)
    put(site, "z-good.md", HELLO)
    report = bring(site)

    assert counts(report) == (1, 0, 0, len(BAD))
    said = {line.split(":")[0]: tuple(line.split(": ", 1)) for line in report.skipped}
    for name, (_, line, reason) in BAD.items():
        assert said[name][0] == f"{name}:{line}"
        assert reason in (None, said[name][1])
    assert Article.objects.count() == ReservedPath.objects.filter(path="/z-good/").count() == 1


def test_a_refused_post_leaves_nothing_behind(site: Path):
    put(site, "a.md", "---\ntitle: A\ntags: [only-here]\nauthor: Nobody\n---\n\x08")
    put(site, "b.md", "---\ntitle: B\ntags: [only-here]\n---\nx")
    report = bring(site)

    assert len(report.skipped) == 1
    assert (Tag.objects.count(), Author.objects.count(), str(only())) == (1, 0, "B")


def test_links_out_of_the_folder_are_not_followed(site: Path, tmp_path: Path):
    outside = put(tmp_path, "outside.md", HELLO)
    put(site, "a.md", HELLO)
    (site / "link.md").symlink_to(outside)
    (site / "circle.md").symlink_to(site / "circle.md")
    (site / "folder").symlink_to(tmp_path)
    report = bring(site)

    assert counts(report) == (1, 0, 0, 2)
    assert {line.split(": ")[1] for line in report.skipped} == {
        "This is a link to a file outside of the folder, or to none."
    }


def test_a_file_whose_name_is_no_text_is_skipped(site: Path):
    put(site, "caf\udce9.md", HELLO)
    report = bring(site)

    assert [line.split(": ")[1] for line in report.skipped] == ["Its name is not UTF-8."]


def test_form_feeds_and_windows_line_ends_are_harmless(site: Path):
    put(site, "a.md", b"\xef\xbb\xbf---\r\ntitle: A\r\n---\r\nOne\r\n\x0cTwo\r\n")
    bring(site)
    assert body() == "One\nTwo\n"


def test_a_date_that_is_none_is_named(site: Path):
    put(site, "2020-01-02-a.md", "---\ntitle: A\ndate: 2020-02-31\n---\nx")
    report = bring(site)
    assert report.notes == ["2020-01-02-a.md: The date “2020-02-31” was not understood."]
    assert only().published_at == dt.datetime(2020, 1, 2, tzinfo=dt.UTC)


def test_a_tag_that_cannot_be_is_left_out(site: Path):
    put(site, "a.md", f"---\ntitle: A\ntags: ['{'x' * 101}', '!!', Search, fine, Fine]\n---\nx")
    report = bring(site)
    assert set(Tag.objects.values_list("slug", flat=True)) == {"search-2", "fine"}
    assert len(report.notes) == 2


# The command


def command(folder: Path, **options: Any) -> str:
    said = io.StringIO()
    call_command("import_markdown", str(folder), stdout=said, **options)
    return said.getvalue()


def test_the_command_reports_at_the_end(site: Path):
    put(site, "a.md", HELLO)
    put(site, "b.md", "---\ntitle: B\n---\n![](none.png)")
    put(site, "c.md", "---\n")
    assert command(site, publish=True).splitlines() == [
        "Notes (1):",
        "  b.md: The picture none.png is left out: There is no such file in the folder.",
        "Skipped (1):",
        "  c.md:1: The front matter has no end.",
        "3 files: 2 imported, 0 updated, 0 unchanged, 1 skipped.",
    ]


def test_a_dry_run_says_what_would_happen_and_changes_nothing(site: Path, settings: Any):
    put(site, "a.md", "---\ntitle: A\naliases: [/x]\nauthor: Ann\n---\n![](p.png) ![](draw.svg)")
    put(site, "b.md", "---\ntitle: B\naliases: [/x]\nauthor: Ann\nslug: a\n---\n\n")
    put(site, "p.png", png())
    put(site, "draw.svg", "<svg>")
    said = command(site, publish=True, dry_run=True)

    assert "a.md: The picture draw.svg is left out" in said
    assert "b.md: The slug “a” is taken; the article is at a-2." in said
    assert "b.md: The old address /x/ cannot redirect here" in said
    assert said.endswith("2 files: 2 imported, 0 updated, 0 unchanged, 0 skipped.\nNothing was changed.\n")
    for model in (Article, Author, Picture, ImportedSource, ReservedPath, OutboxMessage):
        assert not model.objects.exists()
    assert not any(Path(settings.MEDIA_ROOT).iterdir())


@pytest.mark.parametrize(
    ("options", "said"),
    [({"folder": "none"}, "none is no folder."), ({"language": "tlh"}, "Unknown language “tlh”.")],
)
def test_the_command_refuses_what_it_cannot_use(site: Path, options: dict[str, str], said: str):
    site.mkdir()
    with pytest.raises(CommandError) as caught:
        call_command("import_markdown", options.pop("folder", str(site)), **options)
    assert str(caught.value).endswith(said)


def test_a_stopped_command_says_how_far_it_came(site: Path, monkeypatch: pytest.MonkeyPatch):
    put(site, "a.md", HELLO)
    put(site, "b.md", "---\ntitle: B\ndate: 2190-04-01\n---\n")

    def stop(*args: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(scheduling, "schedule", stop)
    said = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("import_markdown", str(site), publish=True, stdout=said)
    assert str(caught.value) == "Stopped; the same command goes on from here."
    assert said.getvalue() == "1 files: 1 imported, 0 updated, 0 unchanged, 0 skipped.\n"
    assert Article.objects.count() == 1
