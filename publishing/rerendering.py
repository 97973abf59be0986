"""Everything rendered anew from the messages that are stored here: after a change of templates or code."""

from django.db import connections, transaction

from cms.databases import READ
from cms.events import Kind
from publishing import tables
from publishing.fingerprint import fingerprint
from publishing.models import Position, PublishedSite, Refresh, Rendering, RenderingNote
from publishing.pages import everything, refresher
from publishing.pages.context import hold_site
from publishing.projection import prepare

BATCH = 50


def is_due() -> bool:
    """Whether what is stored was rendered by other code or templates, or a rendering was interrupted."""
    note = RenderingNote.objects.first()
    return note is None or note.fingerprint != fingerprint() or Rendering.objects.exists()


def begin() -> None:
    """Owe everything a rendering. What is owed already stays, so that one that was interrupted goes on.

    The site comes first, because it stands on every page; what combines articles is queued as ever.
    """
    with transaction.atomic(using=READ), connections[READ].cursor() as cursor:
        hold_site(to_change=True)
        cursor.execute(OWE)
        for position in Position.objects.filter(kind=Kind.SITE, is_live=True).select_for_update():
            one = prepare(position.message, again=1)
            if not tables.same(one.row, PublishedSite.objects.filter(pk=position.key).first()):
                tables.change([one])
        refresher.queue_paths(everything.combined())
        RenderingNote.objects.update_or_create(pk=1, defaults={"fingerprint": fingerprint()})


def render_some(limit: int = BATCH) -> int:
    """Render up to `limit` of what is owed, in one transaction. Returns how many; others may do so meanwhile.

    Nothing is written where the bytes are the same. Positions are locked: no newer message is undone.
    """
    with transaction.atomic(using=READ), connections[READ].cursor() as cursor:
        hold_site()
        cursor.execute(CLAIM, [limit])
        addresses = set(cursor.fetchall())
        keys = [key for _, key in addresses]
        held = Position.objects.filter(key__in=keys).order_by("kind", "key").select_for_update()
        positions = [one for one in held if (one.kind, one.key) in addresses]
        tables.change([prepare(position.message, again=1) for position in positions])
    return len(addresses)


def drain() -> None:
    """Render all that is owed, and then all that is queued."""
    while render_some():
        pass
    while refresher.refresh_some():
        pass


def remaining() -> int:
    """How much is owed or queued: the unit of a progress bar."""
    return Rendering.objects.count() + Refresh.objects.values("path").distinct().count()


OWE = """
INSERT INTO publishing_rendering (kind, key)
SELECT kind, key FROM publishing_position WHERE is_live AND kind <> 'site'
ON CONFLICT (kind, key) DO NOTHING
"""
CLAIM = """
DELETE FROM publishing_rendering WHERE id IN (
    SELECT id FROM publishing_rendering ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING kind, key
"""
