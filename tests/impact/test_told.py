"""Sentences of the card reach the assessment whole, in both languages, and none of them is lost."""

from dataclasses import replace

from segmentation.card import once, render
from segmentation.card.parts import Mitigation
from segmentation.impact.told import Teller, audit, caveats, open_attributes
from segmentation.policy import Text
from tests.card import made
from tests.impact.made import answers

CARD = made.card()
FOUND = audit(Teller(CARD), answers().findings)


def test_the_verdict_and_the_attributes_are_those_of_the_card():
    assert FOUND.status == CARD.verdict.status == "broken"
    assert [one.key for one in FOUND.attributes] == [gap.attribute for gap in CARD.gaps]
    assert FOUND.signature.zh in render(CARD, "zh", "md")


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
