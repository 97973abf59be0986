"""Links: where they lead, and attributes of tags as a writer typed them."""

import re
from html import escape

from cms.rendering.sanitizing import ID_PREFIX
from cms.rendering.tags import attributes

# Browsers ignore white space here, and read a backslash as a slash.
ELSEWHERE = re.compile(r"\s*(?:https?:|[/\\]\s*[/\\])", re.IGNORECASE)


def is_elsewhere(address: str) -> bool:
    """Whether `address` is on another host, or may be."""
    return ELSEWHERE.match(address) is not None


def name_of(address: str) -> str:
    """What to call `address` where nothing else is known: the last part of its path."""
    return re.split(r"[?#]", address)[0].rstrip("/").rsplit("/", 1)[-1] or address


def link(address: str, title: str = "") -> str:
    """The attributes of a link to `address`; editors vouch for it, so that search engines may follow it."""
    found = f' href="{escape(_target(address))}"'
    if title:
        found += f' title="{escape(title)}"'
    return f'{found} rel="noopener noreferrer"' if is_elsewhere(address) else found


def retyped(name: str, typed: str) -> str:
    """The attributes of a typed tag, links and ids as elsewhere in the text; not all of them stay."""
    values = attributes(typed)
    found = ""
    if name == "a":
        values.setdefault("id", values.pop("name", ""))
        values.pop("rel", None)
        found = link(values.pop("href")) if "href" in values else ""
    if identity := values.pop("id", ""):
        found += f' id="{escape(_prefixed(identity))}"'
    return found + "".join(f' {key}="{escape(value)}"' for key, value in values.items())


def _target(address: str) -> str:
    if address.startswith("#") and address not in ("#", "#top"):
        return f"#{_prefixed(address[1:])}"
    return address


def _prefixed(identity: str) -> str:
    return identity if identity.startswith(ID_PREFIX) else f"{ID_PREFIX}{identity}"
