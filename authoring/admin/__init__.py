"""The Django admin: forms and lists over services."""

from authoring.admin import accounts, articles, outbox, pages, pictures, schedules, subjects

__all__ = ["accounts", "articles", "outbox", "pages", "pictures", "schedules", "subjects"]
