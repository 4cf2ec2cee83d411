import json

import pytest

from tests.serving.needs.made import UNREAD, needs, policy, resident

SCHEMAS = needs().schema("#/components/schemas/{name}", 7)
RESIDENT = SCHEMAS["Resident"]["properties"]


def inner(name):
    """Return the schema of a need's value, without what says that it may be null."""
    return RESIDENT[name]["anyOf"][0] if "anyOf" in RESIDENT[name] else RESIDENT[name]


def test_the_schema_is_json_without_defaults_that_no_request_can_hold():
    text = json.dumps(SCHEMAS, allow_nan=False)
    assert '"default"' not in text
    assert "multipleOf" not in text


def test_exactly_what_the_policy_allows_may_be_sent():
    assert RESIDENT.keys() == set(policy().features) == SCHEMAS["Columns"]["properties"].keys()
    assert SCHEMAS["Resident"]["additionalProperties"] is False
    assert SCHEMAS["Columns"]["additionalProperties"] is False
    assert sorted(SCHEMAS["Resident"]["required"]) == ["class", "repairs"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("repairs", {"type": "integer", "minimum": 0, "maximum": 60}),
        ("home_area", {"type": "number", "minimum": 10, "maximum": 500}),
        ("evening_share", {"type": "number", "minimum": 0, "maximum": 1}),
        ("urgency", {"enum": ["low", "high"]}),
        ("channel", {"enum": ["app", "phone", "desk"]}),
        ("parking", {"anyOf": [{"type": "boolean"}, {"type": "integer", "minimum": 0, "maximum": 1}]}),
    ],
)
def test_a_need_has_its_kind_and_range_or_values(name, told):
    assert {key: inner(name)[key] for key in told} == told


def test_a_need_that_may_be_missing_may_be_null():
    assert {"type": "null"} in RESIDENT["home_area"]["anyOf"]
    assert "null" not in json.dumps(RESIDENT["repairs"])


def test_what_this_version_does_not_read_is_told_and_is_in_no_example():
    unread = "This version does not read it: it need not be sent"
    assert {name for name in RESIDENT if unread in json.dumps(RESIDENT[name])} == set(UNREAD)
    assert "此版本不使用该项：无需发送" in inner("unread")["description"]
    assert {*needs().examples()["columns"]["columns"]} == resident().keys()


def test_a_need_is_told_in_both_languages():
    told = inner("urgency")
    assert told["title"] == "Urgency / 紧急程度"
    for text in (
        "Plans the work.",
        "用于安排工作。",
        "low = 不急",
        "low = can wait",
        "never asked",
        "未询问",
    ):
        assert text in told["description"]
    assert "Unit: a year. " in inner("repairs")["description"]


def test_bodies_hold_as_many_residents_as_a_request_may():
    listed = SCHEMAS["ResidentsByRow"]["properties"]["residents"]
    assert (listed["minItems"], listed["maxItems"]) == (1, 7)
    assert {column["maxItems"] for column in SCHEMAS["Columns"]["properties"].values()} == {7}


def test_every_reference_leads_to_a_schema():
    names = json.dumps(SCHEMAS).split('"#/components/schemas/')[1:]
    assert {name.split('"')[0] for name in names} <= SCHEMAS.keys()
    assert [one["$ref"].rpartition("/")[2] for one in SCHEMAS["Residents"]["oneOf"]] == [
        "ResidentsByRow",
        "ResidentsByColumn",
    ]
