"""What the document shows as a request is one that the service reads."""

import jsonschema
import msgspec
import pytest

from serving.needs import Needs
from serving.needs.need import needs_under
from serving.requests import FORMS, components, contents
from serving.tables import from_csv, from_json
from tests.serving import made

MOST = 10


@pytest.fixture(scope="module")
def needs():
    return Needs(made.policy(), needs_under(made.policy(), made.scorer()))


def valid(needs, name, body):
    schemas = {"components": {"schemas": components(needs, MOST, 3)}}
    schema = {"$ref": f"#/components/schemas/{name}"} | schemas
    return jsonschema.Draft202012Validator(schema).is_valid(body)


@pytest.mark.parametrize("name", ["Residents", "ResidentsToExplain"])
def test_residents_are_shown_in_both_forms_and_languages(needs, name):
    shown = contents(name, ("application/json",), needs)["application/json"]["examples"]

    assert shown.keys() == FORMS.keys()
    for example in shown.values():
        assert valid(needs, name, example["value"])
        assert needs.read(msgspec.json.encode(example["value"]), MOST).rows == 2


def test_frames_are_shown_in_forms_that_the_service_reads(needs):
    shown = contents("Frames", ("application/json", "text/csv"), needs)

    tables = [from_csv(shown["text/csv"]["example"].encode(), needs.all, MOST)]
    for example in shown["application/json"]["examples"].values():
        assert valid(needs, "Frames", example["value"])
        tables.append(from_json(msgspec.json.encode(example["value"]), needs.all, MOST))
    assert [needs.table(one.names, one.rows, MOST, one.layout).rows for one in tables] == [2] * len(tables)


def test_more_residents_than_may_be_are_none_of_a_body(needs):
    (one,) = made.residents(1, missing=0)

    assert valid(needs, "ResidentsToExplain", {"residents": [one] * 3})
    assert not valid(needs, "ResidentsToExplain", {"residents": [one] * 4})
    assert valid(needs, "Residents", {"residents": [one] * MOST})
    assert not valid(needs, "Frames", {"dataframe_records": [one] * (MOST + 1)})


@pytest.mark.parametrize(
    "body",
    [
        {"dataframe_records": [], "instances": []},
        {"dataframe_split": {"columns": ["ethnicity"], "data": [["x"]]}},
        {"dataframe_split": {"columns": [made.REQUIRED]}},
        {},
    ],
    ids=["two forms", "a column that is no need", "no data", "nothing"],
)
def test_what_is_no_frame_is_none_in_the_document(needs, body):
    assert not valid(needs, "Frames", body)


def test_without_a_version_a_body_has_no_form():
    told = contents("Residents", ("application/json", "text/csv"), None)

    assert told == {
        "application/json": {"schema": {"type": "object"}},
        "text/csv": {"schema": {"type": "string"}},
    }
