"""Finished pages: how each is rendered, which a change touches, and the refresher."""

from publishing.pages.refresher import REST, queue_all, refresh, refresh_some
from publishing.pages.store import Finished, delete_own, write

__all__ = ["REST", "Finished", "delete_own", "queue_all", "refresh", "refresh_some", "write"]
