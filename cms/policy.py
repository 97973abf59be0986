"""What a browser may load for an article as readers see it: on the public site, and where writers look at it first."""

import base64
import hashlib
import re

STYLE = re.compile("<style>(.*?)</style>", re.DOTALL)

CSP = {
    "default-src": "'none'",
    "img-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def csp(**changed: str) -> str:
    """The content security policy, with some directives (`style_src`, …) changed."""
    directives = CSP | {name.replace("_", "-"): value for name, value in changed.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def csp_of(html: str, **changed: str) -> str:
    """The policy of a page that brings its own style sheet: that one is allowed by its digest, no other."""
    digests = [hashlib.sha256(style.encode()).digest() for style in STYLE.findall(html)]
    sources = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return csp(style_src=f"'self' {sources}".strip(), **changed)
