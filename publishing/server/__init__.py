"""The page server: finished pages in front of Django, at about the cost of a static file."""

from publishing.server.application import PageServer

__all__ = ["PageServer"]
