"""Tables as clients of MLflow send them: what is read of each form, and where another form is wrong."""

import json

import pytest

from serving.calls import Refused
from serving.invocations import invocations
from tests.serving.answering import Desk
from tests.serving.fitted import desk_of, fitted

CSV, JSON = "text/csv", "application/json"


@pytest.fixture(scope="module")
def desk(begun_office):
    return desk_of(Desk.of(begun_office), fitted().scorer)


def predictions(desk, payload, media=JSON):
    body = payload.encode() if isinstance(payload, str) else payload
    return json.loads(desk.ask(invocations, body, media=media).body)["predictions"]


def refusal(desk, payload, media=JSON):
    body = payload.encode() if isinstance(payload, str) else payload
    with pytest.raises(Refused) as caught:
        desk.ask(invocations, body, media=media)
    return caught.value


WRONG = [
    ("", b"[]", "must be an object"),
    ("", b"{}", "must hold one table"),
    ("", {"instances": [], "inputs": []}, "must hold one table"),
    ("", {"inputs": [], "signature_name": "x"}, "holds more than a table"),
    ("/params", {"inputs": [], "params": {"k": 3}}, "must be empty"),
    ("/params", {"inputs": [], "params": [3]}, "must be empty"),
    ("/dataframe_split", {"dataframe_split": []}, "must be an object of `columns` and `data`"),
    ("/dataframe_split", {"dataframe_split": {"columns": [], "rows": []}}, "must be an object of"),
    ("/dataframe_split/columns", {"dataframe_split": {"data": [[1]]}}, "must be a list of names"),
    (
        "/dataframe_split/columns",
        {"dataframe_split": {"columns": [1], "data": []}},
        "must be a list of names",
    ),
    ("/dataframe_split/data", {"dataframe_split": {"columns": ["home_area_m2"]}}, "must be a list of rows"),
    ("/dataframe_split/data", {"dataframe_split": {"columns": ["home_area_m2"], "data": []}}, "at least one"),
    (
        "/dataframe_split/data/1",
        {"dataframe_split": {"columns": ["home_area_m2"], "data": [[90], []]}},
        "for each",
    ),
    (
        "/dataframe_split/data/0",
        {"dataframe_split": {"columns": ["home_area_m2"], "data": [3]}},
        "must be a list",
    ),
    ("/dataframe_split/data/0", {"dataframe_split": {"columns": ["home_area_m2"], "data": ["9"]}}, "a list"),
    ("/dataframe_records", {"dataframe_records": {"home_area_m2": 90}}, "must be a list of records"),
    ("/dataframe_records", {"dataframe_records": [[90]]}, "must be a list of records"),
    ("/instances", {"instances": 3}, "must be a list of records"),
    ("/instances", {"instances": []}, "at least one resident"),
    ("/instances/0", {"instances": [[1, 2]]}, "one value for each column"),
    ("/instances/1", {"instances": [[None] * 14, {}]}, "must be a list"),
    ("/inputs", {"inputs": {"home_area_m2": [1], "repair_requests": [1, 2]}}, "columns of one length"),
    ("/inputs", {"inputs": {"home_area_m2": [1], "repair_requests": 2}}, "columns of one length"),
]


@pytest.mark.parametrize(("pointer", "payload", "rule"), WRONG, ids=range(len(WRONG)))
def test_a_body_of_another_form_is_refused_where_it_is_wrong(desk, pointer, payload, rule):
    refused = refusal(desk, payload)
    assert refused.slug == "invalid"
    assert refused.faults[0].pointer == pointer
    assert rule in refused.faults[0].rule


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"inputs": [Infinity]}',
        b'{"inputs": {"home_area_m2": [1], "home_area_m2": [2]}}',
        b'{"inputs": [{"home_area_m2": 1, "home_area_m2": 2}]}',
        b'{"inputs": ' + b"[" * 100_000,
        '{"inputs": []}'.encode("utf-16"),
    ],
    ids=range(7),
)
def test_a_body_that_is_no_json_is_refused(desk, body):
    assert refusal(desk, body).slug == "malformed"


@pytest.mark.parametrize(
    "body",
    [b"", b"\n\n", b'home_area_m2\n"9', b"home_area_m2\n\xff\n", b'home_area_m2\n"9"9\n'],
    ids=range(5),
)
def test_a_body_that_is_no_csv_is_refused(desk, body):
    assert refusal(desk, body, CSV).slug == "malformed"


@pytest.mark.parametrize(
    ("index", "is_taken"),
    [
        ([0, 1], True),
        ([7, 9_999], True),
        (None, True),
        (["a", "b"], False),
        ([0, 13800138000], False),
        (3, False),
    ],
)
def test_an_index_holds_row_numbers_or_is_refused(desk, index, is_taken):
    split = {"columns": ["home_area_m2"], "data": [[90], [45]], "index": index}
    if is_taken:
        assert len(predictions(desk, {"dataframe_split": split})) == 2
        return
    refused = refusal(desk, {"dataframe_split": split})
    assert refused.faults[0].pointer == "/dataframe_split/index"
    assert "13800138000" not in str(vars(refused))


def test_an_index_in_csv_holds_row_numbers_or_is_refused(desk):
    assert len(predictions(desk, ",home_area_m2\n0,90\n1,45\n", CSV)) == 2
    refused = refusal(desk, ",home_area_m2\nWang Xiaoming,90\n", CSV)
    assert "row numbers alone in a column without a name" in refused.faults[0].rule
    assert "Wang" not in str(vars(refused))


def test_records_of_many_strange_names_are_refused_at_once(desk):
    refused = refusal(desk, {"dataframe_records": [{f"field_{at}": 1} for at in range(9_000)]})
    assert refused.slug == "invalid"
    assert len(refused.faults) + refused.more < 300


def test_a_body_of_far_more_parts_than_residents_need_is_not_read(desk):
    for body, media in ((b'{"inputs": [' + b"[]," * 2_000_000 + b"[]]}", JSON), (b"," * 4_000_000, CSV)):
        assert refusal(desk, body, media).slug == "too-large"


def test_a_cell_of_a_hundred_thousand_digits_and_a_letter_is_a_text_at_once(desk):
    for cell in ("1" * 100_000 + "x", " " * 100_000 + "x", "1" * 100_000):
        refused = refusal(desk, f"home_area_m2\n{cell}\n", CSV)
        assert (refused.slug, refused.faults[0].pointer) == ("invalid", "/0/0")
        assert "11111" not in str(vars(refused))


@pytest.mark.parametrize(
    "cell", ["90", " +90. ", "9e1", "0.9E+2", "\t90.0000000000000000000000000000000000000"]
)
def test_a_cell_that_is_a_number_is_read_as_one(desk, cell):
    assert predictions(desk, f"home_area_m2\n{cell}\n", CSV) == predictions(desk, "home_area_m2\n90\n", CSV)


@pytest.mark.parametrize("cell", ["9 0", "1e", ".", "0x5a", "٩٠", "+-9", "9" + "0" * 40])
def test_a_cell_that_is_no_number_is_refused(desk, cell):
    assert refusal(desk, f"home_area_m2\n{cell}\n", CSV).slug == "invalid"


def test_rows_beyond_the_most_are_refused_before_they_are_widened(desk):
    first = {f"field_{at}": 1 for at in range(200)}
    assert refusal(desk, {"inputs": [first, *[{}] * 300_000]}).slug == "too-large"
    assert refusal(desk, {"inputs": [first, {}]}).slug == "invalid"


def test_what_is_wrong_with_needs_is_told_beside_names_that_nobody_knows(desk):
    records = [{"strange": 7, "home_area_m2": 90, "other": 7}, {"home_area_m2": "?"}]
    assert {fault.pointer for fault in refusal(desk, {"inputs": records}).faults} == {
        "/inputs",
        "/inputs/1/home_area_m2",
    }
