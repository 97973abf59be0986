"""The last word on safety: an allow-list over the finished HTML, whoever wrote it."""

from nh3 import Cleaner

from cms.rendering.elements import ALLOWED
from cms.rendering.highlighting import CLASSES, LANGUAGES

ID_PREFIX = "h-"
"""No id of a text can shadow a name of the page's scripts, such as `document.body`."""

ALERTS = ("note", "tip", "important", "warning", "caution")
ALIGNED = {f"align-{side}" for side in ("left", "center", "right")}

CLASSES_OF = {
    "aside": {"callout", *(f"callout-{kind}" for kind in ALERTS)},
    "code": {f"language-{language}" for language in LANGUAGES},
    "div": {"table"},
    "li": {"task"},
    "pre": {"highlight"},
    "section": {"footnotes"},
    "span": set(CLASSES.values()),
    "sup": {"footnote"},
    "td": ALIGNED,
    "th": ALIGNED,
}
ATTRIBUTES = {
    "*": {"dir", "id", "lang", "title"},
    "a": {"href", "hreflang"},
    "blockquote": {"cite"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "div": {"aria-label"},
    "img": {"alt", "decoding", "height", "loading", "sizes", "src", "srcset", "width"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start"},
    "q": {"cite"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
VALUES = {
    "a": {"rel": {"noopener noreferrer"}, "role": {"doc-backlink", "doc-noteref"}},
    "aside": {"role": {"note"}},
    "div": {"role": {"region"}, "tabindex": {"0"}},
    "pre": {"tabindex": {"0"}},
    "section": {"role": {"doc-endnotes"}},
}


def sanitize(html: str, sources: frozenset[str]) -> str:
    """`html` reduced to what an article may hold; pictures load from one of `sources` or not at all."""
    return (_cleaner(sources) if sources else WITHOUT_PICTURES).clean(html)


def _cleaner(sources: frozenset[str]) -> Cleaner:
    def known(tag: str, attribute: str, value: str) -> str | None:
        return None if tag == "img" and attribute in ("src", "srcset") and value not in sources else value

    return Cleaner(
        tags=set(ALLOWED | {"img"} if sources else ALLOWED),
        attributes=ATTRIBUTES
        if sources
        else {tag: names for tag, names in ATTRIBUTES.items() if tag != "img"},
        attribute_filter=known if sources else None,
        clean_content_tags={"script", "style"},
        tag_attribute_values=VALUES,
        allowed_classes=CLASSES_OF,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
        id_prefix=ID_PREFIX,
    )


WITHOUT_PICTURES = _cleaner(frozenset())
