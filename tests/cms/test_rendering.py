"""Markdown to safe HTML."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name

from cms.rendering import Heading, Picture, Unrenderable, contents, excerpt, problems, render
from cms.rendering.highlighting import LANGUAGES, highlighted, language_of
from cms.rendering.sanitizing import sanitize
from cms.rendering.writer import Writer

HARBOUR = Picture(
    src="/media/ab.1280.webp",
    width=1280,
    height=720,
    srcset="/media/ab.640.webp 640w, /media/ab.1280.webp 1280w",
    alt="A harbour",
)
HARBOUR_HTML = (
    '<img src="/media/ab.1280.webp" srcset="/media/ab.640.webp 640w, /media/ab.1280.webp 1280w"'
    ' sizes="auto, (min-width: 48rem) 45rem, 100vw" width="1280" height="720" loading="lazy" decoding="async"'
)


def html(markdown: str) -> str:
    return render(markdown, pictures={"harbour.webp": HARBOUR}).html.strip()


PIECES = [
    *"abz 字\n*_`~[]()<>!#|-+:\"'=/\\&;{}^",
    *(
        "\n\n",
        "> ",
        "- ",
        "1. ",
        "    ",
        "```",
        "```html\n",
        "[^1]",
        "[^1]: ",
        "|-|-|\n",
        "](",
        "![",
        "<!--",
        "-->",
    ),
    *(
        "<div>",
        "</div>",
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<a href=x>",
        "</a>",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
    ),
    *(
        "<script>",
        "</script>",
        "<style>",
        "<svg>",
        "<math>",
        "<img src=",
        "onerror=",
        "javascript:",
        "data:",
        "&lt;",
    ),
    *(
        "<details>",
        "<summary>",
        "<li>",
        "<ul>",
        "</ul>",
        "<pre>",
        "<h2>",
        "<textarea>",
        "<noscript>",
        "<select>",
    ),
]


# What readers see


def test_prose_becomes_paragraphs_with_emphasis_code_and_breaks():
    assert html("A *b* **c** ~~d~~ `<e>` & f  \ng") == (
        "<p>A <em>b</em> <strong>c</strong> <del>d</del> <code>&lt;e&gt;</code> &amp; f<br>\ng</p>"
    )


def test_headings_start_below_the_title_of_the_page():
    assert html("# One\n\n## Two\n\n### Three") == (
        '<h2 id="h-one">One</h2>\n<h2 id="h-two">Two</h2>\n<h3 id="h-three">Three</h3>'
    )


def test_headings_are_listed_with_plain_titles_and_ids_in_any_script():
    rendered = render("## C'est *l'été* & `x`\n\n## Ещё раз\n\n## 日本語 の 見出し\n\n## हिन्दी\n\n## ???")
    assert rendered.headings == (
        Heading(2, "h-c-est-l-été-x", "C'est l'été & x"),
        Heading(2, "h-ещё-раз", "Ещё раз"),
        Heading(2, "h-日本語-の-見出し", "日本語 の 見出し"),
        Heading(2, "h-हिन्दी", "हिन्दी"),
        Heading(2, "h-section", "???"),
    )


def test_long_article_has_contents_of_its_sections_alone():
    text = "## *One* & `x`[^1]\n\n### Below\n\n## 二\n\n# Three\n\n[^1]: Note.\n"
    rendered = render(text)

    assert contents(rendered.html, minutes=5) == (
        Heading(2, "h-one-x", "One & x"),
        Heading(2, "h-二", "二"),
        Heading(2, "h-three", "Three"),
    )
    assert [(one.id, one.level) for one in rendered.headings if one.level == 2] == [
        (one.id, 2) for one in contents(rendered.html, minutes=5)
    ]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("## A\n\n## B\n\n## C", 4), ("## A\n\n## B", 60), ("### A\n\n### B\n\n### C", 9), ("", 9)],
)
def test_short_article_or_one_of_few_sections_has_no_contents(text: str, minutes: int):
    assert contents(render(text).html, minutes=minutes) == ()


def test_equal_headings_get_different_ids():
    rendered = render("## A\n\n## A 2\n\n## A\n\n## A")
    assert [heading.id for heading in rendered.headings] == ["h-a", "h-a-2", "h-a-3", "h-a-4"]


def test_a_heading_keeps_the_id_that_its_writer_gave_and_links_find_it():
    assert html("## Set up {#Install}\n\n[see](#Install)") == (
        '<h2 id="h-Install">Set up</h2>\n<p><a href="#h-Install">see</a></p>'
    )


def test_links_to_other_hosts_tell_them_nothing_and_own_links_stay_plain():
    assert html('[a](https://example.org "t") [b](/about) [c](//example.org) <me@example.org>') == (
        '<p><a href="https://example.org" title="t" rel="noopener noreferrer">a</a> <a href="/about">b</a>'
        ' <a href="//example.org" rel="noopener noreferrer">c</a>'
        ' <a href="mailto:me@example.org">me@example.org</a></p>'
    )


def test_footnotes_are_numbered_by_first_reference_and_lead_back():
    assert html("A[^z] b[^a] c[^z]\n\n[^a]: First.\n[^z]: Last.\n[^unused]: Never.") == (
        '<p>A<sup class="footnote" id="h-fnref:1"><a href="#h-fn:1" role="doc-noteref">1</a></sup>'
        ' b<sup class="footnote" id="h-fnref:2"><a href="#h-fn:2" role="doc-noteref">2</a></sup>'
        ' c<sup class="footnote" id="h-fnref:1:2"><a href="#h-fn:1" role="doc-noteref">1</a></sup></p>'
        "\n\n\n\n"
        '<section class="footnotes" role="doc-endnotes">\n<ol>\n'
        '<li id="h-fn:1"><p>Last. <a href="#h-fnref:1" role="doc-backlink">↩</a>'
        ' <a href="#h-fnref:1:2" role="doc-backlink">↩<sup>2</sup></a></p></li>\n'
        '<li id="h-fn:2"><p>First. <a href="#h-fnref:2" role="doc-backlink">↩</a></p></li>\n'
        "</ol>\n</section>"
    )


def test_a_table_scrolls_and_is_named_by_its_columns():
    assert html("| Name | Price |\n|:--|--:|\n| Tea | 3 |") == (
        '<div class="table" tabindex="0" role="region" aria-label="Name, Price"><table>'
        '<thead><tr><th scope="col" class="align-left">Name</th>'
        '<th scope="col" class="align-right">Price</th></tr>'
        '</thead><tbody>\n<tr><td class="align-left">Tea</td><td class="align-right">3</td></tr>\n'
        "</tbody></table></div>"
    )


def test_code_is_coloured_by_classes():
    assert html('```rs,ignore\nfn a() { "b" } // c\n```') == (
        '<pre class="highlight" tabindex="0"><code class="language-rust"><span class="k">fn</span>'
        ' <span class="nf">a</span>() { <span class="s">"b"</span> }'
        ' <span class="c">// c\n</span></code></pre>'
    )


def test_code_of_an_unknown_language_stays_plain():
    assert html("```brainfog\n<b> & c\n```") == (
        '<pre class="highlight" tabindex="0"><code>&lt;b&gt; &amp; c\n</code></pre>'
    )


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_colours_never_change_the_code(language):
    code = "\n<a href='b'>\"c\" # d\n  $e = {f: 1, g};\n-- h /* i */ // j\n\n$ k\n>>> l\n"
    assert get_lexer_by_name(language)
    assert re.sub("<[^>]*>", "", highlighted(code, language)) == (
        code.replace("<", "&lt;").replace(">", "&gt;")
    )


def test_long_blocks_long_lines_and_many_blank_lines_stay_plain():
    assert "<span" in highlighted("1\n", "python")
    assert "<span" not in highlighted("1\n" * 3001, "python")
    assert "<span" not in highlighted("1" * 401, "python")
    assert "<span" not in highlighted("1\n\n \n\n\n1", "python")


def test_the_language_is_the_first_word_behind_the_fence():
    assert [language_of(info) for info in ("rust,ignore", "{.python}", "SQL x", "sh:a", "", "nope")] == [
        "rust",
        "python",
        "sql",
        "bash",
        "",
        "",
    ]


def test_alerts_become_callouts():
    assert html("> [!WARNING]\n> Hot") == (
        '<aside class="callout callout-warning" role="note"><p>Hot</p>\n</aside>'
    )


def test_task_and_definition_lists_are_rendered():
    assert html("- [x] a\n- [ ] b\n") == ('<ul><li class="task">☑ a</li>\n<li class="task">☐ b</li>\n</ul>')
    assert html("Term\n: Meaning") == "<dl><dt>Term</dt>\n<dd>Meaning</dd>\n</dl>"


def test_raw_html_and_markdown_mix():
    assert html("<details open><summary>More</summary>\n\n*a*\n\n</details>") == (
        '<details open=""><summary>More</summary>\n\n<p><em>a</em></p>\n</details>'
    )
    assert html("Press <kbd>x</kbd>, H<sub>2</sub>O") == "<p>Press <kbd>x</kbd>, H<sub>2</sub>O</p>"


def test_a_name_in_angle_brackets_that_is_no_html_stays_visible():
    assert html("Vec<i32> and <T>") == "<p>Vec&lt;i32&gt; and &lt;T&gt;</p>"


# Pictures


def test_a_picture_alone_is_a_figure_with_its_caption():
    assert html('![Ships](harbour.webp "At *dawn*")') == (
        f'<figure>{HARBOUR_HTML} alt="Ships"><figcaption>At *dawn*</figcaption></figure>'
    )
    assert html("[![](./harbour.webp)](/x)") == (
        f'<figure><a href="/x">{HARBOUR_HTML} alt="A harbour"></a></figure>'
    )


def test_a_picture_within_a_line_stays_in_it():
    assert html("See ![x](harbour.webp).") == f'<p>See {HARBOUR_HTML} alt="x">.</p>'


def test_own_media_may_be_shown_by_address():
    assert html("a ![x](/media/ab.webp)") == (
        '<p>a <img src="/media/ab.webp" loading="lazy" decoding="async" alt="x"></p>'
    )


def test_a_picture_elsewhere_becomes_a_link():
    link = '<a href="https://example.org/a.png" rel="noopener noreferrer">'
    assert html("![x](https://example.org/a.png)") == f"<p>{link}x</a></p>"
    assert html("![](https://example.org/a.png)") == f"<p>{link}a.png</a></p>"
    assert html('<img src="https://example.org/a.png" alt="x">') == f"{link}x</a>"
    assert html("[![x](https://example.org/a.png)](/y)") == '<p><a href="/y">x</a></p>'


@pytest.mark.parametrize("source", ["gone.png", "/media/../x", "/mediaX", "data:image/png;base64,AAAA"])
def test_a_picture_that_is_nowhere_leaves_its_words(source):
    assert html(f"![x]({source})") == "<p>x</p>"


# Plain text


def test_text_holds_all_words_and_no_tags():
    rendered = render(
        "# T\n\nA *b*[^n]\nc &amp; `d`\n\n- e\n- f\n\n<div>g &lt; <b>h</b></div>\n\n|i|j|\n|-|-|\n|k|l|\n\n"
        '```\nm <n>\n```\n\n![o](harbour.webp "p")\n\n[^n]: q',
        pictures={"harbour.webp": HARBOUR},
    )
    assert rendered.text == "T\nA b c & d\ne\nf\ng < h\ni\tj\nk\tl\nm <n>\no p\nq"
    assert rendered.words == 20


@pytest.mark.parametrize(
    ("markdown", "lines"),
    [
        ("- Two\n  - a\n    1. deep\n- Three", ["Two", "a", "deep", "Three"]),
        ("- Two\n  > said", ["Two", "said"]),
        ("- Two\n  ```\n  code\n  ```", ["Two", "code"]),
        ("Term\n: Means\n  - this", ["Term", "Means", "this"]),
        ("- A ![press](/p.webp) of *iron*", ["A press of iron"]),
    ],
)
def test_blocks_within_an_item_begin_a_line_of_the_text(markdown, lines):
    assert render(markdown).text.split("\n") == lines


def test_two_chinese_or_japanese_characters_count_as_a_word():
    assert render("日本語の文章です").words == 5


def test_an_excerpt_is_cut_between_words():
    assert excerpt("One two\nthree") == "One two three"
    assert excerpt("One two, three four", 14) == "One two…"
    assert excerpt("文" * 300, 10) == "文" * 9 + "…"
    assert all(len(excerpt("word " * 100, limit)) <= limit for limit in range(2, 60))


# What is refused


@pytest.mark.parametrize(
    ("markdown", "problem"),
    [
        ("a" * 262_145, "The text is 262,145 bytes long; 262,144 is the most."),
        ("a\nb\0", "Line 2 contains the character U+0000, which cannot be published."),
        ("a\n\n\ud800", "Line 3 contains the character U+D800, which cannot be published."),
        ("\x0c", "Line 1 contains the character U+000C, which cannot be published."),
        ("\uffff", "Line 1 contains the character U+FFFF, which cannot be published."),
        ("a\n\n" + ">" * 51 + "b", "Line 3 nests elements more than 50 deep."),
        ("- " * 26 + "b", "Line 1 nests elements more than 50 deep."),
        ("a\n\n" + "<div>" * 51, "Line 3 nests elements more than 50 deep."),
        ("*a **b " * 26 + "c** d*" * 26, "Line 1 nests elements more than 50 deep."),
        (
            "a\n\n" * 20_000,
            "Line 33333 goes beyond 50,000 pieces of markup, the most that a text may have.",
        ),
    ],
)
def test_what_cannot_be_rendered_is_refused_by_a_sentence_that_names_the_line(markdown, problem):
    assert problems(markdown) == [problem]
    with pytest.raises(Unrenderable, match=f"^{re.escape(problem)}$"):
        render(markdown)


def test_what_can_be_rendered_has_no_problems():
    assert problems("") == []
    assert problems("a" * 262_144) == []
    assert problems("a\t\r\n\x85\ue000😀" + ">" * 49 + "b") == []


def test_a_character_reference_cannot_bring_in_what_may_not_be_typed():
    rendered = render("a&#1;b&#xFFFF;c <b>d&#12;</b>")
    assert rendered.text == "abc d"
    assert rendered.html == "<p>abc <b>d</b></p>\n"


HOSTILE = {
    "brackets": "[",
    "pictures": "![",
    "stars": "*",
    "emphasis": "*a **b ",
    "ticks": "`a``",
    "links": "[a](",
    "divs": "<div>",
    "divs across paragraphs": "<div>\n\n",
    "empty divs": "<div></div>",
    "less than": "<",
    "tags without end": '<a b="',
    "scripts": "<div><script></script",
    "comments": "<div><!--",
    "cells": "<table><tr><td>",
    "table text": "<table>x<tr></tr>",
    "items": "<ul><li>",
    "links in links": "<a href=x>",
    "columns": "|a",
    "headings": "# a\n",
    "definitions": "[x]: /a\n",
    "footnotes": "[^1]: [^2]\n\n[^2]: [^1]\n\n",
    "lists": "1. ",
    "quotes": "> a\n\n",
    "code": "```rust\na(1);\n```\n",
    "entities": "&#1;",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_structure_is_refused_or_rendered(name):
    markdown = (HOSTILE[name] * 262_144)[:262_144]
    if not problems(markdown):
        assert len(render(markdown).html) < 8_000_000


def test_unclosed_formatting_is_not_reopened_in_every_paragraph():
    opened = "".join(f"<b title={number}>" for number in range(40))
    assert len(html(f"<div>{opened}x" + "\n\nx" * 5_000)) < 60_000
    assert html("a <b>c\n\nd") == "<p>a <b>c</b></p>\n<p>d</p>"
    assert html("<p><b>a<p>b<p>c") == "<p><b>a</b></p><p>b</p><p>c\n</p>"


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_a_parser_of_html_finds_no_element_to_repair(markdown):
    try:
        written = Writer(markdown, {}).html()
    except Unrenderable:
        return
    assert tags(written) == tags(sanitize(written, frozenset()))


def test_a_parser_of_html_would_have_had_to_repair_these():
    assert Writer("<a href=x>a <a href=y>b", {}).html() == '<p><a href="x">a b</a></p>\n'
    assert Writer("<table>x<tr><td>y</table>", {}).html() == "<table></table>xy\n"


def tags(markup: str) -> list[str]:
    """What is opened and closed, without the <tbody> that every parser adds."""
    return [tag for tag in re.findall(r"</?[a-z0-9]+", markup) if not tag.endswith("tbody")]


# What attackers try


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "a <script>alert(1)</script>",
        "<scr<script>ipt>alert(1)</script>",
        "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](java&#10;script:alert(1))",
        "[a](&#x6A;avascript:alert(1))",
        "[a](data:text/html,<script>alert(1)</script>)",
        "[a](vbscript:msgbox(1))",
        "<javascript:alert(1)>",
        "![a](javascript:alert(1))",
        '![a](x" onerror="alert(1))',
        '![a" onerror="alert(1)](/media/x.webp)',
        "<img src=x onerror=alert(1)>",
        "<img src='/media/x.webp' onerror=alert(1)>",
        "<img/src=x/onerror=alert(1)>",
        '<a href="javascript&colon;alert(1)">x</a>',
        '<a href=" javascript:alert(1)">x</a>',
        "<a href='x' onclick='alert(1)'>x</a>",
        "<p style='background:url(javascript:alert(1))'>x</p>",
        "<svg><script>alert(1)</script></svg>",
        "<svg onload=alert(1)>",
        "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=x&gt;'>",
        "<math><annotation-xml encoding='text/html'><style><img src=1 onerror=alert(1)>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<form><button formaction=javascript:alert(1)>x</form>",
        "<iframe src=javascript:alert(1)></iframe>",
        "<iframe srcdoc='<script>alert(1)</script>'>",
        "<object data=javascript:alert(1)>",
        "<base href=//evil.example/>",
        "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
        "<link rel=stylesheet href=//evil.example/x.css>",
        "<style>@import '//evil.example/x.css'</style>",
        "<template><script>alert(1)</script></template>",
        "<textarea><script>alert(1)</script></textarea>",
        "<title><img src=x onerror=alert(1)></title>",
        "<xmp><img src=x onerror=alert(1)></xmp>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<![CDATA[<img src=x onerror=alert(1)>]]>",
        "<?x <img src=x onerror=alert(1)>?>",
        '```"><script>alert(1)</script>\nx\n```',
        "```rust\n</code></pre><script>alert(1)</script>\n```",
        '## x {#a"onclick="alert(1)}',
        "## x {onclick=alert(1) .highlight}",
        "| <script>alert(1)</script> |\n|-|\n| <img src=x onerror=alert(1)> |",
        '| "onfocus="alert(1) |\n|-|\n| a |',
        "[^<script>]\n\n[^<script>]: <script>alert(1)</script>",
        "<details ontoggle=alert(1) open>",
        "<video src=x onerror=alert(1)></video>",
        "<a href='//evil.example' target=_blank>x</a>",
        "<div id=body class='admin' name=x data-x=y tabindex=1>",
    ],
)
def test_attack_leaves_nothing_but_harmless_elements(attack):
    assert_harmless(render(attack, pictures={"harbour.webp": HARBOUR}).html)


def test_ids_cannot_shadow_names_of_the_page():
    assert html('<p id="body"><a name="x">y</a> <a href="#x">z</a></p>') == (
        '<p id="h-body"><a id="h-x">y</a> <a href="#h-x">z</a></p>'
    )


def test_pictures_load_from_known_addresses_alone_whatever_was_written():
    assert sanitize('<img src="//evil.example" srcset="/x 1w" alt="a"><img src="/a">', frozenset({"/a"})) == (
        '<img alt="a"><img src="/a">'
    )


def test_content_that_is_no_text_vanishes_with_its_element():
    rendered = render(
        "<style>p {}</style>\n\n<div>a<script>b</script><svg><text>c</text></svg><!-- d --></div>"
    )
    assert rendered.text == "a"
    assert rendered.html.strip() == "<div>a</div>"


SAFE_TAGS = """
    a abbr aside b bdi bdo blockquote br caption cite code dd del details dfn div dl dt em figcaption figure
    h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small span strong sub summary
    sup table tbody td tfoot th thead time tr u ul var wbr
""".split()  # noqa: SIM905
SAFE_ATTRIBUTES = """
    alt aria-label cite class colspan datetime decoding dir height href hreflang id lang loading open rel
    reversed role rowspan scope sizes src srcset start tabindex title value width
""".split()  # noqa: SIM905


class Inspector(HTMLParser):
    """Written apart from the sanitiser: it repeats the policy, so that a slip there is seen here."""

    def handle_starttag(self, tag, attrs):
        assert tag in SAFE_TAGS
        for name, value in attrs:
            assert name in SAFE_ATTRIBUTES
            self.check(name, value or "")

    def check(self, name, value):
        if name == "href" and ":" in value.split("/")[0].split("#")[0]:
            assert re.match("(https?|mailto):", value, re.IGNORECASE)
        if name == "src":
            assert value.startswith("/media/")
        if name == "id":
            assert value.startswith("h-")


def assert_harmless(markup):
    Inspector(convert_charrefs=True).feed(markup)
    assert not re.search(
        r"<(script|style|svg|math|iframe|form|textarea|title|noscript|xmp)", markup, re.IGNORECASE
    )


@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_text_is_refused_or_harmless_and_renders_alike_every_time(markdown):
    if found := problems(markdown):
        with pytest.raises(Unrenderable, match=f"^{re.escape(found[0])}$"):
            render(markdown)
    else:
        rendered = render(markdown, pictures={"x": HARBOUR})
        assert_harmless(rendered.html)
        assert render(markdown, pictures={"x": HARBOUR}) == rendered


# A line break that begins a <pre> is dropped by every parser anew.
@given(st.lists(st.sampled_from([piece for piece in PIECES if piece != "<pre>"]), max_size=60).map("".join))
def test_sanitised_html_has_nothing_left_to_repair(markdown):
    once = render(markdown, pictures={"x": HARBOUR}).html
    assert sanitize(once, frozenset({HARBOUR.src, HARBOUR.srcset})) == once
