"""Numbers are kept as runs, whatever the order in which they come."""

from hypothesis import given
from hypothesis import strategies as st

from segmentation.ledger.personal.spans import Spans, parted

RUNS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6)), max_size=8)


def spans_and_set(runs):
    spans, numbers = Spans(), set()
    for first, count in runs:
        spans.add(first, count)
        numbers |= set(range(first, first + count))
    return spans, numbers


@given(RUNS, RUNS, st.integers(1, 50))
def test_what_is_among_these_and_not_among_those_is_found(these, those, most):
    (ours, our_numbers), (theirs, their_numbers) = spans_and_set(these), spans_and_set(those)

    assert ours.count == len(our_numbers)
    assert parted(ours, theirs, most) == sorted(our_numbers - their_numbers)[:most]


def test_numbers_that_follow_each_other_are_one_run():
    spans = Spans()
    for number in range(1, 1001):
        spans.add(number, 1)

    assert spans.runs() == [[1, 1001]]
