"""What a deployment is refused for."""

import pytest

from cms.apps import pictures_are_shared


def test_distributed_sides_must_share_object_storage(settings):
    settings.SHAPE, settings.MEDIA_BUCKET = "distributed", ""

    assert [problem.id for problem in pictures_are_shared()] == ["cms.E001"]


@pytest.mark.parametrize(("shape", "bucket"), [("distributed", "pictures"), ("split", ""), ("single", "")])
def test_other_places_for_pictures_are_accepted(settings, shape, bucket):
    settings.SHAPE, settings.MEDIA_BUCKET = shape, bucket

    assert pictures_are_shared() == []
