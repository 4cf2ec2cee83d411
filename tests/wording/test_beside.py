"""What would settle what is open, and through which feature an attribute enters the segments."""

from dataclasses import replace

import pytest

from segmentation.card.titles import titles_of
from segmentation.wording import Reader
from segmentation.wording.beside import carried, settling, traced
from tests.card import made

READER = Reader("en", titles_of(made.card()))
GATES = (made.MOVED, made.OPEN, made.ONE_GROUP)
ABOUT = "About %s residents with the same shares would settle "


@pytest.mark.parametrize(
    ("gates", "told"),
    [
        (GATES, f"{ABOUT % '11,600'}2 of 3 gates that are open; of the others no such number is known."),
        (GATES[:2], f"{ABOUT % '11,600'}all 2 gates that are open."),
        (GATES[:1], f"{ABOUT % '9,400'}the gate that is open."),
        (GATES[2:], "More residents alone are not known to settle any gate that is open."),
        ((made.BROKEN, made.KEPT), ""),
    ],
)
def test_the_largest_number_of_residents_settles_what_is_open(gates, told):
    assert settling(READER, gates) == told


@pytest.mark.parametrize(("closed", "word"), [(0.84, "mainly"), (0.5, "mainly"), (0.31, "most")])
def test_a_feature_that_closes_less_than_half_of_a_gap_is_not_its_main_way(closed, word):
    trace = replace(made.audit().traces[0], closed=closed)

    assert traced(READER, "age_band", trace) == (
        f"65 and over (Age) enters segment S1 “Phone first” {word} through “Channel”: shuffled among "
        f"residents, it takes {closed:.0%} of the gap of 22.3% away."
    )


def test_what_carries_an_attribute_is_told_with_how_much():
    assert carried(READER, "age_band", "channel", 0.2143) == (
        "Age enters the segments mainly through “Channel”: Cramér's V falls by 0.21 when that feature is "
        "shuffled among residents."
    )
