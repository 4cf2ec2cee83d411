"""Risk follows from likelihood and severity, and never below what the cautious reading gives."""

from itertools import product

import pytest

from segmentation.impact.levels import LEVELS, highest, risk


@pytest.mark.parametrize(
    ("likelihood", "severity", "expected"),
    [
        ("low", "low", "low"),
        ("low", "medium", "medium"),
        ("low", "high", "medium"),
        ("low", "very high", "high"),
        ("medium", "medium", "medium"),
        ("medium", "high", "high"),
        ("high", "high", "high"),
        ("high", "very high", "very high"),
        ("very high", "very high", "very high"),
    ],
)
def test_the_risk_is_the_mean_of_both_rounded_up(likelihood, severity, expected):
    assert risk(likelihood, severity) == risk(severity, likelihood) == expected


def test_a_worse_effect_is_never_a_lower_risk():
    order = LEVELS.index
    for one, other, severity in product(LEVELS, LEVELS, LEVELS):
        if order(one) <= order(other):
            assert order(risk(one, severity)) <= order(risk(other, severity))


def test_the_highest_level_is_not_the_last_of_the_alphabet():
    assert highest(["very high", "low", "medium"]) == "very high"
    assert highest(["low", "medium"]) == "medium"
