"""Everything that policy and card know is in the assessment, and what does not belong together is refused."""

from datetime import date

import pytest

from segmentation.errors import ImpactError
from segmentation.impact import assess
from segmentation.impact.assessing import sensitive_columns
from segmentation.policy import policy_from
from tests.card import made
from tests.impact.made import answers, impact, raw_answers, text

POLICY, CARD = made.policy(), made.card()
IMPACT = impact(POLICY, CARD, version=3)


def sensitive_policy():
    """Return a policy that audits by religion, which PIPL Art. 28 names."""
    raw = made.raw_policy()
    raw["protected"]["religion"] = {
        "title": text("Religion", "宗教信仰"),
        "groups": ["a", "b"],
        "harm": text("One is served apart.", "区别对待。"),
    }
    return policy_from(raw)


def test_model_version_and_evidence_are_named():
    subject = IMPACT.subject

    assert (subject.model, subject.version) == ("small_needs", 3)
    assert (subject.policy, subject.card) == (POLICY.digest, CARD.digest)
    assert (subject.residents, subject.segments) == (4_801, 2)


def test_the_triggers_are_those_of_the_article_in_its_order():
    triggers = IMPACT.triggers

    assert [one.applies for one in triggers] == [False, True, True, False, False]
    assert [one.article.en for one in triggers] == [f"PIPL Art. 55({number})" for number in range(1, 6)]
    assert triggers[0].article.zh == "《个人信息保护法》第五十五条第一项"
    assert triggers[2].why.en == "A hosting company, under an agreement."


def test_a_column_that_the_law_names_is_recognised():
    assert sensitive_columns(sensitive_policy()) == ("religion",)
    assert sensitive_columns(POLICY) == ()


def test_sensitive_information_cannot_be_denied_where_the_policy_reads_it():
    policy = sensitive_policy()
    card = made.card(policy=policy)
    stated = {"applies": True, "text": text("Asked apart.", "单独取得同意。")}
    triggers = raw_answers()["triggers"] | {"sensitive": stated}

    with pytest.raises(
        ImpactError, match=r"must be true, because the policy reads religion \(PIPL Art\. 28\)"
    ):
        impact(policy, card)
    told = impact(policy, card, triggers=triggers).triggers[0]
    assert told.applies
    assert told.why.en == "Recognised by name: religion. Asked apart."
    assert told.why.zh == "按名称识别：religion。单独取得同意。"


def test_purposes_features_and_bounds_are_those_of_the_policy():
    assert IMPACT.bounds.purpose.legal_basis == "PIPL Art. 13(1)(1)"
    assert IMPACT.bounds.purpose.consent_reason.zh == "无姓名的公开调查。"
    assert IMPACT.bounds.audit_purpose.notice_versions == ("2025-01", "2025-02")
    assert (IMPACT.bounds.retention_days, IMPACT.bounds.review_days) == (400, 180)
    assert [one.key for one in IMPACT.minimal.features] == list(POLICY.features)
    assert IMPACT.minimal.features[-1].assessment == "PIA-2025-07"
    assert [one.en for one in IMPACT.bounds.prohibited_uses] == [
        "Setting prices.",
        "Refusing contract service.",
    ]


def test_what_is_not_used_and_who_is_left_out_are_those_of_the_card():
    minimal = IMPACT.minimal

    assert [(one.key, one.present) for one in minimal.denied] == [("rent", False), ("building", True)]
    assert minimal.unread == ("id_card_no", "shoe_size")
    assert [(one.reason.en, one.rows) for one in minimal.left_out] == [
        ("Outside the population", 100),
        ("consent refused", 50),
        ("kept longer than the policy allows", 47),
        ("Quarantined as faulty", 2),
    ]
    assert minimal.read - sum(one.rows for one in minimal.left_out) == minimal.kept


def test_the_least_that_is_planned_stands_beside_the_contract_floor():
    assert [(one.key, one.contract_floor, one.least) for one in IMPACT.services] == [
        ("repair_visits", 1.0, 2.0),
        ("patrol", 0.0, 3.0),
    ]


def test_a_count_that_the_audit_hides_is_nowhere():
    assert str(made.MISSING_AGES) not in IMPACT.to_json()


def test_an_attribute_with_open_findings_needs_an_answer():
    with pytest.raises(ImpactError) as refused:
        impact(findings={"by_attribute": {"tenure": text("a")}})

    assert [fault.where for fault in refused.value.faults] == [
        "findings.by_attribute.age_band × tenure",
        "findings.by_attribute.age_band",
    ]


def test_an_answer_of_its_own_comes_before_that_to_all():
    findings = {"together": text("all", "全部"), "by_attribute": {"tenure": text("own", "单独")}}
    found = impact(findings=findings).audit

    assert {one.key: one.answer.en for one in found.attributes} == {
        "age_band × tenure": "all",
        "age_band": "all",
        "tenure": "own",
    }


def test_segments_that_do_not_stand_need_an_answer():
    card = made.card(choice=made.given())

    with pytest.raises(ImpactError, match=r"findings\.segments: is missing, and the segments themselves"):
        impact(card=card, findings={"together": text("a")})
    told = impact(card=card).audit
    assert len(told.lacking) == 4
    assert told.answer.en == "Looked at again in May."
    assert IMPACT.audit.answer is None


def test_every_fault_of_the_answers_is_named_at_once():
    findings = {"by_attribute": {"shoe_size": text("a")}}

    with pytest.raises(ImpactError) as refused:
        impact(findings=findings, next_review=date(2027, 1, 1))
    assert [fault.where for fault in refused.value.faults] == [
        "findings.by_attribute.shoe_size",
        "findings.by_attribute.age_band × tenure",
        "findings.by_attribute.age_band",
        "findings.by_attribute.tenure",
        "next_review",
    ]


def test_the_next_review_is_within_the_review_period():
    assert impact(next_review=date(2026, 8, 28)).answers.next_review == date(2026, 8, 28)
    with pytest.raises(ImpactError, match="next_review: must be within 180 days"):
        impact(next_review=date(2026, 8, 29))


def test_the_card_of_another_policy_is_refused():
    other = POLICY.model_copy(update={"retention_days": 401})

    with pytest.raises(ImpactError, match="The card was made under another policy"):
        assess(other, CARD, answers(), version=1)


def test_a_version_begins_at_one():
    with pytest.raises(ImpactError, match="A version is a whole number from 1; got 0"):
        impact(version=0)
