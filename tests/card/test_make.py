"""What goes into a card, in which order, and what must stay out of it."""

from dataclasses import replace

import numpy as np
import pytest

from segmentation.audit import GroupTable
from segmentation.card import LANGUAGES, ModelCard, make_card, render
from segmentation.errors import CardError
from segmentation.policy import policy_from
from tests.card import made
from tests.policies import offer

CARD = made.card()


def with_findings(*findings):
    return made.card(audit=replace(made.audit(), findings=findings))


def finding(**changes):
    return replace(made.KEPT, attribute="age_band", **changes)


@pytest.mark.parametrize(
    ("findings", "status", "blocking"),
    [
        ((made.KEPT,), "kept", 0),
        ((made.KEPT, made.RARE), "kept", 0),
        ((made.OPEN, made.RARE), "undetermined", 1),
        ((made.BROKEN, made.OPEN, made.KEPT), "broken", 2),
    ],
)
def test_the_verdict_blocks_by_broken_findings_and_open_gates(findings, status, blocking):
    verdict = with_findings(*findings).verdict

    assert (verdict.status, len(verdict.blocking)) == (status, blocking)
    assert verdict.status == replace(made.audit(), findings=findings).verdict


def test_the_findings_are_counted_by_status():
    assert (CARD.verdict.tally.broken, CARD.verdict.tally.undetermined, CARD.verdict.tally.kept) == (5, 8, 3)


def test_attributes_come_worst_first():
    assert [(gap.attribute, gap.status) for gap in CARD.gaps] == [
        ("age_band × tenure", "broken"),
        ("age_band", "broken"),
        ("tenure", "undetermined"),
    ]


def test_the_worst_gap_is_the_furthest_from_even_of_the_worst_status():
    near, far = finding(value=1.3, status="broken"), finding(value=0.5, status="broken", group="65+")
    further = finding(value=9.0, status="kept", group="40-64")

    (gap,) = [gap for gap in with_findings(near, far, further).gaps if gap.attribute == "age_band"]

    assert gap.worst.group == "65+"


def test_nobody_at_all_is_the_furthest_gap():
    nobody, many = finding(value=0.0, group="65+"), finding(value=50.0)

    (gap,) = [gap for gap in with_findings(many, nobody).gaps if gap.attribute == "age_band"]

    assert gap.worst.group == "65+"


def test_an_attribute_without_a_shown_rate_has_no_worst_gap():
    gaps = {gap.attribute: gap for gap in with_findings(made.HIDDEN, made.BROKEN).gaps}

    assert gaps["age_band × tenure"].worst is None
    assert gaps["tenure"].association is None


def test_open_claims_are_told_by_reason():
    told = [
        (one.attribute, one.reason, one.groups, one.claims, one.gates, one.settleable, one.settled_by)
        for one in CARD.unjudged.claims
    ]

    assert told == [
        ("age_band", "not_settled", ("65+", "18-39"), 3, 2, 3, 11_600),
        ("tenure", "not_judged", (), 1, 1, None, None),
        ("tenure", "not_settled", ("tenant",), 1, 0, None, None),
        ("tenure", "everybody_or_nobody", ("tenant",), 1, 1, None, None),
        ("tenure", "one_group", (), 1, 1, None, None),
        ("age_band × tenure", "small_group", ("65+ × tenant",), 1, 1, None, None),
    ]


def test_what_is_hidden_is_counted():
    told = [(one.attribute, one.unknown, one.hidden, one.cells) for one in CARD.unjudged.coverage]

    assert told == [("age_band", 147, 0, 9), ("tenure", 3_240, 0, 6), ("age_band × tenure", None, 5, 9)]


def test_groups_come_in_the_order_of_their_worst_findings():
    groups = {one.attribute: [row.group for row in one.groups] for one in CARD.fairness.attributes}

    assert groups["age_band"] == ["65+", "18-39", "40-64"]
    assert groups["age_band × tenure"] == ["65+ × owner", "18-39 × owner", "65+ × tenant"]


def test_of_what_is_not_kept_alone_the_ratios_within_strata_are_told():
    told = {
        one.attribute: [(c.group, c.segment) for c in one.conditional] for one in CARD.fairness.attributes
    }

    assert told == {
        "age_band": [("65+", "S1")], "tenure": [], "age_band × tenure": [("65+ × owner", "S1")],
    }  # fmt: skip


def test_the_strongest_carriers_are_told_and_all_features_together():
    (age,) = [one for one in CARD.fairness.attributes if one.attribute == "age_band"]

    assert [one.feature for one in age.carriers] == [
        None, "channel", "repairs", "urgency", "parking", "evening_share",
    ]  # fmt: skip
    assert [(one.group, one.feature) for one in age.traces] == [("65+", "channel"), ("18-39", "repairs")]


def test_the_spread_of_a_target_is_told_once():
    other = replace(made.BROKEN, group="18-39", value=0.6)
    (age,) = [one for one in with_findings(other, made.BROKEN, made.OPEN).fairness.attributes if one.spreads]

    assert [(one.check, one.target, one.difference, one.ratio) for one in age.spreads] == [
        ("selection_ratio", "S1", 0.1458, 0.52),
        ("service_parity", "repair_visits", 0.0781, 0.79),
    ]


def test_of_the_groups_that_would_move_the_worst_is_told():
    less, most = made.MOVED, replace(made.MOVED, group="18-39", value=0.2)
    broken = replace(made.MOVED, group="40-64", value=0.15, status="broken")

    gaps = [
        {gap.attribute: gap for gap in with_findings(*found).gaps}["age_band"]
        for found in ((less, most), (less, most, broken))
    ]
    assert [gap.total_variation.group for gap in gaps] == ["18-39", "40-64"]


def test_a_share_that_is_hidden_is_not_the_worst_that_can_be_told():
    hidden = replace(made.MOVED, group="18-39", value=None, interval=None, hidden=True)

    assert with_findings(hidden, made.MOVED).gaps[0].total_variation.group == "65+"


def test_what_the_steps_did_not_find_is_not_told():
    bare = replace(made.audit(), carriers=(), traces=(), conditional=(), fit=(), opportunity=(), balance=())
    audited = made.card(audit=bare).fairness.attributes

    assert {(one.carriers, one.traces, one.conditional, one.fit, one.opportunity, one.balance)
            for one in audited} == {((), (), (), None, (), None)}  # fmt: skip


def test_a_group_keeps_its_counts_by_segment():
    row = CARD.fairness.attributes[0].groups[1]

    assert (row.group, row.size, row.counts) == ("18-39", 700, (205, 495))


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_many_protected_values_are_missing_stands_nowhere(language):
    shown = [render(CARD, language, form) for form in ("html", "md", "json")]

    assert not any(
        number in text for text in shown for number in (str(made.MISSING_AGES), f"{made.MISSING_AGES:,}")
    )


def test_residents_without_audit_consent_are_not_counted_where_a_count_is_hidden():
    assert CARD.intake.withheld is None


def test_residents_without_audit_consent_are_counted_where_nothing_is_hidden():
    tables = tuple(table for table in made.audit().tables if table.unknown is not None)

    assert made.card(audit=replace(made.audit(), tables=tables)).intake.withheld == 321


@pytest.mark.parametrize("table", [
    GroupTable("tenure", ("owner", "tenant"), ((890, 58), (610, 3)), (1_500, 61), None),
    GroupTable("tenure", ("owner", "tenant"), ((890, 58), (610, 3)), (1_500, None), 3_240),
    GroupTable("tenure", ("owner", "tenant"), ((890, 58), (None, 3)), (1_500, 61), 3_240),
])  # fmt: skip
def test_one_hidden_count_anywhere_hides_how_many_gave_no_audit_consent(table):
    assert made.card(audit=replace(made.audit(), tables=(table,))).intake.withheld is None


def test_columns_are_told_once():
    columns = CARD.columns

    assert [(column.key, column.present) for column in columns.denied] == [
        ("rent", False),
        ("building", True),
    ]
    assert (columns.refused, columns.dropped) == (("id_card_no",), ("shoe_size",))


def test_rows_are_told_by_reason_and_cells_by_rule():
    assert [(rows.reason, rows.rows) for rows in CARD.intake.left_out] == [
        ("consent_refused", 50),
        ("retention_lapsed", 47),
    ]
    assert CARD.intake.quarantined_rows == 2
    assert {rows.reason: rows.rows for rows in CARD.intake.quarantined} == {
        "range": 1,
        "whole": 1,
        "value": 1,
    }


def test_only_what_sets_a_segment_apart_is_told_and_hidden_needs_by_name_alone():
    first, second = CARD.segments

    assert [trait.feature for trait in first.traits][:2] == ["repairs", "channel"]
    assert len(first.traits) == 6
    assert [(need.feature, need.level) for need in first.withheld] == [("parking", None)]
    assert (second.traits, second.rule) == ((), None)


def test_a_value_without_a_title_is_called_by_itself():
    features = {feature.key: feature for feature in CARD.features}

    assert [value.title.zh for value in features["channel"].values] == ["app", "phone", "desk"]
    assert [value.title.zh for value in features["urgency"].values] == ["不急", "尽快"]


def test_a_proxy_names_what_it_stands_for():
    assert {attribute.key: attribute.stands_for for attribute in CARD.attributes} == {
        "age_band": (), "tenure": ("age_band",),
    }  # fmt: skip


def test_numbers_of_numpy_become_plain():
    plain = with_findings(made.BROKEN)
    numpy = with_findings(
        replace(made.BROKEN, rate=np.float64(made.BROKEN.rate), count=np.int64(made.BROKEN.count))
    )

    assert numpy.to_json() == plain.to_json()


def test_the_digest_of_another_policy_is_refused():
    pieces = made.pieces()
    digests = replace(pieces["digests"], policy="sha256:00")

    with pytest.raises(CardError, match="another policy's"):
        make_card(**pieces | {"digests": digests})


def test_segments_of_other_residents_are_refused():
    with pytest.raises(CardError, match="do not add up"):
        made.card(intake=replace(made.intake(), kept=4_800))


def test_the_migration_of_other_residents_is_refused():
    with pytest.raises(CardError, match="migration is not of these residents"):
        made.card(migration=made.migration(residents=4_799))


def test_a_segment_without_a_plan_is_refused():
    with pytest.raises(CardError, match="Segment S2 has no service plan"):
        made.card(plans=made.plans()[:1])


def test_where_consents_stood_in_a_ledger_the_duties_say_so():
    both = ("service_planning", "fairness_audit")
    told = made.card(intake=replace(made.intake(), consent_ledger=both)).duties

    assert told.audit_purpose.consent == "required"
    assert "consent ledger" in told.audit_purpose.consent_reason.en
    assert "账本的同意记录" in told.audit_purpose.consent_reason.zh
    assert CARD.duties.audit_purpose.consent_reason is None
    assert told.purpose == CARD.duties.purpose  # which needs no consent


def test_optional_purposes_stand_among_the_duties_in_every_form_and_a_card_without_any_stays_as_it_was():
    offers = [offer(features=["repairs"]), offer("parcel_lockers")]
    card = made.card(policy=policy_from(made.raw_policy() | {"optional_purposes": offers}))
    told = [(one.key, one.consent, one.features) for one in card.duties.optional_purposes]

    assert told == [("activity_offers", "required", ("repairs",)), ("parcel_lockers", "required", ())]
    assert ModelCard.from_json(card.to_json()) == card
    assert "optional_purposes" not in CARD.to_json()
    assert ModelCard.from_json(CARD.to_json()) == CARD
    for form in ("html", "md"):
        for language, words in (("en", "Invite to activities"), ("zh", "邀请参加社区活动")):
            page = render(card, language, form)
            assert page.count(words) == 2
            assert words not in render(CARD, language, form)
        assert "单独征求同意；拒绝的，各项服务照常提供。" in render(card, "zh", form)
        assert "none; the segment alone" in render(card, "en", form)
