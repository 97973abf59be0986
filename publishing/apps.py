"""Publishing: projects messages into finished pages and search, on the read database."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "publishing"
