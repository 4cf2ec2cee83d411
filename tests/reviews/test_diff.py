"""What differs between two versions is told and nothing else: small changes are caught, equal sides empty."""

import json
from dataclasses import fields, replace

import pytest

from segmentation.card.parts import Shortfall
from segmentation.errors import ReviewError
from segmentation.policy import Text, policy_from
from segmentation.reviews.diff import Diff, Side, compare, diff, last_in_service
from tests.card import made
from tests.signed import MODEL, Cast

MANY: tuple[Shortfall, ...] = ("does not repeat itself",)


def side(version=8, **changes):
    card = made.card(**changes)
    return Side(version, changes.get("policy", made.policy()), card)


def altered(version=8, **parts):
    """The made side with other parts of its card."""
    one = side(version)
    return replace(one, card=replace(one.card, **parts))


BEFORE = side(7)
CARD = BEFORE.card


def with_status(at, status):
    """The card's parts where one finding of the first attribute has another status."""
    first, *others = CARD.fairness.attributes
    findings = list(first.findings)
    findings[at] = replace(findings[at], status=status)
    changed = replace(first, findings=tuple(findings))
    fairness = replace(CARD.fairness, attributes=(changed, *others))
    blocking = [one for audited in fairness.attributes for one in audited.findings if one.blocks]
    return {"fairness": fairness, "verdict": replace(CARD.verdict, blocking=tuple(blocking))}


def at(status):
    return next(at for at, one in enumerate(CARD.fairness.attributes[0].findings) if one.status == status)


def with_segment(**changes):
    first, *others = CARD.segments
    return {"segments": (replace(first, **changes), *others)}


def filled(found):
    """The names of the sections that hold something."""
    names = {"evidence", "limits", "days", "policy", "features", "findings", "gaps", "segments", "stability"}
    return {name for name in names if getattr(found, name)}


def test_two_registered_versions_are_compared_without_where_they_stand():
    one, two = replace(BEFORE, state="active"), altered(8, segments=CARD.segments[:1])

    assert compare(one, two) == diff(BEFORE, two)
    assert compare(one, one).before.state is None


# ---- Nothing ----------------------------------------------------------------------------------------


def test_equal_sides_differ_in_nothing():
    found = diff(BEFORE, side(8))

    assert found.is_empty
    assert filled(found) == set()
    assert found.text() == (
        "small_needs: version 8 against version 7\n  Nothing differs but the number of the version."
    )


def test_a_first_submission_says_that_there_is_nothing_to_compare_with():
    found = diff(None, BEFORE)

    assert not found.is_empty
    assert found.before is None
    assert filled(found) == set()
    assert "no other version was in service to compare it with" in found.text()
    assert found.to_dict()["before"] is None


def test_versions_of_two_models_are_not_compared():
    raw = made.raw_policy() | {"name": "other_needs"}
    policy = policy_from(raw)

    with pytest.raises(ReviewError, match="small_needs and other_needs are two models"):
        diff(BEFORE, side(policy=policy))


def test_a_policy_that_is_not_the_one_of_the_card_is_refused():
    strange = replace(BEFORE, policy=policy_from(made.raw_policy() | {"review_days": 3}))

    with pytest.raises(ReviewError, match="policy of version 7 is not the one of its card"):
        diff(strange, side())


# ---- Policy -----------------------------------------------------------------------------------------


def test_a_loosened_limit_is_named_first_and_again_among_the_keys_of_the_policy():
    raw = made.raw_policy()
    raw["audit"] = raw.get("audit", {}) | {"association": 0.3}
    found = diff(BEFORE, side(policy=policy_from(raw)))

    assert filled(found) == {"limits", "policy", "evidence"}
    assert [one.path for one in found.evidence] == ["policy"]
    assert "audit.association: 0.1 → 0.3 (looser)" in found.text()


def test_days_and_features_stand_in_sections_of_their_own():
    raw = made.raw_policy() | {"review_days": 90}
    raw["features"]["repairs"]["weight"] = 2.0
    found = diff(BEFORE, side(policy=policy_from(raw)))

    assert filled(found) == {"days", "features", "policy", "evidence"}
    assert "review_days: 180 → 90" in found.text()
    assert "repairs.weight: 1.5 → 2.0" in found.text()
    assert "Policy, the rest" not in found.text()


# ---- Findings ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "now", "turn"),
    [
        ("kept", "broken", "newly broken"),
        ("undetermined", "broken", "newly broken"),
        ("broken", "undetermined", "newly undetermined"),
        ("kept", "undetermined", "newly undetermined"),
        ("broken", "kept", "healed"),
    ],
)
def test_a_finding_whose_status_differs_is_told(was, now, turn):
    (found,) = diff(BEFORE, altered(**with_status(at(was), now))).findings

    assert (found.turn, found.before, found.after) == (turn, was, now)
    assert found.blocks or now != "broken"
    assert found.sentence.en != found.sentence.zh


def test_findings_that_block_now_come_before_those_that_healed():
    healed = with_status(at("broken"), "kept")
    verdict = replace(healed["verdict"], structure=MANY)
    found = diff(
        BEFORE, replace(side(8, choice=made.given()), card=replace(CARD, **healed | {"verdict": verdict}))
    )

    assert [one.turn for one in found.findings] == ["newly broken", "healed"]
    assert found.findings[0].key == "structure:does not repeat itself"


def test_what_blocks_now_is_told_each_and_what_healed_is_counted():
    first, *others = CARD.fairness.attributes
    healed = replace(first, findings=tuple(replace(one, status="kept") for one in first.findings))
    fairness = replace(CARD.fairness, attributes=(healed, *others))
    verdict = replace(CARD.verdict, blocking=(), structure=MANY)
    found = diff(
        BEFORE, replace(side(8, choice=made.given()), card=replace(CARD, fairness=fairness, verdict=verdict))
    )
    lines = found.text().split("Findings that turned\n")[1].split("\n\n")[0].splitlines()

    assert len(lines) == 2
    assert lines[0].startswith("  newly broken, and blocks: ")
    assert lines[1].startswith(f"  healed: {len(found.findings) - 1} findings, such as: ")


def test_what_the_segments_lack_no_more_is_healed():
    lacking = replace(CARD, verdict=replace(CARD.verdict, structure=MANY))
    (found,) = diff(replace(BEFORE, card=lacking), side()).findings

    assert (found.key, found.turn, found.blocks) == ("structure:does not repeat itself", "healed", False)


def test_a_finding_that_blocked_and_is_not_asked_any_more_is_told():
    first, *others = CARD.fairness.attributes
    kept = tuple(one for one in first.findings if not one.blocks)
    fairness = replace(CARD.fairness, attributes=(replace(first, findings=kept), *others))
    blocking = tuple(one for one in CARD.verdict.blocking if one.attribute != first.attribute)
    found = diff(BEFORE, altered(fairness=fairness, verdict=replace(CARD.verdict, blocking=blocking)))

    assert {one.turn for one in found.findings} == {"no longer asked"}
    assert len(found.findings) == len(CARD.verdict.blocking) - len(blocking)
    assert not any(one.blocks for one in found.findings)


def test_the_worst_gap_of_an_attribute_is_told_with_both_figures():
    first, *others = CARD.gaps
    other = replace(first, association=replace(first.association, value=0.05))
    found = diff(BEFORE, altered(gaps=(other, *others)))

    assert filled(found) == {"gaps"}
    (gap,) = found.gaps
    assert gap.attribute == first.attribute
    assert [one.what.en for one in gap.measures if one.before != one.after] == ["association (Cramér's V)"]
    assert "→ 0.05" in found.text()


def test_a_difference_that_nobody_sees_is_none():
    first, *others = CARD.gaps
    value = first.association.value + 0.0004
    other = replace(first, association=replace(first.association, value=value))

    assert diff(BEFORE, altered(gaps=(other, *others))).is_empty


def test_an_attribute_that_is_audited_no_more_is_told():
    found = diff(BEFORE, altered(gaps=CARD.gaps[1:]))

    assert [(one.attribute, one.after) for one in found.gaps] == [(CARD.gaps[0].attribute, None)]
    assert "not audited" in found.text()


# ---- Segments ---------------------------------------------------------------------------------------


def test_a_segment_with_another_name_is_told():
    found = diff(BEFORE, altered(**with_segment(name=Text(en="Desk first", zh="前台优先"))))

    assert filled(found) == {"segments"}
    assert [(one.id, one.kind, one.after_name.zh) for one in found.segments] == [
        ("S1", "changed", "前台优先")
    ]
    assert "name: " in found.text()


def test_a_segment_of_another_size_is_told_and_one_of_nearly_the_same_is_not():
    share = CARD.segments[0].share

    assert diff(BEFORE, altered(**with_segment(share=share + 0.05))).segments
    assert diff(BEFORE, altered(**with_segment(share=share + 0.0001))).is_empty


def test_a_segment_with_another_rule_is_told_in_both_languages():
    ruled = next(one for one in CARD.segments if one.rule is not None)
    changed = replace(ruled, rule=None)
    others = tuple(changed if one is ruled else one for one in CARD.segments)
    (found,) = diff(BEFORE, altered(segments=others)).segments

    assert found.after_rule is None
    assert found.before_rule.en != found.before_rule.zh


def test_a_segment_that_is_planned_more_is_told():
    plan = CARD.segments[0].plan
    more = (replace(plan[0], amount=plan[0].amount + 1), *plan[1:])
    (found,) = diff(BEFORE, altered(**with_segment(plan=more))).segments

    assert [one.path for one in found.plan] == [plan[0].service]
    assert found.plan[0].before != found.plan[0].after


def test_segments_that_came_and_went_are_told_first():
    found = diff(BEFORE, altered(**with_segment(id="S9")))

    assert [(one.id, one.kind) for one in found.segments] == [("S9", "new"), ("S1", "gone")]


def test_ids_of_a_version_that_was_built_alone_are_not_taken_for_the_same():
    anew = replace(CARD.digests, scorer="sha256:" + "0" * 64)
    found = diff(BEFORE, altered(changes=replace(CARD.changes, since=None), digests=anew))

    assert not found.is_linked
    assert [one.kind for one in found.segments] == ["new"] * len(CARD.segments) + ["gone"] * len(
        CARD.segments
    )
    assert "its ids have nothing to do with those of version 7" in found.text()


# ---- Migration and stability ------------------------------------------------------------------------


def test_who_moves_is_told_where_the_new_card_was_compared_with_the_version_before():
    found = diff(BEFORE, altered(**with_segment(name=Text(en="Desk first", zh="前台优先"))))

    assert found.migration.since.version == 7
    assert "At least 91% of 4,801 residents stay." in found.text()
    assert "S5 → S1: at least 120 residents, moved by channel" in found.text()


def test_who_moves_is_not_known_where_it_was_compared_with_another_version():
    found = diff(side(6), altered(**with_segment(name=Text(en="Desk first", zh="前台优先"))))

    assert found.migration is None
    assert "Not known: the new card was not compared with version 6 (build --previous 6)." in found.text()


def test_other_stability_is_told():
    found = diff(BEFORE, side(stability=made.stability(borderline_share=0.2, jaccard=(0.934, 0.4))))

    assert filled(found) == {"stability"}
    assert [one.what.en for one in found.stability] == [
        "least Jaccard similarity of a segment",
        "residents who are borderline",
    ]


def test_a_figure_that_is_hidden_is_not_known():
    found = diff(BEFORE, altered(stability=replace(CARD.stability, borderline_share=None)))

    assert "residents who are borderline: 8.3% → not known" in found.text()


def test_other_residents_and_another_mitigation_are_told():
    about = replace(CARD.about, residents=5_000)
    digests = replace(CARD.digests, data="sha256:" + "1" * 64)
    found = diff(BEFORE, altered(about=about, digests=digests))

    assert [one.path for one in found.evidence] == ["data", "residents"]


# ---- The form ---------------------------------------------------------------------------------------


def test_it_is_plain_data_with_a_version():
    content = diff(BEFORE, altered(**with_segment(id="S9"))).to_dict()

    assert content["version"] == 1
    assert content["is_empty"] is False
    assert json.loads(json.dumps(content)) == content
    assert content["before"]["version"] == 7


def test_every_section_says_what_it_is():
    assert all(field.metadata["title"] and field.metadata["help"] for field in fields(Diff))


def test_a_long_section_tells_how_many_more_there_are():
    raw = made.raw_policy()
    raw["clustering"] = {"seed": 9, "splits": 6, "sample_size": 500, "restarts": 11, "bootstraps": 60}
    raw["clustering"] |= {"shuffles": 199, "fit_sample": 2000, "borderline": 0.2, "same_segment": 0.6}
    raw["owner"] = {"en": "A", "zh": "甲"}
    raw["title"] = {"en": "B", "zh": "乙"}
    raw["residents"]["id"] = "ref"
    raw["prohibited_uses"] = [{"en": "x", "zh": "x"}]
    raw["purpose"] |= {"key": "p", "legal_basis": "b", "notice_versions": ["1"]}
    raw["audit_purpose"] |= {"key": "q", "legal_basis": "c", "notice_versions": ["1"]}
    for service in raw["services"].values():
        service |= {"title": {"en": "x", "zh": "x"}, "unit": {"en": "y", "zh": "y"}}
    text = diff(BEFORE, side(policy=policy_from(raw))).text()

    assert "more, with --json" in text


# ---- Which version it is compared with --------------------------------------------------------------


def test_it_is_compared_with_the_version_last_in_service_whatever_became_of_it():
    cast = Cast.assembled()
    cast.approve(1)
    cast.decide("suspend", "Mona", 1)
    cast.decide("submit", "Tina", 2)

    assert cast.standing(1).state == "suspended"
    assert last_in_service(cast.history, MODEL, 2) == 1
    assert last_in_service(cast.history, MODEL, 1) is None
    assert last_in_service(cast.history, "other_needs", 2) is None
    cast.wait(days=160)
    assert last_in_service(cast.history, MODEL, 2) == 1


def test_a_way_back_is_compared_with_the_version_that_took_its_place():
    cast = Cast.assembled()
    cast.approve(1)
    cast.approve(2)

    assert last_in_service(cast.history, MODEL, 1) == 2
    assert last_in_service(cast.history, MODEL, 2) == 1
    assert last_in_service(cast.history, MODEL, 3) == 2


def test_where_the_other_version_stands_is_said():
    found = diff(replace(BEFORE, state="changes_requested"), side(8))

    assert found.text().startswith("small_needs: version 8 against version 7 (changes requested)\n")
    assert found.to_dict()["before"]["state"] == "changes_requested"
    assert diff(BEFORE, side(8)).to_dict()["before"]["state"] is None
