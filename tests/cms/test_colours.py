"""Colours and whether they can be read; the style sheet has the grounds that are reckoned with."""

from pathlib import Path

import pytest

from cms import colours

SHEET = Path(colours.__file__).parent / "static" / "cms" / "reader.css"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ffffff", "#ffffff", 1.0)],
)
def test_contrast_is_that_of_the_guidelines(one, other, ratio):
    assert round(colours.contrast(one, other), 2) == ratio
    assert colours.contrast(one, other) == colours.contrast(other, one)


def test_style_sheet_has_these_grounds_and_its_own_accents_can_be_read():
    sheet = SHEET.read_text()

    assert f"--paper: {colours.PAPER};" in sheet
    assert f"--paper: {colours.PAPER_DARK};" in sheet
    assert f"--accent: {colours.ACCENT};" in sheet
    assert colours.problems(colours.ACCENT, paper=colours.PAPER) == []
