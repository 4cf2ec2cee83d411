"""A policy that was read cannot change, and its digest covers what it says and not how it is written."""

import copy
import hashlib
import json

import pytest
import tomlkit
from pydantic import ValidationError

from segmentation.policy import Text, policy_from, read_policy
from segmentation.policy.parts import SMALLEST_GROUP, Clustering, Limits
from tests.policies import offer, small_policy, small_raw

LIMITS = {
    "smallest_group": 31,
    "confidence": 0.9,
    "selection_ratio": 0.7,
    "association": 0.2,
    "total_variation": 0.2,
    "mutual_information": 0.05,
    "probe_auc": 0.7,
    "intersections": [],
    "explained_by": ["repairs"],
    "gates": ["association"],
}
CLUSTERING = {
    "segments": [2, 5],
    "seed": 1,
    "smallest_share": 0.1,
    "prediction_strength": 0.9,
    "splits": 6,
    "sample_size": 999,
    "restarts": 5,
    "bootstrap_jaccard": 0.8,
    "bootstraps": 20,
    "shuffles": 199,
    "shuffle_p": 0.05,
    "fit_sample": 5000,
    "borderline": 0.2,
    "same_segment": 0.6,
}


def test_the_limits_of_these_tests_are_all_there_are():
    assert set(LIMITS) == set(Limits.model_fields)
    assert set(CLUSTERING) == set(Clustering.model_fields)


@pytest.mark.parametrize(
    "change",
    [
        *({"audit": {key: value}} for key, value in LIMITS.items()),
        *({"clustering": {key: value}} for key, value in CLUSTERING.items()),
        {"features": {"repairs": {"weight": 2}}},
        {"features": {"repairs": {"range": [0, 61]}}},
        {"features": {"parking": None}},
        {"services": {"repair_visits": {"called": 5}}},
        {"purpose": {"text": {"zh": "另一目的"}}},
        {"retention_days": 366},
    ],
)
def test_the_digest_changes_with_every_limit_and_sentence(change):
    assert small_policy(**change).digest != small_policy().digest


def test_the_digest_overlooks_comments_layout_and_the_spelling_of_numbers(tmp_path):
    raw = small_raw()
    reordered = {key: raw[key] for key in reversed(raw)}
    reordered["features"] = copy.deepcopy(raw["features"])
    reordered["features"]["repairs"]["range"] = [0.0, 60.0]
    path = tmp_path / "policy.toml"
    path.write_text(f"# A comment.\n\n{tomlkit.dumps(reordered)}\n# Another.\n", encoding="utf-8")
    assert read_policy(path).digest == small_policy().digest
    assert small_policy().digest.startswith("sha256:")
    assert len(small_policy().digest) == len("sha256:") + 64


def test_a_policy_without_optional_purposes_reads_and_digests_as_it_did_before_there_were_any():
    plain = small_policy()
    content = plain.model_dump(mode="json")
    signed = json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    assert list(content) == [name for name in type(plain).model_fields if name != "optional_purposes"]
    assert plain.digest == f"sha256:{hashlib.sha256(signed.encode()).hexdigest()}"
    assert small_policy(optional_purposes=[]).digest == plain.digest
    assert policy_from(content) == policy_from(json.loads(plain.model_dump_json())) == plain
    assert plain.stated == ("service_planning", "fairness_audit")


def test_optional_purposes_are_stated_and_digested():
    offered = small_policy(optional_purposes=[offer(features=["repairs"]), offer("parcel_lockers")])

    assert offered.stated == ("service_planning", "fairness_audit", "activity_offers", "parcel_lockers")
    assert {one.consent for one in offered.optional_purposes} == {"required"}
    assert offered.digest != small_policy().digest
    assert policy_from(json.loads(offered.model_dump_json())) == offered


def test_a_default_that_is_written_out_is_the_same_policy():
    assert small_policy(audit={"confidence": 0.95}, clustering={"seed": 0}).digest == small_policy().digest


def test_a_policy_cannot_be_changed():
    policy = small_policy()
    with pytest.raises(ValidationError, match="frozen"):
        policy.retention_days = 9999
    with pytest.raises(ValidationError, match="frozen"):
        policy.audit.smallest_group = 1


def test_the_audit_looks_at_protected_attributes_and_proxies():
    policy = small_policy()
    assert list(policy.audited) == ["age_band", "sex", "tenure"]
    assert policy.audited["tenure"].stands_for == ("age_band",)


def test_groups_may_be_a_list_or_carry_titles():
    titled = {"female": {"en": "women", "zh": "女"}, "male": {"en": "men", "zh": "男"}}
    policy = small_policy(protected={"sex": {"groups": titled}})
    assert policy.protected["sex"].groups["male"] == Text(en="men", zh="男")
    assert small_policy().protected["sex"].groups["male"] == Text(en="male", zh="male")


def test_a_feature_knows_its_limits_also_where_its_kind_sets_them():
    features = small_policy().features
    assert (features["repairs"].low, features["repairs"].high) == (0, 60)
    assert (features["evening_share"].low, features["evening_share"].high) == (0, 1)


def test_a_value_is_called_by_its_title_where_it_has_one():
    titles = {"app": {"en": "mobile app", "zh": "手机应用"}}
    channel = small_policy(features={"channel": {"value_titles": titles}}).features["channel"]
    assert channel.value_title("app", "zh") == "手机应用"
    assert channel.value_title("app", "en") == "mobile app"
    assert channel.value_title("desk", "zh") == "desk"


def test_values_are_read_without_the_blanks_around_them():
    policy = small_policy(features={"channel": {"values": [" app", "phone ", "desk"]}})
    assert policy.features["channel"].values == ("app", "phone", "desk")


def test_the_column_of_a_table_is_taken_to_the_letter():
    policy = small_policy(
        residents={"id": " resident"}, denied={" income ": {"reason": {"en": "x", "zh": "x"}}}
    )
    assert policy.residents.id == " resident"
    assert set(policy.denied) == {"income", " income "}


def test_the_smallest_policy_takes_its_limits_from_the_defaults():
    raw = small_raw(audit=None, clustering=None, services=None, proxies=None, denied=None)
    policy = policy_from(raw)
    assert policy.audit.smallest_group == SMALLEST_GROUP
    assert policy.clustering == Clustering()
    assert policy.services == policy.segment_names == {}
