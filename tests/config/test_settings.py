"""What settings make of variables."""

import os
import subprocess
import sys

import pytest

from config.local.place import ROOT


@pytest.mark.parametrize(
    ("variables", "places"),
    [
        ({}, 1),
        ({"WORKERS": "1"}, 1),
        ({"WORKERS": "4"}, 3),
        ({"WORKERS": "4", "REFRESHERS": "6"}, 6),
        ({"REFRESHERS": "0", "WORKERS": ""}, 1),
    ],
)
def test_lists_are_rendered_by_all_workers_but_one_and_by_one_at_least(variables, places):
    kept = {name: value for name, value in os.environ.items() if name not in ("WORKERS", "REFRESHERS")}
    needed = {"CMS_SIDE": "publishing", "CMS_SHAPE": "split", "SECRET_KEY": "none"}
    nowhere = {"READ_DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere"}
    code = "from config import settings; print(settings.REFRESHERS)"

    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=kept | needed | nowhere | variables,
        capture_output=True,
        text=True,
        check=True,
    )

    assert int(found.stdout) == places
