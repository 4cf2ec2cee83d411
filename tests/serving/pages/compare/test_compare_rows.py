"""What differs is told in the reader's words: looser limits first, findings by what became of them."""

import pytest

from segmentation.card.titles import titles_of
from segmentation.policy import Text
from segmentation.reviews.diff import Side, diff
from segmentation.reviews.differences.model import (
    Change,
    FeatureChange,
    FindingChange,
    LimitChange,
    Measure,
    SegmentChange,
)
from serving.pages.compare import compare_rows as rows
from serving.pages.words import speaker
from tests.card import made

CARD = made.card()
EN, ZH = (speaker(language, titles_of(CARD)) for language in ("en", "zh"))


def both(text):
    return Text(en=text, zh=f"{text}（中）")


def limit(path, direction):
    return LimitChange(path, both("1"), both("2"), direction)


def finding(turn, *, blocks=False, sentence="It is so."):
    return FindingChange("key", turn, None, "broken", blocks, both(sentence))


def test_a_looser_limit_comes_first_and_is_called_by_its_name():
    told = rows.limit_rows(
        ZH,
        [limit("audit.confidence", "other"), limit("audit.association", "looser"), limit("x.y", "stricter")],
    )
    assert [(one.label, one.direction) for one in told] == [
        ("关联强度（克莱姆V系数）", "looser"),
        ("置信水平", "other"),
        ("", "stricter"),
    ]
    assert told[0].before == "1（中）"


def test_a_key_of_the_policy_that_another_section_tells_is_not_told_twice():
    before = made.policy()
    after = before.model_copy(
        update={"retention_days": 3, "audit": before.audit.model_copy(update={"association": 0.3})}
    )
    found = diff(Side(1, before, CARD), Side(2, after, made.card(policy=after)))
    assert {one.path for one in found.policy} == {"retention_days", "audit.association"}
    assert rows.rest_rows(EN, found) == ()
    assert [one.label for one in rows.rows(EN, found.days)] == ["Days for which rows are kept"]


def test_what_stands_on_no_side_is_empty():
    assert rows.rows(EN, [Change("a.b", None, both("new"))]) == (rows.Row("", "a.b", "", "new"),)


def test_findings_stand_by_what_became_of_them_newly_broken_first():
    told = rows.turned(
        EN, [finding("healed"), finding("newly undetermined", blocks=True), finding("newly broken")]
    )
    assert [one.turn for one in told] == ["newly broken", "newly undetermined", "healed"]
    assert told[1].rows[0].blocks
    assert not told[0].rows[0].blocks
    assert told[0].rows[0].before == ""


def test_a_segment_tells_what_differs_of_it_and_its_plan_by_the_title_of_the_service():
    (service,) = {one.key for one in CARD.services[:1]}
    one = SegmentChange(
        id="S1", kind="changed", before_name=both("Old"), after_name=both("New"), before_share=0.5,
        after_share=0.5, before_rule=None, after_rule=None, plan=(Change(service, both("1"), both("2")),),
    )  # fmt: skip
    (told,) = rows.segment_rows(EN, [one])
    assert [row.label for row in told.rows] == ["Name of the segment", f"Planned: {EN.service(service)}"]
    assert told.name == "New"


def test_a_segment_that_is_gone_keeps_the_name_that_it_had():
    one = SegmentChange(
        id="S4", kind="gone", before_name=both("Old"), after_name=None, before_share=0.25, after_share=None,
        before_rule=None, after_rule=None, plan=(),
    )  # fmt: skip
    (told,) = rows.segment_rows(EN, [one])
    assert (told.name, told.told, told.rows[1]) == (
        "Old",
        "gone",
        rows.Row("Share of residents", "", "25.0%", ""),
    )


@pytest.mark.parametrize(
    ("value", "form", "told"), [(0.123, "share", "12.3%"), (1.5, "ratio", "1.50"), (None, "ratio", "hidden")]
)
def test_a_figure_is_told_in_its_form_and_one_that_is_hidden_says_so(value, form, told):
    (row,) = rows.measure_rows(EN, [Measure(both("what"), form, value, 0.5)])
    assert row.before.startswith(told)


def test_every_word_has_a_chinese_one():
    words = [*rows.LABELS.values(), *rows.KINDS.values(), *rows.SEGMENTS.values()]
    words += [text for pair in rows.TURNS.values() for text in pair]
    assert [one for one in words if ZH.t(one) == one] == []


def test_a_feature_that_came_is_told_and_one_that_is_described_otherwise_with_what_differs():
    changes = (
        Change("features.lift.why.en", both("a"), both("b")),
        Change("features.lift.weight", None, None),
    )
    came = FeatureChange("lift", both("Lift rides"), "added")
    other = FeatureChange("lift", both("Lift rides"), "changed", changes)
    told = rows.feature_rows(EN, [came, other])
    assert [(one.told, one.title) for one in told] == [
        ("added", "Lift rides"),
        ("described otherwise", "Lift rides"),
    ]
    assert [row.path for row in told[1].rows] == ["why.en", "weight"]
    assert told[0].rows == ()
