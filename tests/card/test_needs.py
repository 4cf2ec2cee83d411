"""Figures of needs in their units, and rules as a reader would say them."""

from dataclasses import replace

import pytest

from segmentation.card import needs
from segmentation.card.titles import titles_of
from segmentation.wording import Reader
from tests.card import made

CARD = made.card()
FEATURES = {feature.key: feature for feature in CARD.features}
EN, ZH = (Reader(language, titles_of(CARD)) for language in ("en", "zh"))


@pytest.mark.parametrize(
    ("feature", "level", "mean", "en", "zh"),
    [
        ("repairs", None, 12.25, "12.2 a year", "12.2次/年"),
        ("home_area", None, 143.4, "143 m²", "143平方米"),
        ("evening_share", None, 0.113, "11.3%", "11.3%"),
        ("parking", None, 0.5, "50.0%", "50.0%"),
        ("channel", "phone", 0.64, "64.0%", "64.0%"),
        ("urgency", None, 0.81, "0.81 of 1", "0.81/1"),
    ],
)
def test_a_figure_is_told_in_its_unit(feature, level, mean, en, zh):
    told = [needs.figure(reader, FEATURES[feature], level, mean) for reader in (EN, ZH)]

    assert told == [en, zh]


def test_a_number_without_a_unit_stands_alone():
    assert needs.figure(EN, replace(FEATURES["repairs"], unit=None), None, 12.25) == "12.2"


def test_a_rule_is_told_in_words():
    told = CARD.segments[0].rule

    assert needs.rule(EN, FEATURES, told) == (
        "Repairs at least 7 a year and Evenings at most 42.5% and Urgency at least at once and "
        "Channel: not desk and Parking: yes, or Repairs at least 20 a year."
    )
    assert needs.rule(ZH, FEATURES, told) == (
        "报修不低于7次/年且晚间不高于42.5%且紧急程度不低于尽快且渠道：非desk且停车：是；或报修不低于20次/年。"
    )


@pytest.mark.parametrize(
    ("feature", "allowed"),
    [
        ("repairs", "0 to 60 a year"),
        ("evening_share", "0% to 100%"),
        ("urgency", "can wait, at once"),
        ("parking", ""),
    ],
)
def test_allowed_values_are_told_with_their_unit(feature, allowed):
    assert needs.allowed_values(EN, FEATURES[feature]) == allowed


def test_a_service_tells_whether_one_need_calls_or_only_all():
    both, one = CARD.services

    assert needs.calls(EN, FEATURES, both) == "all of: Repairs: more than in other segments; Channel: phone"
    assert needs.calls(EN, FEATURES, one) == "Evenings: less than in other segments"
