"""What is planned for one article, and where that contradicts itself."""

import datetime as dt

import pytest

from authoring.services import articles, planning, releases, scheduling
from authoring.services.planning import Doubt
from tests.authoring.builders import NOW, article, live, text

HOUR = dt.timedelta(hours=1)


def plan(one, *steps):
    """Steps such as `publish 2` or `withdraw`, an hour apart."""
    for number, step in enumerate(steps, start=1):
        action, _, revision = step.partition(" ")
        scheduling.schedule(
            one.pk,
            action=action,
            due_at=NOW + number * HOUR,
            zone="UTC",
            now=NOW,
            revision_id=one.revisions.get(number=revision).pk if revision else None,
        )


@pytest.mark.parametrize(
    ("steps", "doubts"),
    [
        (["publish 2"], []),
        (["publish 3", "withdraw"], []),
        (["withdraw"], []),
        (["withdraw", "withdraw"], [Doubt.NOTHING_TO_WITHDRAW]),
        (["withdraw", "publish 3"], [Doubt.BRINGS_BACK]),
        (["publish 3", "publish 2"], [Doubt.OLDER_TEXT]),
        (["publish 2", "publish 2"], [Doubt.SAME_TEXT]),
        (["publish 1"], [Doubt.SAME_TEXT]),
    ],
)
def test_plans_that_contradict_themselves_are_doubted(steps, doubts):
    one = live(body="1")
    for number in "23":
        articles.save_draft(one.pk, text(body=number))
    one.refresh_from_db()
    plan(one, *steps)

    assert [clash.doubt for clash in planning.clashes(one, planning.plan_of(one))] == doubts


def test_withdrawing_what_is_not_public_is_doubted():
    one = article()
    plan(one, "withdraw")

    (clash,) = planning.clashes(one, planning.plan_of(one))

    assert (clash.doubt, clash.before) == (Doubt.NOTHING_TO_WITHDRAW, None)


def test_changes_of_releases_stand_among_an_articles_own_and_at_the_same_time_are_doubted():
    one = article()
    plan(one, "publish 1")
    made = releases.create(name="Spring")
    releases.add(made.pk, [one.pk], action="withdraw")
    assert len(planning.plan_of(one)) == 1

    releases.schedule(made.pk, due_at=NOW + HOUR, zone="UTC", now=NOW)

    own, released = planning.plan_of(one)
    assert (own.release, released.change, released.release.release) == (None, None, made)
    assert [clash.doubt for clash in planning.clashes(one, [own, released])] == [Doubt.SAME_TIME]
