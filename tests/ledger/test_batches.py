"""A batch says what it is of, and what is wrong with one is told in a sentence that names it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from segmentation.ledger.batches import UNREADABLE, Head, batch_of, broken, misfits, read_batch, row_of
from segmentation.ledger.event import GENESIS
from segmentation.ledger.facts import Anchor
from tests.signed import BATCH, START

FIRST = batch_of(Head(), "a", 0, b"one\ntwo", START)


def test_a_batch_follows_the_head_and_counts_its_lines():
    assert (FIRST.number, FIRST.previous, FIRST.end, FIRST.count) == (1, GENESIS, 7, 2)
    assert batch_of(Head(1, FIRST.digest), "b", 3, b"x\n", START).previous == FIRST.digest


def test_a_row_is_read_as_the_batch_that_it_was():
    assert read_batch(row_of(FIRST)) == FIRST


@pytest.mark.parametrize(
    "changed",
    [{"lines": "one"}, {"at": "soon"}, {"at": None}, {"count": 3}, {"spool": "b"}, {"lines": b"\xff"}],
)
def test_a_row_that_was_altered_is_a_batch_of_nothing(changed):
    found = read_batch(row_of(FIRST) | changed)

    assert (found.number, found.digest) == (1, UNREADABLE)
    assert broken(Head(), found, 0).startswith("Batch 1 of the access log was altered")


@pytest.mark.parametrize(
    ("before", "changed", "moved", "told"),
    [
        (Head(), {}, 0, None),
        (Head(), {"number": 2}, 0, "Batch 1 of the access log was removed: batch 2 stands"),
        (Head(0, BATCH), {}, 0, "Batch 1 of the access log does not follow"),
        (Head(), {}, 3, "Batch 1 of the access log begins at byte 0 of its spool, of which 3"),
    ],
)
def test_what_is_wrong_with_a_batch_is_told(before, changed, moved, told):
    found = broken(before, replace(FIRST, **changed), moved)

    assert found is told is None or found.startswith(told)


@pytest.mark.parametrize(
    ("number", "digest", "told"),
    [
        (1, FIRST.digest, []),
        (
            1,
            BATCH,
            ["Batch 1 of the access log is not the one that was anchored among the events on 2026-07-02"],
        ),
        (
            2,
            BATCH,
            ["The access log ends at batch 1, and batch 2 was anchored among the events on 2026-07-02"],
        ),
    ],
)
def test_a_log_fits_an_anchor_or_not(number, digest, told):
    anchors = [Anchor(number, digest, START + timedelta(days=1))]
    found = list(misfits(anchors, Head(1, FIRST.digest), {1: FIRST.digest}))

    assert [one.split(" 08:00 UTC")[0] for one in found] == told
