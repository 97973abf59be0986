"""The WSGI application."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
if settings.PUBLISHING:
    from cms.databases import READ
    from config.replicas import Watch
    from publishing import reading
    from publishing.server import PageServer
    from publishing.server.application import PATIENCE

    # Readers wait no longer for a connection than for an answer; workers may.
    settings.DATABASES[READ]["OPTIONS"]["pool"]["timeout"] = PATIENCE  # type: ignore[index]
    if settings.READ_FROM_REPLICAS:
        replicas = dict(zip(settings.REPLICAS, settings.READ_REPLICA_URLS, strict=True))
        reading.follow(Watch(settings.READ_DATABASE_URL, replicas, ceiling=settings.REPLICA_MAX_LAG))
    application = PageServer(application)  # type: ignore[assignment]

from config.celery import app as celery_app  # noqa: E402  tasks are sent from requests too: Django first, then Celery

__all__ = ["application", "celery_app"]
