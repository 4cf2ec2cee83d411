"""Each finding as one honest sentence, from a card or from a policy alone."""

import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from segmentation.card import explain
from segmentation.card.titles import titles_of
from segmentation.policy import Text
from segmentation.policy.parts import Check
from segmentation.wording import Reader, Titles, findings
from segmentation.wording.sentences import (
    CHECKS,
    REASONS,
    SIGNATURE,
    STATUS,
    UNCHECKED,
    bounds,
)
from tests.card import made

CARD = made.card()
READER = Reader("en", titles_of(CARD))
SENTENCES = Path(__file__).parent / "golden" / "sentences.txt"


def test_a_finding_is_one_sentence_with_count_interval_and_limit():
    assert explain(made.BROKEN, CARD, "en") == (
        "65 and over (Age) enters segment S1 “Phone first” 1.92 [1.80, 2.04] times as often as the others "
        "(1,204 of 3,950, 30.5% [29.1%, 31.9%] against 15.9%; allowed 0.80 to 1.25): broken."
    )
    assert explain(made.BROKEN, CARD, "zh") == (
        "65岁及以上（年龄段）进入分群S1“电话优先”的比例是其他住户的1.92倍 [1.80, 2.04]"
        "（3,950人中1,204人，30.5% [29.1%, 31.9%]，其他住户15.9%；允许范围0.80至1.25）：违反。"
    )


def test_every_reason_has_its_own_honest_sentence(golden):
    listed = made.audit().findings
    told = [explain(finding, CARD, language) for finding in listed for language in ("en", "zh")]

    assert {finding.reason for finding in listed} == set(REASONS)
    assert {finding.check for finding in listed} == set(CHECKS)
    golden(SENTENCES, "\n".join(told) + "\n")


def test_a_finding_of_the_card_reads_as_that_of_the_audit():
    assert [explain(finding, CARD, "en") for finding in CARD.verdict.blocking] == [
        explain(finding, CARD, "en") for finding in made.audit().findings
        if finding.status == "broken" or (finding.role == "gate" and finding.status == "undetermined")
    ]  # fmt: skip


def test_a_policy_alone_knows_no_generated_names():
    assert explain(made.BROKEN, made.policy(), "en").startswith(
        "65 and over (Age) enters segment S1 1.92 [1.80, 2.04] times as often"
    )


def test_a_segment_named_by_the_policy_is_called_so():
    named = made.policy().model_copy(update={"segment_names": {"S1": made.profiles()[0].name}})

    assert "进入分群S1“电话优先”的比例" in explain(made.BROKEN, named, "zh")


def test_groups_and_services_that_nobody_has_titled_are_called_by_their_keys():
    strange = replace(made.OPEN, attribute="floor", group="12", target="lift")

    assert explain(strange, CARD, "en").startswith(
        "12 (floor) is planned extra “lift” 0.79 [0.71, 0.88] times"
    )


def test_a_group_that_does_not_fit_its_attributes_is_called_by_its_key():
    strange = replace(made.PARTIAL, group="65+ × owner × 12")

    assert explain(strange, CARD, "en").startswith("65+ × owner × 12 (Age × Tenure) enters segment")


def test_pooled_segments_are_called_so():
    pooled = replace(made.BROKEN, target="(small segments)")

    assert "enters segment the small segments taken together 1.92 [1.80, 2.04] times" in explain(
        pooled, CARD, "en"
    )


def test_figures_without_their_base_are_told_to_lack_it():
    assert "(number of residents hidden; " in explain(replace(made.ASSOCIATION, size=None), CARD, "en")
    assert "Cramér's V 0.31 (" in explain(replace(made.ASSOCIATION, interval=None), CARD, "en")


def test_a_share_that_would_move_reads_as_one():
    assert explain(made.MOVED, CARD, "en") == (
        "11.4% [9.8%, 13.1%] of 65 and over (Age) would need another segment to be spread like the others "
        "(3,950 residents; chance alone gives up to 2.1%; allowed at most 10%): undetermined, because the "
        "data show neither that the limit holds nor that it fails; with so many residents and comparisons, "
        "12.5% would most likely have shown; about 9,400 residents in all, with the same shares, would "
        "settle it."
    )
    assert explain(made.MOVED, CARD, "zh").startswith(
        "65岁及以上（年龄段）中有11.4% [9.8%, 13.1%]需换至其他分群，其分布才与其他住户一致"
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"status": "broken"}, "; chance alone gives up to 2.1%;"),
        ({"status": "kept"}, "; chance alone gives up to 2.1%;"),
        ({"by_chance": None}, "3,950 residents; allowed"),
        ({"status": "kept", "value": 0.02}, "; no more than chance alone may give, 2.1%;"),
    ],
)
def test_what_chance_gives_is_told_where_it_helps(changes, told):
    sentence = explain(replace(made.MOVED, **changes), CARD, "en")

    assert told in sentence
    assert ("chance" in sentence) is ("chance" in told)


def test_what_would_settle_it_is_told_of_an_open_finding_alone():
    for status in ("broken", "kept"):
        told = explain(replace(made.MOVED, status=status), CARD, "en")
        assert "would settle" not in told
        assert "would most likely" not in told


def test_no_number_of_residents_is_promised_where_none_is_known():
    told = explain(replace(made.MOVED, settled_by=None, detectable=None), CARD, "en")

    assert told.endswith("because the data show neither that the limit holds nor that it fails.")


@pytest.mark.parametrize(
    ("value", "detectable", "told"),
    [(0.92, 0.74, "0.74"), (1.1, 0.74, "1.35"), (1.1, 1.35, "1.35"), (1.1, 0.0, None), (0.9, 0.0, "0.00")],
)
def test_what_would_have_shown_is_told_on_the_side_that_the_value_is_on(value, detectable, told):
    sentence = explain(replace(made.OPEN, value=value, detectable=detectable), CARD, "en")

    assert (f" {told} would most likely have shown" in sentence) is (told is not None)
    assert ("most likely" in sentence) is (told is not None)


def test_the_figures_of_a_finding_have_decimals_alike():
    told = replace(made.TOLD, value=0.0, interval=(0.0, 0.0003), by_chance=0.02)
    wide = replace(made.BROKEN, value=2.9, interval=(0.85, 12.34))

    assert "0.0000 [0.0000, 0.0003]" in explain(told, CARD, "en")
    assert "up to 0.0200" in explain(replace(told, value=0.03), CARD, "en")
    assert "2.90 [0.85, 12.34]" in explain(wide, CARD, "en")


def test_a_group_whose_title_holds_that_of_its_attribute_is_told_without_it():
    def reader(group, other="Sex"):
        titles = {"old": Text(en="Age", zh="有老人"), "sex": Text(en=other, zh="性别")}
        groups = {"old": {"1": Text(en=group, zh="有老人")}, "sex": {"f": Text(en="Female", zh="女")}}
        return [Reader(language, Titles(20, titles, groups)) for language in ("en", "zh")]

    en, zh = reader("Age 65 and over")
    assert (en.member("old", "1"), zh.member("old", "1")) == ("Age 65 and over", "有老人")
    assert zh.member("old × sex", "1 × f") == "有老人 × 女（性别）"
    assert reader("Aged people")[0].member("old", "1") == "Aged people (Age)"


def test_a_limit_is_short_in_a_table():
    assert [bounds(READER, one) for one in (made.BROKEN, made.ASSOCIATION, made.MOVED)] == [
        "0.80–1.25", "≤ 0.10", "≤ 10%",
    ]  # fmt: skip


def test_a_stratum_is_called_by_its_features_titles():
    assert READER.stratum("repairs 0–2 × parking yes") == "Repairs 0–2 × Parking yes"
    assert READER.stratum("repairs (missing)") == "Repairs not known"
    assert READER.stratum("floor 3+ × lift") == "floor 3+ × lift"


@pytest.mark.parametrize("finding", made.audit().findings)
def test_chinese_has_its_own_marks(finding):
    told = explain(finding, CARD, "zh")

    assert not re.search(r"[();:]|, (?!\d)|“[^”]*“", told)


def test_everything_that_an_audit_may_say_has_words():
    assert set(REASONS) == set(get_args(findings.Reason))
    assert set(CHECKS) == set(get_args(Check))
    assert set(UNCHECKED) == set(get_args(findings.Unchecked))
    assert set(STATUS) == set(SIGNATURE) == set(get_args(findings.Status))
