"""Short phrases of the audit's part of a page."""

from dataclasses import replace

import pytest

from segmentation.card import once, parts, phrases
from segmentation.card.titles import titles_of
from segmentation.wording import Reader
from tests.card import made

CARD = made.card()
EN, ZH = (Reader(language, titles_of(CARD)) for language in ("en", "zh"))
AGE = next(one for one in CARD.fairness.attributes if one.attribute == "age_band")


def test_findings_are_counted_and_not_sentences():
    first, second = (once.Once(made.BROKEN, same, ()) for same in ((), (made.OPEN,)))

    assert phrases.blocks(EN, [first]) == "1 finding blocks the signature"
    assert phrases.blocks(EN, [first, second]) == "3 findings block the signature"
    assert phrases.more(EN, [second]) == "2 more findings that block"


@pytest.mark.parametrize(
    ("settleable", "settled_by", "told"),
    [(None, None, "not known"), (4, 950, "about 950"), (3, 950, "about 950 (3 of 4)")],
)
def test_how_many_residents_would_do_is_told_with_of_how_many_claims(settleable, settled_by, told):
    claims = parts.OpenClaims("age_band", "not_settled", (), 4, 1, settleable, settled_by)

    assert phrases.enough(EN, claims) == told


def test_what_carries_an_attribute_is_told_where_anything_does():
    assert phrases.mainly(EN, AGE).startswith("Age enters the segments mainly through “Channel”")
    assert phrases.through(ZH, CARD, "age_band") == "主要经由“渠道”"
    weak = tuple(replace(one, fall=0.002) for one in AGE.carriers)
    assert phrases.mainly(EN, replace(AGE, carriers=weak)).startswith("No single feature carries “Age”")
    assert phrases.mainly(EN, replace(AGE, carriers=())) == ""
    assert phrases.traces(EN, AGE) != []
    assert phrases.traces(EN, replace(AGE, traces=(replace(AGE.traces[0], closed=0.05),))) == []
    assert phrases.through(EN, CARD, "tenure") == ""


def test_where_a_finding_is_has_words_for_every_check():
    assert [phrases.where(EN, one) for one in (made.BROKEN, made.OPEN, made.NEEDED)] == [
        "enters: S1 “Phone first”",
        "is planned: Repair visits",
        "needed and is planned: Repair visits",
    ]


def test_a_stratum_is_told_with_its_count_or_as_hidden():
    told = [phrases.stratum_told(EN, stratum) for stratum in AGE.conditional[0].strata]

    assert told == [
        "12.1% against 9.8% (n 1,417)",
        "40.7% against 28.2% (n 2,533)",
        "hidden",
    ]


def test_why_it_is_open_comes_with_what_would_settle_it():
    assert phrases.why(EN, made.BROKEN) == "the data show that the limit does not hold"
    assert phrases.why(EN, made.MOVED).endswith(
        "about 9,400 residents in all, with the same shares, would settle it"
    )
