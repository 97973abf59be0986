"""What heads, dates, addresses and generators' own syntax become."""

import datetime as dt
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from authoring.importing import bodies, dates, templates
from authoring.importing.code import Code
from authoring.importing.frontmatter import Document, Skipped, parse
from authoring.importing.heads import Head
from authoring.importing.posts import slug_of
from authoring.importing.sources import Root

BERLIN = ZoneInfo("Europe/Berlin")
UTC = dt.UTC


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2020-05-17", dt.datetime(2020, 5, 16, 22, tzinfo=UTC)),
        ("2020/5/7", dt.datetime(2020, 5, 6, 22, tzinfo=UTC)),
        ("2020-05-17 10:30", dt.datetime(2020, 5, 17, 8, 30, tzinfo=UTC)),
        ("2020-05-17T10:30:15Z", dt.datetime(2020, 5, 17, 10, 30, 15, tzinfo=UTC)),
        ("2020-05-17T10:30:15.123+02:00", dt.datetime(2020, 5, 17, 8, 30, 15, tzinfo=UTC)),
        ("2020-05-17 9:30:00  +0900", dt.datetime(2020, 5, 17, 0, 30, tzinfo=UTC)),
        ("2020-05-17 10:30 PM", dt.datetime(2020, 5, 17, 20, 30, tzinfo=UTC)),
        ("2020-05-17 12:00 am UTC", dt.datetime(2020, 5, 17, tzinfo=UTC)),
        ("2020-05-17 10:30 America/New_York", dt.datetime(2020, 5, 17, 14, 30, tzinfo=UTC)),
        ("May 17, 2020", dt.datetime(2020, 5, 16, 22, tzinfo=UTC)),
        ("17 May 2020", dt.datetime(2020, 5, 16, 22, tzinfo=UTC)),
        ("Sun, 17 May 2020 10:30:00 -0700", dt.datetime(2020, 5, 17, 17, 30, tzinfo=UTC)),
        (dt.date(2020, 5, 17), dt.datetime(2020, 5, 16, 22, tzinfo=UTC)),
        (dt.datetime(2020, 5, 17, 10, tzinfo=UTC), dt.datetime(2020, 5, 17, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("2020-02-31", None),
        ("2020-05-17 25:00", None),
        ("2020-05-17 10:00 Nowhere/Town", None),
        ("soon", None),
        ("", None),
        (10**30, None),
    ],
)
def test_dates_are_understood_as_people_write_them(written: object, meant: dt.datetime | None):
    found = dates.parse(written, zone=BERLIN)
    assert found == meant
    assert found is None or found.tzinfo is not None


def test_names_and_paths_carry_dates():
    assert dates.in_name("2020-05-17-hello-world") == (dt.datetime(2020, 5, 17), "hello-world")  # noqa: DTZ001
    assert dates.in_name("2020-99-17-hello") == (None, "hello")
    assert dates.in_name("hello-2020") == (None, "hello-2020")
    assert dates.in_path("blog/2016/09/29/Rust-1.12") == dt.datetime(2016, 9, 29)  # noqa: DTZ001
    assert dates.in_path("blog/12/09/29/x") is None


def test_scalars_of_yaml_stay_as_they_were_typed():
    values = parse(
        "---\ntitle: 1.10\nLang: no\ntags: [1.20, yes, !ruby/object 3]\nat: 2020-99-99\n---\nx"
    ).values
    assert values == {"title": "1.10", "lang": "no", "tags": ["1.20", "yes", "3"], "at": "2020-99-99"}


def test_a_post_may_have_no_head_or_an_empty_one():
    assert parse("Text\n\n---\n\nMore") == Document("Text\n\n---\n\nMore")
    assert parse("---\n---\nText") == Document("Text", "yaml", {}, 3)
    assert parse("--- a\n---\nText") == Document("--- a\n---\nText")
    assert parse("{% raw %}\nText") == Document("{% raw %}\nText")


def test_the_text_begins_on_a_line_of_the_file():
    assert parse("---\ntitle: A\n---\n\n\nText").line == 6
    assert parse("+++\ntitle = 'A'\n+++\nText").line == 4
    assert parse('{\n"title": "A"\n}\n\nText').line == 5


def test_yaml_that_names_itself_is_bounded():
    lines = ["a: &a [x, x, x, x, x, x, x, x]"]
    lines += [
        f"{name}: &{name} [{', '.join([f'*{before}'] * 8)}]"
        for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    ]
    document = parse("---\n" + "\n".join([*lines, "tags: *j"]) + "\n---\nx")
    assert Head(document).entries("tags") == []


@pytest.mark.parametrize(
    ("values", "people"),
    [
        ({"author": "Ann"}, ["Ann"]),
        ({"author": "Ann, Bob and Cy"}, ["Ann", "Bob", "Cy"]),
        ({"authors": ["Ann, Bob, and Cy", "Ann"]}, ["Ann", "Bob", "Cy"]),
        ({"author": "Ann & Bob; Cy"}, ["Ann", "Bob", "Cy"]),
        ({"author": {"name": "Ann", "email": "a@x.org"}}, ["Ann"]),
        ({"author": [{"name": "Ann"}, "[Bob](https://x.org)"]}, ["Ann", "Bob"]),
        ({"author": "Brandon Sanderson"}, ["Brandon Sanderson"]),
        ({"author": ""}, []),
        ({"extra": {"author": "Ann"}}, ["Ann"]),
    ],
)
def test_people_are_told_apart(values: dict[str, object], people: list[str]):
    assert Head(Document("", "yaml", values)).people("authors", "author") == people  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Hello World", "hello-world"), ("Rust-1.12.1", "rust-1-12-1"), ("C++", "cpp"), ("C#", "c-sharp"),
        ("meeting@4", "meeting-4"), ("日本語 リリース", "日本語-リリース"), ("Ça va?", "ça-va"), ("???", ""),
        ("TCP/IP", "tcp-ip"), (".NET", "net"),
    ],
)  # fmt: skip
def test_slugs_keep_numbers_and_names_apart(name: str, slug: str):
    assert slug_of(name) == slug


def liquid(text: str) -> tuple[str, list[str]]:
    notes: list[str] = []
    return templates.liquid(text, notes, line=1, find_post=lambda name: f"_posts/{name}.md"), notes


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{% highlight ruby %}\nputs 1\n{% endhighlight %}", "```ruby\nputs 1\n```"),
        ("{% highlight ruby linenos %}a{% endhighlight %}", "```ruby\na\n```"),
        ("- x\n  {% highlight sh %}\n  a\n  {% endhighlight %}", "- x\n  ```sh\n  a\n  ```"),
        ("{% highlight md %}\n```\nx\n```\n{% endhighlight %}", "````md\n```\nx\n```\n````"),
        ("{% raw %}{{ x }} {% y %}{% endraw %}", "{{ x }} {% y %}"),
        ("a{% comment %}secret{% endcomment %}b", "ab"),
        ("[x]({{ site.baseurl }}/about/)", "[x](/about/)"),
        ('[x]({{ "/about/" | relative_url }})', "[x](/about/)"),
        ("[x]({% post_url 2020-01-01-a %})", "[x](@/_posts/2020-01-01-a.md)"),
        ("[x]({%link _posts/a.md %})", "[x](@/_posts/a.md)"),
        (
            '{% assign r = site.data.all | where: "version", "3.4" | first %}\nRuby {{ r.version }}',
            "Ruby 3.4",
        ),
        ('{% assign x = "one" %}{{ x }}', "one"),
        ("`{% if %}` and {{ no }", "`{% if %}` and {{ no }"),
    ],
)
def test_liquid_becomes_what_it_meant(text: str, made: str):
    assert liquid(text) == (made, [])


def test_liquid_that_only_the_old_site_knew_is_named():
    text, notes = liquid("One\n\n{% include x.html %}\n\n{{ page.x }} and {{ page.y }}")
    assert text == "One\n\n\n\n{{ page.x }} and {{ page.y }}"
    assert notes == [
        "Line 3: 1 Liquid tag is left out, {% include x.html %}",
        "Line 5: 2 Liquid values stay as text, the first of them {{ page.x }}",
    ]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{{< youtube abc-123 >}}", "<https://www.youtube.com/watch?v=abc-123>"),
        ('{{ youtube(id="abc") }}', "<https://www.youtube.com/watch?v=abc>"),
        ("{{< gist ann 42 >}}", "<https://gist.github.com/ann/42>"),
        ('[x]({{< ref "b.md" >}})', "[x](@/b.md)"),
        ('[x]({{% relref "/blog/b.md" %}})', "[x](@/blog/b.md)"),
        ('{{< figure src="a.png" alt="An A" caption="So" >}}', '![An A](a.png "So")'),
        ('{{< figure src="a.png" >}}', "![](a.png)"),
        ("{{< highlight go >}}\nx\n{{< /highlight >}}", "```go\nx\n```"),
        ('{% quote(author="x") %}\nText\n{% end %}\n', "Text\n"),
        ("{{</* youtube x */>}}", "{{< youtube x >}}"),
        ("`{{< youtube x >}}`", "`{{< youtube x >}}`"),
        ("${{ steps.x }} {{closure}}", "${{ steps.x }} {{closure}}"),
    ],
)
def test_shortcodes_become_markdown(text: str, made: str):
    notes: list[str] = []
    assert (templates.shortcodes(text, notes, line=1), notes) == (made, [])


def test_unknown_shortcodes_stay_and_are_named():
    notes: list[str] = []
    assert templates.shortcodes("a\n{{< my x >}}", notes, line=5) == "a\n{{< my x >}}"
    assert notes == ["Line 6: 1 shortcode stays as text, {{< my x >}}"]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("## Title\n{: #an-id}\n\nText", "## Title {#an-id}\n\nText"),
        ("Text\n{: .class #id}\n\nMore", "Text\n\nMore"),
        ('[x](y){:target="_blank"} z', "[x](y) z"),
        ("![x](y){: .icon\ntitle='z'} z", "![x](y) z"),
        ("* TOC\n{:toc}\n\nText", "\n\nText"),
        ("`{:x}` and ```{:y}```", "`{:x}` and ```{:y}```"),
        ("{::nomarkdown}<b>{:/nomarkdown}", "<b>"),
        ("a hash {a: 1}", "a hash {a: 1}"),
    ],
)
def test_kramdowns_attributes_go_and_ids_of_headings_stay(text: str, made: str):
    assert templates.kramdown(text) == made


def test_code_is_found_behind_characters_of_several_bytes():
    text = "日本 `code` é\n\n    indented\n\n```\nfence\n```\n"
    code = Code(text)
    assert [word for word in ("日本", "code", "é", "indented", "fence") if text.index(word) in code] == [
        "code",
        "indented",
        "fence",
    ]


@pytest.mark.parametrize(
    "piece",
    ["{% raw %}", "{% highlight x %}", "{%", "{{", "{:", "](", "](a(", "<img ", "<a b src=", "[x]: ", "![", "{{< x ",
     "# a {#", "\n- x\n{:", "<!--more", "{{ x(", "`", "```\n", "{% assign a ="],
)  # fmt: skip
def test_hostile_texts_take_no_time(piece: str, tmp_path: Path):
    text = piece * (256_000 // len(piece))
    started = time.monotonic()
    for made in (liquid(text)[0], templates.shortcodes(text, [], line=1), templates.kramdown(text)):
        bodies.names(made, Root(tmp_path, "x"), "a.md")
    assert time.monotonic() - started < 10


def test_a_head_that_is_no_mapping_is_refused():
    with pytest.raises(Skipped, match="no list of names and values"):
        parse("---\njust text\n---\nx")
