"""The published schema is that of the dataclasses, and holds for reports."""

import copy
import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from jsonschema import Draft202012Validator, ValidationError

import segmentation.audit
from segmentation.audit import audit, report_schema
from segmentation.audit.model import REPORT_VERSION
from segmentation.audit.schema import FILE, schema_text
from segmentation.policy import read_policy
from segmentation.residents import residents_from
from segmentation.simulate import simulate
from tests.card import made

ROOT = Path(__file__).parents[2]

VALIDATOR = Draft202012Validator(report_schema())


def content():
    """The report as a reader of its JSON gets it."""
    return json.loads(json.dumps(made.audit().to_dict(), allow_nan=False))


def test_the_published_schema_is_that_of_the_dataclasses(golden):
    golden(Path(segmentation.audit.__file__).parent / FILE, schema_text())


def test_the_schema_is_one():
    Draft202012Validator.check_schema(report_schema())


def test_a_report_is_valid():
    VALIDATOR.validate(content())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), REPORT_VERSION - 1),
        (("verdict",), "passed"),
        (("findings", 0, "value"), "0.31"),
        (("findings", 0, "check"), "gut_feeling"),
        (("findings", 0, "interval"), [0.1]),
        (("comment",), "x"),
    ],
)
def test_what_is_no_report_is_refused(path, value):
    changed = copy.deepcopy(content())
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value

    with pytest.raises(ValidationError):
        VALIDATOR.validate(changed)


def test_a_report_that_lacks_a_field_is_refused():
    lacking = content()
    del lacking["findings"][0]["hidden"]

    with pytest.raises(ValidationError, match="'hidden' is a required property"):
        VALIDATOR.validate(lacking)


def test_every_field_is_described_or_plain():
    finding = report_schema()["$defs"]["Finding"]["properties"]

    assert finding["by_chance"]["description"].startswith("What the value stays under in 95 of 100")
    assert finding["count"]["description"] == finding["size"]["description"]


def test_the_report_of_a_real_audit_is_valid():
    policy = read_policy(ROOT / "models" / "resident_needs" / "policy.toml")
    residents = residents_from(simulate(1_500).residents, policy, as_of=date(2026, 7, 1))
    needs = residents.needs
    channel = needs["phone_contact"]
    outcomes = pd.DataFrame(dict.fromkeys(policy.services, channel > 0.5), index=needs.index)

    def assign(of):
        return of["phone_contact"].gt(0.4).map({True: "S1", False: "S2"})

    report = audit(
        policy,
        assign(needs),
        residents.protected,
        {key: frozenset({"S1"}) for key in policy.services},
        needs=needs,
        assign=assign,
        outcomes=outcomes,
    )

    assert all(
        (report.carriers, report.traces, report.fit, report.opportunity, report.demand, report.balance)
    )
    VALIDATOR.validate(json.loads(json.dumps(report.to_dict(), allow_nan=False)))
