"""The Django admin: forms and lists over services."""

from authoring.admin import accounts, articles, dashboard, outbox, pages, pictures, schedules, subjects

__all__ = ["accounts", "articles", "dashboard", "outbox", "pages", "pictures", "schedules", "subjects"]
