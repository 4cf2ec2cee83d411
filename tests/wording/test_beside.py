"""What would settle what is open, and through which feature an attribute enters the segments."""

from dataclasses import replace

import pytest

from segmentation.card.titles import titles_of
from segmentation.wording import Reader
from segmentation.wording.beside import Way, entered, settling, shortly, traced, way
from tests.card import made

READER = Reader("en", titles_of(made.card()))
GATES = (made.MOVED, made.OPEN, made.ONE_GROUP)
ABOUT = "About %s residents in all, with the same shares, would settle "


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


@pytest.mark.parametrize("closed", [0.84, 0.5])
def test_a_feature_that_closes_half_of_a_gap_is_its_main_way(closed):
    trace = replace(made.audit().traces[0], closed=closed)

    assert traced(READER, "age_band", trace) == (
        "65 and over (Age) enters segment S1 “Phone first” mainly through “Channel”: shuffled among "
        f"residents, it takes {closed:.0%} of the gap of 22.3% away."
    )


def test_a_feature_that_closes_less_explains_nothing():
    assert traced(READER, "age_band", replace(made.audit().traces[0], closed=0.31)) == ""


AUDIT = made.audit()
CARRIERS = [one for one in AUDIT.carriers if one.attribute == "age_band"]


def of_age(fall, auc=0.77, value=0.31, limit=0.6):
    """How age enters the segments, where its strongest feature takes so much of Cramér's V away."""
    aucs = (replace(CARRIERS[0].aucs[0], value=auc),)
    carriers = [
        replace(CARRIERS[0], feature=None, fall=None, aucs=aucs),
        replace(CARRIERS[0], feature="channel", fall=fall, aucs=aucs),
    ]
    guessed = replace(made.GUESSED, attribute="age_band", limit=limit)
    return way(carriers, (replace(made.ASSOCIATION, value=value), guessed))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"fall": 0.2143}, Way("channel", 0.2143)),
        ({"fall": 0.155}, Way("channel", 0.155)),
        ({"fall": 0.15}, Way(None, 0.77)),
        ({"fall": 0.15, "auc": 0.59}, None),
        ({"fall": 0.15, "auc": None}, None),
        ({"fall": 0.005, "value": 0.009, "auc": 0.5}, None),
        ({"fall": 0.0, "value": 0.01}, None),
        ({"fall": None}, None),
        ({"fall": 0.2, "value": None}, None),
    ],
)
def test_a_feature_is_the_main_way_where_it_takes_half_of_the_association(changes, expected):
    assert of_age(**changes) == expected


def test_what_carries_an_attribute_is_told_with_how_much():
    one, together = Way("channel", 0.2143), Way(None, 0.77)

    assert entered(READER, "age_band", one) == (
        "Age enters the segments mainly through “Channel”: Cramér's V falls by 0.21 when that feature is "
        "shuffled among residents."
    )
    assert entered(READER, "age_band", together) == (
        "No single feature carries “Age” into the segments: together they do (guessed from all of them with "
        "AUC 0.77)."
    )
    assert [shortly(READER, found) for found in (one, together)] == [
        "mainly through “Channel”",
        "no single feature carries it: together they do (AUC 0.77)",
    ]
    assert entered(READER, "age_band", None) == shortly(READER, None) == ""
