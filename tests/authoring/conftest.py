"""Authoring's addresses alone: its pages, errors included, know nothing of publishing."""

import pytest


@pytest.fixture(autouse=True)
def _authoring_alone(settings):
    settings.ROOT_URLCONF = "authoring.urls"
