"""Reconciling: what is held here against what authoring holds, and rows and pages against their messages."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from cms import codec, rendering
from cms.databases import READ
from cms.events import Kind
from publishing import damage, search, tables
from publishing.damage import Address
from publishing.models import Page, Position, PublishedArticle
from publishing.pages import lists, refresher, store, touching
from publishing.pages.context import hold_site
from publishing.projection import Prepared, prepare

logger = logging.getLogger(__name__)

SLICE = 200

START: Address = ("", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One `(kind, key)` that was not as its message says. Not mended: authoring has to be asked."""

    kind: str
    key: str
    damage: str
    mended: bool


def compare(manifest: dict[str, Any]) -> list[Address]:
    """What to ask authoring for again, given a slice of what it holds: the missing, the older, the different.

    Nothing is deleted because authoring does not mention it: such keys are asked about too.
    """
    held = {
        (position.kind, position.key): (position.version, position.digest)
        for position in _within(manifest["after"], manifest["upto"]).only("kind", "key", "version", "digest")
    }
    entries = {(kind, key): (version, digest) for kind, key, version, digest in manifest["entries"]}
    _report_newer(held, entries)
    wanted = [address for address in held if address not in entries]
    for address, (version, digest) in entries.items():
        position = held.get(address, (0, ""))
        if position[0] < version or (position[0] == version > 0 and position[1] != digest):
            wanted.append(address)
    return sorted(wanted)


def _report_newer(
    held: Mapping[Address, tuple[int, str]], entries: Mapping[Address, tuple[int, str]]
) -> None:
    """What is settled in authoring at a lower version than readers see: authoring came from a backup."""
    newer = sum(1 for address, (version, _) in entries.items() if 0 < version < held.get(address, (0, ""))[0])
    if newer:
        logger.error("readers see newer versions of %s things than authoring has: was it restored?", newer)


def note_unknown(addresses: Iterable[Address]) -> None:
    """Remember what authoring says it does not know. It stays on the site: a person decides."""
    for kind, key in addresses:
        logger.error("authoring does not know %s %s, which readers see", kind, key)
        Position.objects.filter(kind=kind, key=key, unknown_since=None).update(unknown_since=Now())


def inspect() -> Iterator[list[Finding]]:
    """Check every row, vector and own page against its message and mend it; queue every combined page.

    Yields what was wrong, a slice at a time.
    """
    after: Address | None = START
    while after is not None:
        findings, after = inspect_slice(after)
        yield findings


def inspect_slice(after: Address) -> tuple[list[Finding], Address | None]:
    """Inspect what comes after an address. Returns what was wrong and where to go on; None at the end.

    A repair is made under a lock on the position, so that a newer message is never undone.
    """
    combined: set[str] = set()
    findings: list[Finding] = []
    if after == START:
        # What the site's row says stands on every page.
        findings += _inspect(list(Position.objects.filter(kind=Kind.SITE)), combined)
    positions = list(_within(after, None)[:SLICE])
    findings += _inspect(positions, combined)
    last = len(positions) < SLICE
    if last:
        findings += [
            Finding(kind=kind, key=key, damage="no position", mended=False)
            for kind, key in damage.without_position()
        ]
        search.renew()
        combined |= {*lists.ALWAYS, *Page.objects.filter(kind="").values_list("path", flat=True)}
    refresher.queue_paths(sorted(combined))
    return findings, None if last else (positions[-1].kind, positions[-1].key)


def _inspect(positions: Sequence[Position], combined: set[str]) -> list[Finding]:
    findings: list[Finding] = []
    sound: list[Prepared] = []
    for position in positions:
        try:
            if codec.digest(position.message) != position.digest:
                raise codec.Malformed("the stored message changed")
            sound.append(prepare(position.message, again=1))
        except (codec.Malformed, codec.UnknownMessage, rendering.Unrenderable) as error:
            findings.append(Finding(kind=position.kind, key=position.key, damage=str(error), mended=False))
    combined |= touching.touched((None, one.row) for one in sound if isinstance(one.row, PublishedArticle))
    # Rows before pages: a page is rendered from the rows of its neighbours too.
    for damaged in (damage.rows, damage.vectors, damage.tags, damage.pages):
        findings += _mend_all(sound, damaged(sound))
    return findings


def _mend_all(sound: Sequence[Prepared], found: dict[Address, str]) -> list[Finding]:
    # What is gone goes first: what came back may stand in the way of what belongs there.
    ordered = sorted(sound, key=lambda one: one.row is not None)
    return [
        Finding(kind=one.event.kind, key=one.event.key, damage=found[one.address], mended=True)
        for one in ordered
        if one.address in found and _mend(one)
    ]


def _mend(one: Prepared) -> bool:
    with transaction.atomic(using=READ):
        hold_site(to_change=one.event.kind == Kind.SITE)
        held = Position.objects.select_for_update().get(kind=one.event.kind, key=one.event.key)
        if held.version != one.event.version:
            return False
        # Away with them first: a version that was raised by hand would pass for a newer one.
        store.delete_damaged(one.address, paths=[page.path for page in tables.own_pages([one])])
        tables.change([one])
    logger.warning("mended %s %s at version %s", one.event.kind, one.event.key, one.event.version)
    return True


def _within(after: Sequence[str], upto: Sequence[str] | None) -> Any:
    """Positions after one address up to and including another, ordered by address."""
    later = Q(kind__gt=after[0]) | Q(kind=after[0], key__gt=after[1])
    positions = Position.objects.filter(later).order_by("kind", "key")
    if upto is None:
        return positions
    return positions.filter(Q(kind__lt=upto[0]) | Q(kind=upto[0], key__lte=upto[1]))
