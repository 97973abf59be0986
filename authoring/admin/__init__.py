"""The Django admin: forms and lists over services."""

from authoring.admin import (
    accounts,
    articles,
    dashboard,
    outbox,
    pages,
    pictures,
    releases,
    schedules,
    signing_in,
    subjects,
    two_factor,
)

__all__ = [
    "accounts",
    "articles",
    "dashboard",
    "outbox",
    "pages",
    "pictures",
    "releases",
    "schedules",
    "signing_in",
    "subjects",
    "two_factor",
]
