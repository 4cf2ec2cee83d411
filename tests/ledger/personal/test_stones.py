"""A line of the file of tombstones says what it says, and shows what was changed."""

from datetime import UTC, datetime

import msgspec
import pytest

from segmentation.ledger.personal.stones import BEGINNING, chained, followed_by, inscribed, read_line

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_lines_follow_each_other_whatever_they_tell():
    first, second = chained([("ab", NOW, "sha256:0", ""), ("", NOW, "", "c2FpZA==")])

    assert (first.number, first.previous) == (1, BEGINNING)
    assert (second.number, second.previous, second.said) == (2, first.digest, "c2FpZA==")
    assert [read_line(inscribed(one)[:-1]) for one in (first, second)] == [first, second]


def test_an_erasure_says_nothing_of_what_was_taken_back():
    assert b"said" not in inscribed(followed_by(None, "ab", NOW, "sha256:0"))


@pytest.mark.parametrize("field", ["mark", "key", "said", "previous"])
def test_a_line_of_which_anything_was_changed_is_none(field):
    line = followed_by(None, "ab", NOW, "sha256:0", "c2FpZA==")
    assert read_line(inscribed(msgspec.structs.replace(line, **{field: "cd"}))[:-1]) is None
