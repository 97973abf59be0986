"""Time zones: hours that happen twice or never, and the zone that a writer keeps."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from authoring.services import zones
from tests.authoring.builders import writer


@pytest.mark.parametrize(
    ("local", "zone", "fold", "moment"),
    [
        ("2030-07-01T09:00", "Europe/Vienna", None, "2030-07-01T07:00"),
        ("2030-01-01T09:00", "Europe/Vienna", None, "2030-01-01T08:00"),
        ("2030-10-27T02:30", "Europe/Vienna", 0, "2030-10-27T00:30"),
        ("2030-10-27T02:30", "Europe/Vienna", 1, "2030-10-27T01:30"),
        ("2030-03-31T03:00", "Europe/Vienna", None, "2030-03-31T01:00"),
        ("2030-04-07T01:45", "Australia/Lord_Howe", 0, "2030-04-06T14:45"),
    ],
)
def test_a_local_time_is_one_moment(local, zone, fold, moment):
    resolved = zones.resolve(dt.datetime.fromisoformat(local), zone, fold=fold)

    assert resolved == dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("local", "zone", "field"),
    [
        ("2030-03-31T02:30", "Europe/Vienna", "due_at"),
        ("2030-10-27T02:30", "Europe/Vienna", "due_at"),
        ("2030-01-01T00:00", "Mars/Base", "zone"),
        ("2030-01-01T00:00", "", "zone"),
        ("2030-01-01T00:00", "localtime", "zone"),
        ("2030-01-01T00:00", "../etc/passwd", "zone"),
        ("2030-01-01T00:00", "europe/vienna", "zone"),
        ("0001-01-01T00:00", "Asia/Tokyo", "due_at"),
    ],
)
def test_a_local_time_that_is_no_moment_is_refused(local, zone, field):
    with pytest.raises(ValidationError) as caught:
        zones.resolve(dt.datetime.fromisoformat(local), zone)

    assert list(caught.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("local", "zone", "next_valid"),
    [
        ("2030-03-31T02:30", "Europe/Vienna", "2030-03-31T03:00"),
        ("2030-03-31T02:00", "Europe/Vienna", "2030-03-31T03:00"),
        ("2030-10-06T02:10", "Australia/Lord_Howe", "2030-10-06T02:30"),
        ("2011-12-30T15:00", "Pacific/Apia", "2011-12-31T00:00"),
        ("2030-03-31T03:00", "Europe/Vienna", None),
        ("2030-10-27T02:30", "Europe/Vienna", None),
    ],
)
def test_the_first_time_after_an_hour_that_is_skipped_is_known(local, zone, next_valid):
    found = zones.after_gap(dt.datetime.fromisoformat(local), zone)

    assert found == (dt.datetime.fromisoformat(next_valid) if next_valid else None)


@pytest.mark.parametrize(
    ("local", "twice"),
    [("2030-10-27T02:30", True), ("2030-03-31T02:30", False), ("2030-07-01T02:30", False)],
)
def test_hours_that_happen_twice_are_known(local, twice):
    assert zones.happens_twice(dt.datetime.fromisoformat(local), "Europe/Vienna") == twice


def test_a_writer_has_the_publications_zone_until_they_choose_one(settings):
    settings.TIME_ZONE, anna = "Europe/Paris", writer()
    assert zones.of(anna) == "Europe/Paris"

    zones.choose(anna, "Asia/Tokyo")
    zones.choose(anna, "Asia/Kolkata")

    assert zones.of(anna) == "Asia/Kolkata"
    with pytest.raises(ValidationError):
        zones.choose(anna, "localtime")
    assert zones.of(anna) == "Asia/Kolkata"
