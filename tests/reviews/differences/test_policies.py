"""Every key of a policy that differs is told with its values, and a limit that was loosened as such."""

import pytest

from segmentation.policy import policy_from
from segmentation.reviews.differences import policies
from tests.card import made
from tests.policies import offer


def changed(**tables):
    """The policy of the made card, with keys of its tables replaced, added, or (None) taken away."""
    raw = made.raw_policy()
    for name, value in tables.items():
        if isinstance(value, dict) and isinstance(raw.get(name), dict):
            raw[name] = {key: one for key, one in {**raw[name], **value}.items() if one is not None}
        else:
            raw[name] = value
    return policy_from(raw)


def told(after):
    return {
        one.path: (one.before and one.before.en, one.after and one.after.en)
        for one in policies.changes(made.policy(), after)
    }


def test_the_same_policy_differs_in_nothing():
    same = made.policy()

    assert policies.changes(same, made.policy()) == ()
    assert policies.limits(same, made.policy()) == ()
    assert policies.features(same, made.policy(), ()) == ()


def test_a_number_is_told_with_both_values():
    assert told(changed(review_days=90)) == {"review_days": ("180", "90")}


def test_a_sentence_is_told_in_the_language_that_was_changed():
    owner = {"en": "Service planning", "zh": "规划部"}

    assert told(changed(owner=owner)) == {"owner.zh": ("服务规划部", "规划部")}


def test_yes_and_no_are_words_in_both_languages():
    repairs = {**made.raw_policy()["features"]["repairs"], "required": False}
    (found,) = policies.changes(made.policy(), changed(features={"repairs": repairs}))

    assert (found.path, found.before.en, found.before.zh, found.after.zh) == (
        "features.repairs.required", "yes", "是", "否",
    )  # fmt: skip


def test_a_list_is_told_as_a_whole_and_an_empty_one_as_nothing():
    uses = [{"en": "Setting prices.", "zh": "制定价格。"}]
    found = told(changed(prohibited_uses=uses, audit_purpose={"notice_versions": []}))

    assert found["prohibited_uses"] == ("Setting prices.; Refusing contract service.", "Setting prices.")
    assert found["audit_purpose.notice_versions"] == ("2025-01, 2025-02", "nothing")


def test_an_optional_purpose_that_comes_is_one_change():
    before, after = told(changed(optional_purposes=[offer()]))["optional_purposes"]

    assert before is None
    assert "Invite to activities" in after


def test_a_table_that_is_gone_is_one_change_by_its_title():
    raw = made.raw_policy()
    gone = next(iter(raw["services"]))
    del raw["services"][gone]
    found = policies.changes(made.policy(), policy_from(raw))

    assert [one.path for one in found] == [f"services.{gone}"]
    assert found[0].after is None


def test_features_that_came_went_and_changed_are_told_apart():
    before, raw = made.policy(), made.raw_policy()
    raw["features"]["visits"] = {**raw["features"]["repairs"], "title": {"en": "Visits", "zh": "上门"}}
    raw["features"]["repairs"]["weight"] = 2.0
    after = policy_from(raw)
    there = policies.features(before, after, policies.changes(before, after))
    back = policies.features(after, before, policies.changes(after, before))

    assert [(one.key, one.kind) for one in there] == [("repairs", "changed"), ("visits", "added")]
    assert [one.path for one in there[0].changes] == ["features.repairs.weight"]
    assert [(one.key, one.kind) for one in back] == [("repairs", "changed"), ("visits", "removed")]


@pytest.mark.parametrize(
    ("table", "change", "direction"),
    [
        ("audit", {"association": 0.3}, "looser"),
        ("audit", {"association": 0.01}, "stricter"),
        ("audit", {"selection_ratio": 0.5}, "looser"),
        ("audit", {"selection_ratio": 0.9}, "stricter"),
        ("audit", {"smallest_group": 50}, "other"),
        ("audit", {"gates": ["association"]}, "looser"),
        ("audit", {"gates": ["probe_auc"]}, "other"),
        ("audit", {"intersections": []}, "looser"),
        ("clustering", {"prediction_strength": 0.5}, "looser"),
        ("clustering", {"shuffle_p": 0.2}, "looser"),
    ],
)
def test_a_limit_that_was_loosened_is_named_as_such(table, change, direction):
    (found,) = policies.limits(made.policy(), changed(**{table: change}))

    assert (found.path, found.direction) == (f"{table}.{next(iter(change))}", direction)


def test_how_segments_are_looked_for_is_no_limit():
    assert policies.limits(made.policy(), changed(clustering={"seed": 3})) == ()


def test_days_are_told_by_themselves():
    found = policies.changes(made.policy(), changed(review_days=90, retention_days=30))

    assert [one.path for one in policies.days(found)] == ["retention_days", "review_days"]
