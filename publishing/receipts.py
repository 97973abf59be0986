"""Receipts: what was stored for a message, as a checksum. A repair renders nothing where its receipt still holds."""

from collections.abc import Iterable, Sequence

from django.db import connections

from cms.databases import READ
from publishing.fingerprint import fingerprint

Address = tuple[str, str]

# Everything that a position's message brought: its row, its search entry, its own pages. 64 bits that are
# no secret: they tell damage, not malice.
ROWS = {
    "article": "publishing_publishedarticle",
    "author": "publishing_publishedauthor",
    "page": "publishing_publishedplainpage",
    "site": "publishing_publishedsite",
    "tag": "publishing_publishedtag",
}
STORED = f"""
hashtextextended(concat_ws(E'\\n', %s::text, position.version, position.digest, position.is_live,
    {
    ",".join(
        f"(SELECT row_::text FROM {table} AS row_ WHERE position.kind = '{kind}' AND row_.key = position.key)"
        for kind, table in ROWS.items()
    )
},
    (SELECT entry::text FROM publishing_searchentry AS entry
        WHERE position.kind = 'article' AND entry.key = position.key),
    (SELECT string_agg(page::text, E'\\n' ORDER BY page.path) FROM publishing_page AS page
        WHERE page.kind = position.kind AND page.key = position.key)
), 0)
"""  # noqa: S608  constants alone
WANTED = "unnest(%s::text[], %s::text[]) AS wanted (kind, key)"

TAKE = f"""
UPDATE publishing_position AS position SET receipt = {STORED}
FROM {WANTED} WHERE position.kind = wanted.kind AND position.key = wanted.key
"""  # noqa: S608  constants alone

HOLDING = f"""
SELECT position.kind, position.key, position.digest
FROM publishing_position AS position JOIN {WANTED} ON (position.kind, position.key) = (wanted.kind, wanted.key)
WHERE position.receipt = {STORED} ORDER BY position.kind, position.key
"""  # noqa: S608  constants alone


def take(addresses: Iterable[Address]) -> None:
    """Note what is stored for these positions by now. In the transaction that stored it, which locked them."""
    pairs = sorted(set(addresses))
    if pairs:
        with connections[READ].cursor() as cursor:
            cursor.execute(TAKE, [fingerprint(), *_columns(pairs)])


def holding(addresses: Iterable[Address], *, lock: bool = False) -> dict[Address, str]:
    """Those positions whose receipts hold, with the digests of their messages: all is as it was stored.

    With `lock` they stay as they are until the transaction ends. Whoever locks positions and pages locks
    the site first and positions next, in the order of addresses.
    """
    pairs = sorted(set(addresses))
    if not pairs:
        return {}
    with connections[READ].cursor() as cursor:
        cursor.execute(
            HOLDING + ("FOR UPDATE OF position" if lock else ""), [*_columns(pairs), fingerprint()]
        )
        return {(kind, key): digest for kind, key, digest in cursor.fetchall()}


def _columns(pairs: Sequence[Address]) -> list[list[str]]:
    return [[kind for kind, _ in pairs], [key for _, key in pairs]]
