"""The WSGI application."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
if settings.PUBLISHING:
    from publishing.server import PageServer

    application = PageServer(application)  # type: ignore[assignment]

from config.celery import app as celery_app  # noqa: E402  tasks are sent from requests too: Django first, then Celery

__all__ = ["application", "celery_app"]
