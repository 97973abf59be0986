"""The headers that every public answer carries: how long to keep it, and what a browser may load for it."""

import base64
import hashlib
import re

from cms.policy import csp as csp

CACHE = "public, max-age=5, stale-while-revalidate=60, stale-if-error=86400"
SELDOM = "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400"
NEVER = "no-store"
FOR_EVER = "public, max-age=31536000, immutable"

WITH_SCRIPT = ("article", "page")
"""The kinds of what may hold code, and with it the one script of the pages: the button that copies it."""

STYLE = re.compile("<style>(.*?)</style>", re.DOTALL)

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
}


def csp_for(kind: str) -> str:
    """The policy of a page that is the own one of a `kind`."""
    return csp(script_src="'self'") if kind in WITH_SCRIPT else csp()


def csp_of(html: str) -> str:
    """The policy of a page that brings its own style sheet: that one is allowed by its digest, no other."""
    digests = [hashlib.sha256(style.encode()).digest() for style in STYLE.findall(html)]
    sources = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return csp(style_src=f"'self' {sources}".strip())
