"""Sentences of the card reach the assessment whole, in both languages, and none of them is lost."""

from dataclasses import replace

import pytest

from segmentation.card import once
from segmentation.card.parts import Mitigation
from segmentation.impact.told import Teller, audit, blocking, caveats, open_attributes, signature, without
from segmentation.policy import Text
from segmentation.reviews.waivers import blocking_of
from tests.card import made
from tests.impact.made import answers

CARD = made.card()
FOUND = audit(Teller(CARD), answers().findings)


def test_the_verdict_and_the_attributes_are_those_of_the_card():
    assert FOUND.status == CARD.verdict.status == "broken"
    assert [one.key for one in FOUND.attributes] == [gap.attribute for gap in CARD.gaps]
    assert FOUND.signature.zh == "未经逐项豁免不得签署：存在违反限值的情形。"


def test_every_finding_that_blocks_is_told():
    told = once.once(CARD)

    assert sum(len(one.blocking) for one in FOUND.attributes) == len(told)
    assert once.count(told) == len(CARD.verdict.blocking)


def test_of_the_worst_gaps_those_that_block_are_told_once():
    for one in FOUND.attributes:
        assert {text.en for text in one.worst}.isdisjoint(text.en for text in one.blocking)
    assert len(FOUND.attributes[0].worst) == 1


def test_an_intersection_has_no_harm_of_its_own():
    assert {one.key: one.harm and one.harm.en for one in FOUND.attributes} == {
        "age_band × tenure": None,
        "age_band": "Older residents are served apart.",
        "tenure": "Tenants get less.",
    }


def test_an_attribute_whose_findings_are_all_kept_needs_no_answer():
    report = made.audit()
    kept = tuple(one for one in report.findings if one.attribute != "tenure" or one.status == "kept")
    card = made.card(audit=_with(report, kept))

    assert "tenure" not in open_attributes(card)
    found = {one.key: one.answer for one in audit(Teller(card), answers().findings).attributes}
    assert found["tenure"] is None
    assert found["age_band"] is not None


def _with(report, findings):
    return replace(report, findings=findings)


def test_caveats_tell_structure_stability_and_changes():
    told = [text.en for text in caveats(Teller(CARD))]

    assert told[0].startswith("Needs go together, which need not be segments")
    assert told[1] == (
        "Segments that are not safely found again when residents are drawn anew: S2 “Average needs”."
    )
    assert told[2].startswith("8.3% of the residents are borderline")
    assert told[3].endswith("At least 91% keep their segment.")


def test_without_a_version_before_that_is_said():
    told = [text.zh for text in caveats(Teller(made.card(migration=None)))]

    assert told[-1] == "没有可供比较的上一版本。"


def test_a_mitigation_is_told_where_there_was_one():
    done = Mitigation("drop:channel", Text(en="Channel was dropped.", zh="已去除渠道。"))
    card = replace(CARD, about=replace(CARD.about, mitigation=done))

    assert FOUND.mitigation is None
    assert audit(Teller(card), answers().findings).mitigation.zh == "已去除渠道。"


@pytest.mark.parametrize(
    ("key", "features"),
    [
        ("drop:channel,floor", ("channel", "floor")),
        ("erase:age_band:without=channel", ("channel",)),
        ("erase:age_band", ()),
    ],
)
def test_the_features_that_a_mitigation_leaves_out_are_known(key, features):
    done = Mitigation(key, Text(en="a", zh="b"))

    assert without(replace(CARD, about=replace(CARD.about, mitigation=done))) == features
    assert without(CARD) == ()


def test_what_blocks_is_counted_once_each_with_what_the_segments_lack():
    card = made.card(choice=made.given())

    assert FOUND.blocking == len(CARD.verdict.blocking) + len(CARD.verdict.structure)
    assert blocking(card) == len(blocking_of(card)) > len(card.verdict.structure) > 0


@pytest.mark.parametrize(
    ("status", "structure", "says"),
    [
        ("broken", (), "without a waiver of each finding that blocks: limits are broken"),
        ("undetermined", (), "without a waiver of each finding that blocks: the data cannot say"),
        ("kept", ("too small a segment",), "without a waiver of each finding that blocks: the audit finds"),
        ("kept", (), "It may be signed"),
    ],
)
def test_nothing_that_may_be_submitted_is_said_to_be_beyond_signing(status, structure, says):
    card = replace(CARD, verdict=replace(CARD.verdict, status=status, structure=structure))

    assert says in signature(card)
