"""Merging and comparing texts."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authoring.services import diffing, merging
from tests.authoring.builders import text

A, B, C = (uuid.UUID(int=number) for number in (1, 2, 3))


def test_fields_changed_on_one_side_only_are_merged():
    merged = merging.merge(
        text("Hello", body="Old"), ours=text("Hello", body="Mine"), theirs=text("Theirs", "hello", body="Old")
    )

    assert merged == merging.Merge(text("Theirs", "hello", body="Mine"))


def test_a_field_that_both_changed_clashes_and_ours_stands():
    merged = merging.merge(text(summary="a"), ours=text(summary="b"), theirs=text(summary="c"))

    assert (merged.clashes, merged.text.summary) == (("summary",), "b")


def test_the_same_change_on_both_sides_is_no_clash():
    same = text(body="Same\n")

    assert merging.merge(text(body="Old\n"), ours=same, theirs=same) == merging.Merge(same)


def test_additions_and_removals_of_tags_apply_from_both_sides():
    merged = merging.merge(text(tags=(A, B)), ours=text(tags=(B,)), theirs=text(tags=(A, B, C)))

    assert (merged.text.tags, merged.clashes) == ((B, C), ())


def test_without_an_ancestor_whatever_differs_clashes():
    assert merging.merge(None, ours=text("A", body="x"), theirs=text("A", body="y")).clashes == ("body",)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ("a\n\nb\n\nc\n", "A\n\nb\n\nc\n", "a\n\nb\n\nC\n", "A\n\nb\n\nC\n"),
        ("a\n\nb\n", "a\n\nb\n\nmine\n", "theirs\n\na\n\nb\n", "theirs\n\na\n\nb\n\nmine\n"),
        ("a\n\nb\n\nc", "a\n\nc", "a\n\nb\n\nc\n\nd", "a\n\nc\n\nd"),
        ("", "same", "same", "same"),
        ("a\n\nb", "A\n\nb", "a\n\nb\n", "A\n\nb\n"),
    ],
)
def test_changes_of_different_lines_are_merged(base, ours, theirs, merged):
    assert merging.merge_lines(base, ours=ours, theirs=theirs) == (merged, ())


def test_lines_that_both_changed_are_told_and_ours_stand():
    merged, regions = merging.merge_lines(
        "a\n\nb\n\nc\n", ours="a\n\nmine\n\nc\n", theirs="A\n\ntheirs\n\nc\n"
    )

    assert merged == "A\n\nmine\n\nc\n"
    assert regions == (merging.Region("b\n", "mine\n", "theirs\n", start=3),)


def test_two_insertions_at_one_place_clash():
    _, regions = merging.merge_lines("a\nb\n", ours="a\nmine\nb\n", theirs="a\ntheirs\nb\n")

    assert regions == (merging.Region("", "mine\n", "theirs\n", start=2),)


def test_words_are_compared_within_a_line():
    row = diffing.words("The old cat sat.", "The new cat sat down.")

    assert row.before == (
        diffing.Piece("same", "The "),
        diffing.Piece("gone", "old"),
        diffing.Piece("same", " cat sat"),
        diffing.Piece("same", "."),
    )
    assert [(piece.kind, piece.text) for piece in row.inline] == [
        ("same", "The "),
        ("gone", "old"),
        ("new", "new"),
        ("same", " cat sat"),
        ("new", " down"),
        ("same", "."),
    ]


def test_long_unchanged_stretches_are_skipped():
    lines = [str(number) for number in range(20)]

    found = diffing.rows("\n".join(lines), "\n".join([*lines[:-1], "end"]))

    assert [row.kind for row in found] == ["skipped", "same", "same", "same", "changed"]
    assert found[0].skipped == 16


def test_texts_with_nothing_in_common_are_replaced_as_a_whole_beyond_a_bound():
    old, new = (f"{letter}\n" * 60_000 for letter in "ab")

    (row,) = diffing.rows(old, new)

    assert [piece.kind for piece in row.inline] == ["gone", "new"]


def test_long_texts_are_compared_between_the_lines_that_both_have_once():
    old = [f"Line {number}" for number in range(6000)]
    new = [*old[:10], "in", *old[10:3000], *old[3001:5000], "X", *old[5001:]]

    assert diffing.changes(old, new) == [(10, 10, 10, 11), (3000, 3001, 3001, 3001), (5000, 5001, 5000, 5001)]


@given(st.lists(st.sampled_from("abcdefgh")), st.lists(st.sampled_from("abcdefgh")), st.integers(1, 4))
def test_changes_turn_one_text_into_the_other_however_little_is_compared_at_once(old, new, most):
    made, done = [], 0
    for start, end, new_start, new_end in diffing.changes(old, new, most=most):
        assert start >= done
        made += [*old[done:start], *new[new_start:new_end]]
        done = end
    assert made + old[done:] == new


@given(st.text("ab c.", max_size=30), st.text("ab c.", max_size=30))
def test_both_in_one_text_hold_what_each_says(before, after):
    pieces = diffing.words(before, after).inline

    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after
