"""Refusals beyond an allowance: few events, and none that is not counted."""

import msgspec
import pytest

from serving.accesses import Access
from serving.excess import Excess, Pace
from tests.serving.asgi import NOW


def refusal(number, key="000000000001"):
    return Access(NOW, f"request {number}", key, "predict", 429, 0, "needs", None, None)


class Lines:
    """What was written."""

    def __init__(self):
        self.found = []

    def __call__(self, line):
        told = msgspec.json.decode(line, type=Access)
        self.found.append((told.id, told.key[-1], told.requests))


def full(line):
    raise OSError(28, "No space left on device")


def test_the_first_refusal_is_recorded_and_those_of_the_next_second_are_counted():
    excess, lines = Excess(), Lines()
    for number in range(5):
        excess.add(refusal(number), 10.0 + number / 10, lines)
    excess.add(refusal(5), 11.0, lines)
    excess.add(refusal(6), 12.0, lines)
    assert lines.found == [("request 0", "1", 1), ("request 5", "1", 5), ("request 6", "1", 1)]


def test_each_key_is_counted_for_itself():
    excess, lines = Excess(), Lines()
    for key in ("000000000001", "000000000002"):
        excess.add(refusal(0, key), 10.0, lines)
    assert lines.found == [("request 0", "1", 1), ("request 0", "2", 1)]


def test_what_was_counted_is_recorded_when_nobody_asks_any_more():
    excess, lines = Excess(), Lines()
    for number in range(4):
        excess.add(refusal(number), 10.0, lines)
    excess.write(lines, 10.5)
    assert lines.found == [("request 0", "1", 1)], "not before a second has gone by"
    excess.write(lines, 11.0)
    excess.write(lines, 12.0)
    excess.write(lines)
    assert lines.found == [("request 0", "1", 1), ("request 3", "1", 3)]


def test_a_service_that_ends_records_all_that_it_counted():
    excess, lines = Excess(), Lines()
    for number in range(3):
        excess.add(refusal(number), 10.0, lines)
    excess.write(lines)
    assert sum(requests for _, _, requests in lines.found) == 3


def test_what_cannot_be_written_stays_counted():
    excess, lines = Excess(), Lines()
    for number in range(3):
        excess.add(refusal(number), 10.0, lines)
    with pytest.raises(OSError, match="space"):
        excess.add(refusal(3), 11.0, full)
    with pytest.raises(OSError, match="space"):
        excess.write(full)
    excess.write(lines)
    assert lines.found == [("request 0", "1", 1), ("request 2", "1", 2)]


def test_of_some_kinds_more_are_recorded_singly_and_the_rest_after_a_longer_time():
    excess, lines, pace = Excess(), Lines(), Pace(3, 60.0)

    def add(number, now):
        excess.add(refusal(number, "-"), now, lines, kind="strangers", pace=pace)

    for number in range(5):
        add(number, 10.0 + number)
    excess.write(lines, 69.0)
    assert lines.found == [("request 0", "-", 1), ("request 1", "-", 1), ("request 2", "-", 1)]
    add(5, 70.0)
    assert lines.found[3:] == [("request 5", "-", 3)]
    for number in (6, 7, 8):
        add(number, 71.0)
    excess.write(lines, 131.0)
    assert lines.found[4:] == [("request 6", "-", 1), ("request 7", "-", 1), ("request 8", "-", 1)]


def test_two_kinds_are_counted_apart_whatever_their_key():
    excess, lines = Excess(), Lines()
    for kind in ("403", "429"):
        excess.add(refusal(0, "-"), 10.0, lines, kind=kind)
    assert lines.found == [("request 0", "-", 1)] * 2
