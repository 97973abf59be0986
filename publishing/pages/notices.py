"""Pages that say why there is no page: gone, not found, not now."""

from dataclasses import replace

from django.conf import settings

from publishing.pages import context
from publishing.pages.context import SiteFacts
from publishing.pages.store import Finished


def gone(site: SiteFacts) -> Finished:
    return _notice("publishing/gone.html", "Gone", site, status=410)


def not_found(site: SiteFacts) -> Finished:
    """A cache that goes by keys forgets it when a list changes: no page comes without."""
    return replace(_notice("publishing/not_found.html", "Not found", site, status=404), surrogate_keys="list")


def unavailable(site: SiteFacts) -> Finished:
    """Shown while the database does not answer: needs nothing from it."""
    return _notice("publishing/unavailable.html", "Back in a moment", site, status=503)


def coming(site: SiteFacts) -> Finished:
    """Shown while a version that somebody asks for has not arrived."""
    return _notice("publishing/coming.html", "Here in a moment", site, status=503)


def _notice(template: str, title: str, site: SiteFacts, *, status: int) -> Finished:
    head = context.page_facts("", title=title, kind="notice", noindex=True, language=settings.LANGUAGE_CODE)
    return context.finish(template, {"site": site, "page": head}, status=status)
