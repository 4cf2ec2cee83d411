"""Each finding as one honest sentence, from a card or from a policy alone."""

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from segmentation.audit import findings
from segmentation.card import explain
from segmentation.card.sentences import REASONS, SIGNATURE, STATUS, UNCHECKED
from tests.card import made

CARD = made.card()
SENTENCES = Path(__file__).parent / "golden" / "sentences.txt"


def test_a_finding_is_one_sentence_with_count_interval_and_limit():
    assert explain(made.BROKEN, CARD, "en") == (
        "65 and over (Age) enters segment S1 “Phone first” 1.9 times as often as the others "
        "(1,204 of 3,950, 30.5% [29.1%, 31.9%]; ratio 1.92 [1.80, 2.04], allowed 0.80 to 1.25): broken."
    )
    assert explain(made.BROKEN, CARD, "zh") == (
        "65岁及以上（年龄段）进入分群S1“电话优先”的比例是其他住户的1.9倍"
        "（3,950人中1,204人，30.5% [29.1%, 31.9%]；比值1.92 [1.80, 2.04]，允许范围0.80至1.25）：违反。"
    )


def test_every_reason_has_its_own_honest_sentence(golden):
    listed = made.audit().findings
    told = [explain(finding, CARD, language) for finding in listed for language in ("en", "zh")]

    assert {finding.reason for finding in listed} == set(REASONS)
    golden(SENTENCES, "\n".join(told) + "\n")


def test_a_finding_of_the_card_reads_as_that_of_the_audit():
    assert [explain(finding, CARD, "en") for finding in CARD.verdict.blocking] == [
        explain(finding, CARD, "en") for finding in made.audit().findings
        if finding.status == "broken" or (finding.role == "gate" and finding.status == "undetermined")
    ]  # fmt: skip


def test_a_policy_alone_knows_no_generated_names():
    assert explain(made.BROKEN, made.policy(), "en").startswith(
        "65 and over (Age) enters segment S1 1.9 times as often"
    )


def test_a_segment_named_by_the_policy_is_called_so():
    named = made.policy().model_copy(update={"segment_names": {"S1": made.profiles()[0].name}})

    assert "进入分群S1“电话优先”的比例" in explain(made.BROKEN, named, "zh")


def test_groups_and_services_that_nobody_has_titled_are_called_by_their_keys():
    strange = replace(made.OPEN, attribute="floor", group="12", target="lift")

    assert explain(strange, CARD, "en").startswith("12 (floor) is planned the service “lift” 0.79 times")


def test_a_group_that_does_not_fit_its_attributes_is_called_by_its_key():
    strange = replace(made.PARTIAL, group="65+ × owner × 12")

    assert explain(strange, CARD, "en").startswith("65+ × owner × 12 (Age × Tenure) enters segment")


def test_pooled_segments_are_called_so():
    pooled = replace(made.BROKEN, target="(small segments)")

    assert "enters segment the small segments taken together 1.9 times" in explain(pooled, CARD, "en")


def test_figures_without_their_base_are_told_to_lack_it():
    assert "(number of residents hidden, " in explain(replace(made.ASSOCIATION, size=None), CARD, "en")
    assert "Cramér's V 0.31 (" in explain(replace(made.ASSOCIATION, interval=None), CARD, "en")


@pytest.mark.parametrize(
    ("value", "times"), [(0.28, "0.28"), (1.25, "1.25"), (1.5, "1.5"), (9.99, "10.0"), (12.4, "12")]
)
def test_a_ratio_is_told_as_precisely_as_its_limit_needs(value, times):
    assert f" {times} times as often" in explain(replace(made.BROKEN, value=value), CARD, "en")


def test_everything_that_an_audit_may_say_has_words():
    assert set(REASONS) == set(get_args(findings.Reason))
    assert set(UNCHECKED) == set(get_args(findings.Unchecked))
    assert set(STATUS) == set(SIGNATURE) == set(get_args(findings.Status))
