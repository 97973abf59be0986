"""The headers that every public answer carries: how long to keep it, and what a browser may load for it."""

from cms.policy import csp as csp
from cms.policy import csp_of as csp_of

CACHE = "public, max-age=5, stale-while-revalidate=60, stale-if-error=86400"
SELDOM = "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400"
NEVER = "no-store"
FOR_EVER = "public, max-age=31536000, immutable"

WITH_SCRIPT = ("article", "page")
"""The kinds of what may hold code, and with it the one script of the pages: the button that copies it."""

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
}


def csp_for(kind: str) -> str:
    """The policy of a page that is the own one of a `kind`."""
    return csp(script_src="'self'") if kind in WITH_SCRIPT else csp()
