"""Finished pages: how each is rendered, which a change touches, and the refresher."""

from publishing.pages.refresher import queue_all, refresh, refresh_for, refresh_some
from publishing.pages.store import Finished, delete_own, write

__all__ = ["Finished", "delete_own", "queue_all", "refresh", "refresh_for", "refresh_some", "write"]
