"""Every fault of a policy is named at once, and what is no fault is left alone."""

import json
import math
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest
import tomlkit

from segmentation.errors import PolicyError
from segmentation.policy import policy_from, policy_schema, read_policy
from tests.policies import offer, small_raw

SHIPPED = sorted(Path(__file__).parents[2].glob("models/*/policy.toml"))
TEXT = {"en": "text", "zh": "文字"}
FEATURE = {"title": TEXT, "kind": "flag", "dimension": "need", "source": "survey", "why": TEXT}
ATTRIBUTE = {"title": TEXT, "groups": ["a", "b"], "harm": TEXT}


def _id_number(order):
    """Return a well-formed resident ID number that nobody has: born in 1900, in no county."""
    digits = f"11990019000101{order:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return digits + "10X98765432"[total % 11]


def _category(values):
    return FEATURE | {"kind": "category", "values": values}


def _faults(**changes):
    with pytest.raises(PolicyError) as caught:
        policy_from(small_raw(**changes))
    return caught.value.faults


# The change that breaks a rule, where the fault stands, words of it; and a change nearby that keeps the rule.
PARTS = {
    "empty text": ({"title": {"en": " "}}, "title.en", "at least 1 character", {"title": {"en": "x"}}),
    "unwritten text": (
        {"owner": {"zh": "<write: 负责人>"}},
        "owner.zh",
        "to be written by a person",
        {"owner": {"zh": "写作组"}},
    ),
    "unwritten id": ({"residents": {"id": "<write: id>"}}, "residents.id", "to be written", {}),
    "a name for people": ({"name": "Big Needs"}, "name", "lower case letters", {"name": "big_needs_2"}),
    "a version of the future": (
        {"schema_version": 2},
        "schema_version",
        "should be 1",
        {"schema_version": 1},
    ),
    "no prohibited use": ({"prohibited_uses": []}, "prohibited_uses", "at least 1 item", {}),
    "a review after years": ({"review_days": 2000}, "review_days", "less than or equal to 1096", {}),
    "no protected attribute": (
        {"protected": None, "proxies": None, "audit": {"intersections": []}},
        "protected",
        "is missing",
        {"proxies": None},
    ),
    "a column with a blank": (
        {"features": {"late visits": FEATURE}},
        "features.late visits",
        "letters, digits and underscores",
        {"features": {"夜间上门": FEATURE}},
    ),
    "a column with two underscores": (
        {"features": {"late__visits": FEATURE}},
        "features.late__visits",
        "two underscores",
        {"features": {"late_visits": FEATURE}},
    ),
    "a count without unit": (
        {"features": {"repairs": {"unit": None}}},
        "features.repairs.unit",
        "kind count needs a `unit`",
        {"features": {"evening_share": {"unit": TEXT}}},
    ),
    "a count without range": (
        {"features": {"repairs": {"range": None}}},
        "features.repairs.range",
        "kind count needs a `range`",
        {"features": {"evening_share": {"range": [0, 0.5]}}},
    ),
    "a range the wrong way round": (
        {"features": {"repairs": {"range": [9, 3]}}},
        "features.repairs.range",
        "below the upper end; got [9, 3]",
        {"features": {"repairs": {"range": [3, 9]}}},
    ),
    "an endless range": (
        {"features": {"repairs": {"range": [0, math.inf]}}},
        "features.repairs.range.1",
        "finite",
        {"features": {"repairs": {"range": [0, 1e9]}}},
    ),
    "a negative count": (
        {"features": {"repairs": {"range": [-1, 9]}}},
        "features.repairs.range",
        "starts at 0 or above",
        {"features": {"repairs": {"range": [-1, 9], "kind": "number"}}},
    ),
    "a share in percent": (
        {"features": {"evening_share": {"range": [0, 100]}}},
        "features.evening_share.range",
        "within 0 and 1",
        {"features": {"evening_share": {"range": [0, 1]}}},
    ),
    "a flag with a range": (
        {"features": {"parking": {"range": [0, 1]}}},
        "features.parking.range",
        "kind flag takes no `range`",
        {},
    ),
    "a category without values": (
        {"features": {"channel": {"values": None}}},
        "features.channel.values",
        "kind category needs `values`",
        {},
    ),
    "a number with values": (
        {"features": {"repairs": {"values": ["1", "2"]}}},
        "features.repairs.values",
        "kind count takes no `values`",
        {},
    ),
    "a value twice": (
        {"features": {"channel": {"values": ["app", "app "]}}},
        "features.channel.values",
        "only once",
        {"features": {"channel": {"values": ["app", "App"]}}},
    ),
    "the word for unknown": (
        {"features": {"channel": {"values": ["app", "(unknown)"]}}},
        "features.channel.values",
        "stands for a missing value",
        {"features": {"channel": {"values": ["app", "unknown"]}}},
    ),
    "an identifier as a category": (
        {"features": {"channel": {"values": [f"v{n}" for n in range(61)]}}},
        "features.channel.values",
        "at most 60 items",
        {"features": {"channel": {"values": [f"v{n}" for n in range(60)]}}},
    ),
    "a title of no value": (
        {"features": {"channel": {"value_titles": {"fax": TEXT}}}},
        "features.channel.value_titles",
        "only name what stands under `values`",
        {"features": {"channel": {"value_titles": {"app": TEXT}}}},
    ),
    "an economic feature": (
        {"features": {"parcels": {"dimension": "economic"}}},
        "features.parcels.assessment",
        "names its `assessment`",
        {"features": {"parcels": {"dimension": "economic", "assessment": "DPIA 7"}}},
    ),
    "no weight": (
        {"features": {"parcels": {"weight": 0}}},
        "features.parcels.weight",
        "greater than 0",
        {"features": {"parcels": {"weight": 0.1}}},
    ),
    "a weight that is no number": (
        {"features": {"parcels": {"weight": math.nan}}},
        "features.parcels.weight",
        "finite",
        {},
    ),
    "consent waived without a reason": (
        {"purpose": {"consent": "not_required"}},
        "purpose.consent_reason",
        "needs a `consent_reason`",
        {"purpose": {"consent": "not_required", "consent_reason": TEXT}},
    ),
    "a population of nobody": (
        {"residents": {"population": {"block": []}}},
        "residents.population.block",
        "at least 1 item",
        {"residents": {"population": {"block": ["A"]}}},
    ),
    "half the rows in quarantine": (
        {"residents": {"quarantine_share": 0.5}},
        "residents.quarantine_share",
        "less than 0.5",
        {"residents": {"quarantine_share": 0.1}},
    ),
    "an attribute of one group": (
        {"protected": {"sex": {"groups": ["female"]}}},
        "protected.sex.groups",
        "at least 2 items",
        {"protected": {"sex": {"groups": {"female": TEXT, "male": TEXT}}}},
    ),
    "a group twice": (
        {"protected": {"sex": {"groups": ["female", "male", "female"]}}},
        "protected.sex.groups",
        "only once",
        {},
    ),
    "groups that are no texts": (
        {"protected": {"sex": {"groups": [True, False]}}},
        "protected.sex.groups",
        'as a text, such as "true"',
        {"protected": {"sex": {"groups": ["true", "false"]}}},
    ),
    "groups that are a number": ({"protected": {"sex": {"groups": 2}}}, "protected.sex.groups", "dict", {}),
    "too many groups": (
        {"proxies": {"tenure": {"groups": [f"g{n}" for n in range(201)]}}},
        "proxies.tenure.groups",
        "at most 200 items",
        {"proxies": {"tenure": {"groups": [f"g{n}" for n in range(200)]}}},
    ),
    "a proxy for nothing": (
        {"proxies": {"tenure": {"stands_for": []}}},
        "proxies.tenure.stands_for",
        "at least 1 item",
        {},
    ),
    "one segment": (
        {"clustering": {"segments": [1, 4]}},
        "clustering.segments",
        "within 2 and 30",
        {"clustering": {"segments": [4, 4]}},
    ),
    "segments that cannot fit": (
        {"clustering": {"segments": [3, 4], "smallest_share": 0.4}},
        "clustering.smallest_share",
        "is above 1",
        {"clustering": {"segments": [2, 4], "smallest_share": 0.5}},
    ),
    "a group of nine": (
        {"audit": {"smallest_group": 9}},
        "audit.smallest_group",
        "greater than or equal to 10",
        {},
    ),
    "an attribute with itself": (
        {"audit": {"intersections": [["sex", "sex"]]}},
        "audit.intersections.0",
        "each attribute once",
        {"audit": {"intersections": [["sex", "tenure"]]}},
    ),
    "an unknown check": ({"audit": {"gates": ["luck"]}}, "audit.gates.0", "selection_ratio", {}),
    "a plan below the floor": (
        {"services": {"repair_visits": {"contract_floor": 3}}},
        "services.repair_visits.standard",
        "below `contract_floor`",
        {"services": {"repair_visits": {"contract_floor": 2}}},
    ),
    "a need below the floor": (
        {"services": {"repair_visits": {"called": 0}}},
        "services.repair_visits.called",
        "below `contract_floor`",
        {"services": {"repair_visits": {"called": 3}}},
    ),
    "a need that calls for nothing more": (
        {"services": {"repair_visits": {"called": 2}}},
        "services.repair_visits.called",
        "is not above `standard`",
        {"services": {"repair_visits": {"called": 2.5}}},
    ),
    "no gate at all": (
        {"audit": {"gates": []}},
        "audit.gates",
        "at least 1 item",
        {"audit": {"gates": ["selection_ratio"]}},
    ),
    "a group that stands for something else": (
        {"protected": {"sex": {"groups": ["female", "(missing)"]}}},
        "protected.sex.groups",
        "stand for something else",
        {"protected": {"sex": {"groups": ["female", "missing"]}}},
    ),
    "a name for no segment": (
        {"segment_names": {"first": TEXT}},
        "segment_names.first",
        "such as S1",
        {"segment_names": {"S12": TEXT}},
    ),
}

RULES = {
    "one consent for both purposes": (
        {"audit_purpose": {"key": "service_planning"}},
        "audit_purpose.key",
        "a consent of its own",
        {"audit_purpose": {"key": "group_audit"}},
    ),
    "one consent for an optional purpose and another": (
        {"optional_purposes": [offer(), offer("fairness_audit")]},
        "optional_purposes.1.key",
        "also the key of `audit_purpose`",
        {"optional_purposes": [offer(), offer("parcel_lockers")]},
    ),
    "one consent for two optional purposes": (
        {"optional_purposes": [offer(), offer()]},
        "optional_purposes.1.key",
        "also the key of `optional_purposes.0`",
        {"optional_purposes": [offer()]},
    ),
    "an optional purpose that uses what is not allowed": (
        {"optional_purposes": [offer(features=["repairs", "sex"])]},
        "optional_purposes.0.features",
        "'sex' is no feature",
        {"optional_purposes": [offer(features=["repairs"])]},
    ),
    "the consent column of an optional purpose as a feature": (
        {"features": {"consent_activity_offers": FEATURE}, "optional_purposes": [offer()]},
        "features.consent_activity_offers",
        "the consent of `optional_purposes.0`",
        {"features": {"consent_activity_offers": FEATURE}},
    ),
    "an id that names the person": (
        {"residents": {"id": "id_card_no"}},
        "residents.id",
        "must be opaque",
        {"residents": {"id": "serialno"}},
    ),
    "the id as a feature": (
        {"features": {"resident": FEATURE}},
        "features.resident",
        "`residents.id`",
        {"features": {"residing": FEATURE}},
    ),
    "the day of collection denied": (
        {"denied": {"collected_on": {"reason": TEXT}}},
        "denied.collected_on",
        "`residents.collected_on`",
        {"denied": {"printed_on": {"reason": TEXT}}},
    ),
    "a consent as a feature": (
        {"features": {"consent_fairness_audit_at": FEATURE}},
        "features.consent_fairness_audit_at",
        "the consent of `audit_purpose`",
        {"features": {"agreed_visits": FEATURE}},
    ),
    "a column in two roles": (
        {"denied": {"repairs": {"reason": TEXT}}},
        "denied.repairs",
        "also stands under `features`",
        {"denied": {"refunds": {"reason": TEXT}}},
    ),
    "a protected attribute as a feature": (
        {"features": {"ethnicity": FEATURE}},
        "features.ethnicity",
        "may not be a feature",
        {"protected": {"ethnicity": ATTRIBUTE}},
    ),
    "a proxy as a feature": (
        {"features": {"hukou_place": FEATURE}},
        "features.hukou_place",
        "may not be a feature",
        {"proxies": {"hukou_place": ATTRIBUTE | {"stands_for": ["sex"]}}},
    ),
    "sensitive information as a feature": (
        {"features": {"身份证号": FEATURE}},
        "features.身份证号",
        "may not be a feature",
        {"features": {"报修次数": FEATURE}},
    ),
    "income without an assessment": (
        {"denied": {"income": None}, "features": {"income": FEATURE}},
        "features.income",
        "may not be a feature",
        {"denied": {"income": None}, "features": {"income": FEATURE | {"assessment": "DPIA 7"}}},
    ),
    "an audit by telephone number": (
        {"protected": {"phone_number": ATTRIBUTE}},
        "protected.phone_number",
        "not even by the audit",
        {"protected": {"religion": ATTRIBUTE}},
    ),
    "ID numbers under an innocent name": (
        {"features": {"code_7": _category([_id_number(1), _id_number(2)])}},
        "features.code_7.values",
        "2 of its 2 values give away: resident ID numbers",
        {"features": {"code_7": _category(["119900190001011", "119900190001012"])}},
    ),
    "ID numbers as groups": (
        {"proxies": {"tenure": {"groups": [_id_number(1), "tenant"]}}},
        "proxies.tenure.groups",
        "1 of its 2 values give away: resident ID numbers",
        {"proxies": {"tenure": {"groups": ["owner", "tenant", "other"]}}},
    ),
    "sexes under an innocent name": (
        {"features": {"code_7": _category(["female", "male"])}},
        "features.code_7.values",
        "give away: sex",
        {"features": {"code_7": _category(["A long answer of a survey, in so many words.", "No"])}},
    ),
    "a proxy for an unknown attribute": (
        {"proxies": {"tenure": {"stands_for": ["wealth"]}}},
        "proxies.tenure.stands_for",
        "'wealth' is no protected attribute",
        {"proxies": {"tenure": {"stands_for": ["sex"]}}},
    ),
    "an intersection with a feature": (
        {"audit": {"intersections": [["sex", "repairs"]]}},
        "audit.intersections.0",
        "'repairs' is neither",
        {"audit": {"intersections": [["sex", "age_band", "tenure"]]}},
    ),
    "explained by an attribute": (
        {"audit": {"explained_by": ["sex"]}},
        "audit.explained_by",
        "'sex' is no feature",
        {"audit": {"explained_by": ["repairs"]}},
    ),
    "a service for an unknown need": (
        {"services": {"repair_visits": {"needs": {"gardens": "high"}}}},
        "services.repair_visits.needs.gardens",
        "is no feature",
        {"services": {"repair_visits": {"needs": {"parking": "low"}}}},
    ),
    "a service for an unknown value": (
        {"services": {"repair_visits": {"needs": {"channel": "high"}}}},
        "services.repair_visits.needs.channel",
        "must be one of app, phone, desk; got 'high'",
        {"services": {"repair_visits": {"needs": {"channel": "desk"}}}},
    ),
    "a service for an unknown level": (
        {"services": {"repair_visits": {"needs": {"cleaning_wish": "medium"}}}},
        "services.repair_visits.needs.cleaning_wish",
        "must be one of high, low",
        {"services": {"repair_visits": {"needs": {"cleaning_wish": "high"}}}},
    ),
}
CASES = PARTS | RULES


@pytest.mark.parametrize("case", CASES)
def test_a_rule_names_what_breaks_it_and_nothing_else(case):
    broken, where, rule, _ = CASES[case]
    faults = _faults(**broken)
    assert [fault.where for fault in faults] == [where]
    assert rule in faults[0].rule


@pytest.mark.parametrize("case", CASES)
def test_a_rule_leaves_alone_what_keeps_it(case):
    raw = small_raw(**CASES[case][3])
    assert policy_from(raw).name == raw["name"]


@pytest.mark.parametrize("case", RULES)
def test_a_rule_between_parts_says_the_way_out(case):
    (fault,) = _faults(**RULES[case][0])
    assert fault.fix or "must be one of" in fault.rule


def test_five_faults_are_all_named():
    faults = _faults(
        name="Big Needs",
        features={"repairs": {"range": [9, 3]}, "code_7": _category(["female", "male"])},
        audit={"explained_by": ["gardens"]},
        services={"repair_visits": {"called": 0}},
    )
    assert {fault.where for fault in faults} == {
        "name",
        "features.repairs.range",
        "features.code_7.values",
        "audit.explained_by",
        "services.repair_visits.called",
    }


def test_a_missing_key_hides_no_other_fault_of_its_table():
    faults = _faults(
        features={"repairs": {"why": None, "unit": None, "range": [-2, 9], "dimension": "economic"}}
    )
    assert [fault.where for fault in faults] == [
        "features.repairs.unit",
        "features.repairs.range",
        "features.repairs.why",
        "features.repairs.assessment",
    ]


def test_a_section_of_the_wrong_shape_is_one_fault():
    faults = _faults(features=[1, 2], services=None)
    assert [fault.where for fault in faults] == ["features"]


def test_rules_between_parts_pass_over_what_is_no_table():
    faults = _faults(protected={"sex": 3}, services={"repair_visits": {"needs": ["repairs"]}})
    assert [fault.where for fault in faults] == ["protected.sex", "services.repair_visits.needs"]


@pytest.mark.parametrize(
    ("changes", "where", "way_out"),
    [
        ({"purpos": {}}, "purpos", "delete it"),
        ({"segmentnames": {}}, "segmentnames", "did you mean `segment_names`?"),
        ({"audit": {"asociation": 0.1}}, "audit.asociation", "did you mean `association`?"),
        ({"features": {"parking": {"wieght": 2}}}, "features.parking.wieght", "did you mean `weight`?"),
        ({"features": {"parking": {"kinds": 2}}}, "features.parking.kinds", "delete it"),
        ({"protected": {"sex": {"harms": 2}}}, "protected.sex.harms", "delete it"),
        ({"prohibited_uses": [TEXT | {"fr": "x"}]}, "prohibited_uses.0.fr", "delete it"),
        ({"title": {"english": "x"}}, "title.english", "delete it"),
    ],
)
def test_an_unknown_key_is_answered_with_the_nearest_free_one_of_its_table(changes, where, way_out):
    (fault,) = _faults(**changes)
    assert (fault.where, fault.fix) == (where, way_out)


def test_a_message_shows_no_listed_value_of_a_resident():
    number = _id_number(7)
    with pytest.raises(PolicyError) as caught:
        policy_from(small_raw(features={"code_7": _category([number, number])}))
    assert number not in str(caught.value)
    assert len(caught.value.faults) == 2


def test_a_long_value_is_cut_short():
    (fault,) = _faults(name="n" * 200)
    assert len(str(fault)) < 200


def test_a_refused_feature_may_go_where_only_the_audit_sees_it():
    (auditable,) = _faults(features={"religion": FEATURE})
    (named,) = _faults(features={"phone_number": FEATURE})
    assert "move it to `protected`" in auditable.fix
    assert named.fix == "delete it here and in the table"


def test_a_file_is_read_with_its_comments_and_byte_order_mark(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text("# 说明\n" + tomlkit.dumps(small_raw()), encoding="utf-8-sig")
    assert read_policy(path) == policy_from(small_raw())
    assert read_policy(str(path)).protected["sex"].groups["female"].zh == "female"


def test_a_refused_file_is_named_with_the_number_of_its_faults(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(tomlkit.dumps(small_raw(name="X", retention_days=0)), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        read_policy(path)
    lines = str(caught.value).splitlines()
    assert lines[0] == f"The policy {path} is refused, 2 faults:"
    assert lines[2] == "  - retention_days: should be greater than or equal to 1; got 0."


def test_a_file_that_is_no_policy_is_refused_in_one_sentence(tmp_path):
    for content, words in ((b"a = [", "not valid TOML"), ("a = '\xe9'".encode("latin-1"), "not UTF-8")):
        path = tmp_path / "policy.toml"
        path.write_bytes(content)
        with pytest.raises(PolicyError, match=words) as caught:
            read_policy(path)
        assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused_in_one_sentence(tmp_path):
    for path in (tmp_path / "nothing.toml", tmp_path):
        with pytest.raises(PolicyError, match="cannot be read"):
            read_policy(path)


def test_the_schema_is_one_and_accepts_what_the_reader_accepts():
    schema = json.loads(policy_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert len(SHIPPED) >= 1
    for path in SHIPPED:
        assert validator.is_valid(tomllib.loads(path.read_text(encoding="utf-8")))
    assert validator.is_valid(small_raw())


@pytest.mark.parametrize(
    "changes",
    [
        {"titel": "x"},
        {"title": None},
        {"features": {"repairs": {"kind": "sum"}}},
        {"protected": {"sex": {"groups": ["female"]}}},
        {"audit": {"confidence": 2}},
    ],
)
def test_the_schema_refuses_what_an_editor_can_see(changes):
    validator = jsonschema.Draft202012Validator(json.loads(policy_schema()))
    assert not validator.is_valid(small_raw(**changes))


def test_reading_a_policy_loads_no_table_toolkit():
    code = "import sys, segmentation.policy; print({'pandas', 'pyarrow', 'tomlkit'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
