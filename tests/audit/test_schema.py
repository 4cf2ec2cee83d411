"""The published schema is that of the dataclasses, and holds for reports."""

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

import segmentation.audit
from segmentation.audit import report_schema
from segmentation.audit.findings import REPORT_VERSION
from segmentation.audit.schema import FILE, schema_text
from tests.card import made

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
