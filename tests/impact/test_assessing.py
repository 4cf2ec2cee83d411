"""Everything that policy and card know is in the assessment, and what does not belong together is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from segmentation.card.parts import Mitigation
from segmentation.errors import ImpactError
from segmentation.impact import Impact, assess, day_in_china, render_impact
from segmentation.policy import Text, policy_from
from tests.card import made
from tests.impact.made import ASSESSED_ON, answers, impact, raw_answers, sensitive_policy, text
from tests.policies import offer

POLICY, CARD = made.policy(), made.card()
IMPACT = impact(POLICY, CARD, version=3)


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


def test_optional_purposes_are_assessed_with_the_others_and_nothing_is_said_where_there_are_none():
    policy = policy_from(made.raw_policy() | {"optional_purposes": [offer(features=["repairs"])]})
    found = impact(policy, made.card(policy=policy))

    (told,) = found.bounds.optional_purposes
    assert (told.key, told.features, told.text.zh) == ("activity_offers", ("repairs",), "邀请参加社区活动")
    assert Impact.from_json(found.to_json()) == found
    assert "optional_purposes" not in IMPACT.to_json()
    assert Impact.from_json(IMPACT.to_json()) == IMPACT
    for form in ("html", "md"):
        for language, words in (("en", "Invite to activities"), ("zh", "邀请参加社区活动")):
            assert words in render_impact(found, language, form)


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
        assess(other, CARD, answers(), version=1, today=ASSESSED_ON)


def test_a_version_begins_at_one():
    with pytest.raises(ImpactError, match="A version is a whole number from 1; got 0"):
        impact(version=0)


def test_the_assessment_comes_before_the_submission():
    day = timedelta(days=1)

    assert impact(today=ASSESSED_ON).answers.assessed_on == ASSESSED_ON
    with pytest.raises(ImpactError, match=r"assessed_on: is later than today, 2026-02-28, .*PIPL Art\. 55"):
        impact(today=ASSESSED_ON - day)


def test_an_assessment_whose_next_review_is_over_is_made_anew():
    assert impact(today=date(2026, 8, 1)).answers.next_review == date(2026, 8, 1)
    with pytest.raises(ImpactError, match="next_review: was over before today, 2026-08-02; assess the use"):
        impact(today=date(2026, 8, 2))


def test_the_day_is_that_of_mainland_china():
    assert day_in_china(datetime(2026, 2, 28, 16, 0, tzinfo=UTC)) == date(2026, 3, 1)
    assert day_in_china(datetime(2026, 2, 28, 15, 59, tzinfo=UTC)) == date(2026, 2, 28)


def test_who_holds_against_the_legal_basis_that_nothing_is_sensitive_explains_it_on_the_page():
    stated = {"applies": False, "text": text("No.")}

    told = IMPACT.triggers[0].why
    assert told.en.startswith(
        "⚠ The policy's legal basis cites the articles on sensitive personal information"
    )
    assert told.en.endswith("Their explanation: Neither age nor tenure is sensitive.")
    with pytest.raises(ImpactError, match=r"triggers\.sensitive\.applies: is false, although the policy's"):
        impact(triggers=raw_answers()["triggers"] | {"sensitive": stated})
    agreed = impact(triggers=raw_answers()["triggers"] | {"sensitive": stated | {"applies": True}})
    assert agreed.triggers[0].why.en == "No."


def test_a_feature_that_a_mitigation_leaves_out_is_marked():
    last = list(POLICY.features)[-1]
    done = Mitigation(f"drop:{last}", Text(en="Left out.", zh="不使用。"))
    card = replace(CARD, about=replace(CARD.about, mitigation=done))

    assert [one.key for one in impact(card=card).minimal.features if not one.used] == [last]
    assert all(one.used for one in IMPACT.minimal.features)
