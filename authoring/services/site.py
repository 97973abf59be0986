"""What writers do to plain pages and to the site itself."""

import datetime as dt
from uuid import UUID

from django.conf.locale import LANG_INFO
from django.core.exceptions import ValidationError
from django.db import transaction

from authoring.models import Action, PlainPage, Site
from authoring.services import announcing, audit, editions, paths, rights
from authoring.services.articles import NotPublished
from authoring.services.rights import User
from authoring.services.texts import TITLE_LENGTH, length_problems, line_problems, slug_problems
from cms import colours, rendering
from cms.databases import WRITE
from cms.events import Kind

SITE_KEY = "site"


@transaction.atomic(using=WRITE)
def save_page(
    page: PlainPage, *, now: dt.datetime, by: User | None = None, began: str | None = None
) -> PlainPage:
    """Save a plain page; if it is public, readers see the change.

    Raises `Overtaken` if it is not what `began` stands for any more, `Forbidden`, and `ValidationError` by field.
    """
    before = PlainPage.objects.select_for_update().filter(pk=page.pk).first()
    rights.require(by, "change_plainpage" if before else "add_plainpage")
    editions.require(began, now=before, wanted=page, kind=Kind.PAGE, key=str(page.pk))
    _check_page(page)
    page.version = before.version if before else 0
    page.is_live = before.is_live if before else False
    paths.reserve(paths.page_path(page.slug), kind=Kind.PAGE, key=str(page.pk), public=page.is_live)
    page.save()
    paths.release(kind=Kind.PAGE, key=str(page.pk), keep={paths.page_path(page.slug)})
    was = page.version
    if page.is_live:
        _announce_page(page, now=now)
    _record(Action.SAVED if before else Action.CREATED, page, by=by, was=was)
    return page


@transaction.atomic(using=WRITE)
def publish_page(page_id: UUID, *, now: dt.datetime, by: User | None = None) -> int:
    """Put a plain page on the public site. Returns the version that says so. Raises `Forbidden`."""
    rights.require(by, "change_plainpage")
    page = PlainPage.objects.select_for_update().get(pk=page_id)
    paths.reserve(paths.page_path(page.slug), kind=Kind.PAGE, key=str(page.pk), public=True)
    page.is_live, was = True, page.version
    version = _announce_page(page, now=now)
    _record(Action.PUBLISHED, page, by=by, was=was)
    return version


@transaction.atomic(using=WRITE)
def withdraw_page(page_id: UUID, *, now: dt.datetime, by: User | None = None) -> int:
    """Take a plain page off the public site. Returns the version that says so.

    Raises `NotPublished` and `Forbidden`.
    """
    rights.require(by, "change_plainpage")
    page = PlainPage.objects.select_for_update().get(pk=page_id)
    if not page.is_live:
        raise NotPublished
    page.version, page.is_live = page.version + 1, False
    page.save(update_fields=["version", "is_live"])
    announcing.announce_withdrawal(PlainPage, kind=Kind.PAGE, key=str(page.pk), version=page.version, now=now)
    _record(Action.WITHDRAWN, page, by=by, was=page.version - 1)
    return page.version


@transaction.atomic(using=WRITE)
def delete_page(page_id: UUID, *, now: dt.datetime, by: User | None = None) -> None:
    """Withdraw a plain page if it is public, and forget it. Public paths stay reserved. Raises `Forbidden`."""
    rights.require(by, "delete_plainpage")
    page = PlainPage.objects.select_for_update().get(pk=page_id)
    if page.is_live:
        withdraw_page(page_id, now=now, by=by)
    _record(Action.DELETED, page, by=by, was=page.version)
    paths.release(kind=Kind.PAGE, key=str(page_id))
    PlainPage.objects.filter(pk=page_id).delete()


@transaction.atomic(using=WRITE)
def save_site(site: Site, *, now: dt.datetime, by: User | None = None, began: str | None = None) -> Site:
    """Save the site's name, description, navigation, footer, colours and logo and tell readers.

    Raises `Overtaken` if it is not what `began` stands for any more, `Forbidden`, and `ValidationError` by field.
    """
    before = Site.objects.select_for_update().filter(pk=1).first()
    rights.require(by, "change_site" if before else "add_site")
    editions.require(began, now=before, wanted=site, kind=Kind.SITE, key=SITE_KEY)
    _check_site(site)
    site.version = (before.version if before else 0) + 1
    # A fresh instance may stand for the row that exists; Django would insert it, as its key has a default.
    site._state.adding = before is None
    site.save()
    state = announcing.site_state(site)
    announcing.announce(Site, kind=Kind.SITE, key=SITE_KEY, version=site.version, state=state, now=now)
    versions = before.version if before else None, site.version
    audit.record(Action.SAVED, kind=Kind.SITE, key=SITE_KEY, title=site.name, by=by, versions=versions)
    return site


def _record(action: Action, page: PlainPage, *, by: User | None, was: int) -> None:
    versions = (was, page.version) if page.version != was else (None, None)
    audit.record(action, kind=Kind.PAGE, key=page.pk, title=page.title, by=by, versions=versions)


def _announce_page(page: PlainPage, *, now: dt.datetime) -> int:
    page.version, page.changed_at = page.version + 1, now
    page.save(update_fields=["version", "is_live", "changed_at"])
    state = announcing.page_state(page)
    announcing.announce(
        PlainPage, kind=Kind.PAGE, key=str(page.pk), version=page.version, state=state, now=now
    )
    return page.version


def _check_page(page: PlainPage) -> None:
    errors = {
        "title": line_problems(page.title, limit=TITLE_LENGTH),
        "slug": slug_problems(page.slug),
        "body": rendering.problems(page.body),
        "language": [] if page.language in LANG_INFO else [f"Unknown language “{page.language}”."],
    }
    _raise(errors)


def _check_site(site: Site) -> None:
    errors = {
        "name": line_problems(site.name, limit=100),
        "description": length_problems(site.description, limit=300),
        "footer": rendering.problems(site.footer),
        "navigation": _navigation_problems(site.navigation),
        "accent": colours.problems(site.accent, paper=colours.PAPER),
        "accent_dark": colours.problems(site.accent_dark, paper=colours.PAPER_DARK),
    }
    _raise(errors)


def _navigation_problems(navigation: object) -> list[str]:
    if not isinstance(navigation, list):
        return ["This must be a list."]
    for entry in navigation:
        if not isinstance(entry, dict) or set(entry) != {"label", "url"}:
            return ["Each entry must have a label and a url."]
        if not all(isinstance(value, str) for value in entry.values()) or line_problems(
            entry["label"], limit=60
        ):
            return ["Each label must be a short line."]
        if not entry["url"].startswith(("/", "https://", "http://", "mailto:")) or length_problems(
            entry["url"], limit=500
        ):
            return [f"“{entry['url']}” is no address: it must start with / or https://."]
    return []


def _raise(errors: dict[str, list[str]]) -> None:
    if any(errors.values()):
        raise ValidationError({name: messages for name, messages in errors.items() if messages})
