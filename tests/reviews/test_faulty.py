"""Faults of waivers are told in few lines, and none of them is lost."""

from datetime import date

import pytest

from segmentation.errors import Fault
from segmentation.impact.unwritten import RULE
from segmentation.reviews.faulty import day, finding, reason, refusal

TODAY = date(2026, 7, 1)
WHY = "The desk is there for them, and they asked for it."


def unwritten(*numbers, key="reason"):
    return [Fault(f"waiver {number} (a:b, c), {key}", RULE, "replace") for number in numbers]


def test_unwritten_reasons_and_days_are_told_in_one_line_each():
    other = Fault("waiver 4, finding", "is missing", "name it")

    assert refusal("Refused", [*unwritten(1, 2, 3, 5), *unwritten(3, key="expires"), other]) == (
        "Refused, 6 faults:\n"
        "  - reason: is still to be written by a person in waivers 1 to 3, 5; "
        "write what is marked, or delete the entry.\n"
        "  - expires: is still to be written by a person in waiver 3; "
        "write what is marked, or delete the entry.\n"
        "  - waiver 4, finding: is missing; name it."
    )


@pytest.mark.parametrize(
    ("faults", "says"),
    [
        (finding("a:b", "waiver 1", {"a:b"}), None),
        (finding("a:c", "waiver 1", {"a:b"}), "is no finding that blocks this version"),
        (finding(None, "waiver 1", {"a:b"}), "is missing"),
        (reason(WHY, "waiver 1"), None),
        (reason("fine", "waiver 1"), "has fewer than 20 letters (10 Chinese characters)"),
        (reason("<write: why>", "waiver 1"), RULE),
        (day(TODAY, "waiver 1", TODAY), None),
        (day(date(2026, 6, 30), "waiver 1", TODAY), "lies before today, 2026-07-01"),
        (day("<write: last day>", "waiver 1", TODAY), RULE),
    ],
)
def test_what_is_wrong_with_an_entry_is_told_and_what_is_right_is_not(faults, says):
    assert [fault.rule for fault in faults] == ([] if says is None else [says])
