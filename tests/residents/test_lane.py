"""The fast lane and the careful path are one judgement: the same residents and faults on every table."""

from __future__ import annotations

import warnings
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentation.errors import ResidentsError
from segmentation.residents import lane, residents_from
from segmentation.residents.files import as_frame
from segmentation.residents.lane import plain_column
from segmentation.residents.parts import Form
from segmentation.residents.stream import Terms, admit_tables
from segmentation.residents.tables import open_tables
from segmentation.residents.wanted import Wanted, wanted_columns
from tests.policies import AS_OF, small_policy, small_residents

TITLE = "The residents are refused"
POLICY = small_policy()
WANTED = wanted_columns(POLICY)


def carefully(path, policy):
    """Judge a file the old way: as one table of pandas."""
    rows = pa.concat_tables([pq.read_table(file) for file in open_tables(path).files])
    return residents_from(as_frame(rows), policy, as_of=AS_OF)


def streamed(path, policy, rows=7):
    """Judge a file in small blocks."""
    terms = Terms(policy, AS_OF, TITLE, least=2 * policy.audit.smallest_group, is_full=True)
    form, batches = Form.of(policy), []
    intake = admit_tables(open_tables(path), terms, batches.append, rows=rows)
    return form.residents(pa.Table.from_batches(batches, form.schema), intake)


def outcome(judge, path, policy):
    """Return what comes of a file: residents to the last value, or every fault."""
    try:
        residents = judge(path, policy)
    except ResidentsError as refused:
        return str(refused)
    return residents.digest, residents.intake


NUMBERS = [
    0,
    1,
    7,
    59,
    60,
    61,
    -1,
    2.5,
    -0.0,
    float("nan"),
    float("inf"),
    None,
    13800138000,
    1e10,
    1e15,
    "7",
    "x",
    0.25,
]
TEXTS = ["app", " app ", "App", "", "NA", "none", "true", "1", "1.0", "0", "x", "13800138000", "desk", None]
LONG = "The lift stood still again today. Please call me as soon as you can."
CODES = ["R1", "R2", "null", "0042", " R3", "13800138000", "a@b.example", "X" * 50, "住户1", LONG, None, "R1"]
DAYS = [
    "2025-03-01",
    "2025/3/1",
    "2025-07-01",
    "2024-06-29",
    "2023-01-01T00:00",
    "soon",
    "9999-12-31",
    "NaT",
    None,
]
STATES = ["given", "refused", "withdrawn", "Given", "given ", "NA", None]
TYPES = {
    "repairs": ["float64", "Int64", "int8", "string", "Float32"],
    "parcels": ["float64", "Int64", "string", "category"],
    "evening_share": ["float64", "string"],
    "parking": ["boolean", "float64", "Int64", "string", "category"],
    "channel": ["string", "category"],
    "cleaning_wish": ["string", "category"],
    "sex": ["string", "category"],
    "resident": ["string"],
    "collected_on": ["datetime64[ns]", "datetime64[s]", "string", "date", "zoned"],
    "consent_service_planning": ["string", "category"],
    "consent_service_planning_at": ["datetime64[us]", "string", "date"],
    "consent_fairness_audit": ["string", "category"],
}
CELLS = {
    "repairs": NUMBERS,
    "parcels": NUMBERS,
    "evening_share": NUMBERS,
    "parking": [True, False, 1, 0, 0.5, -0.0, "yes", "是", "TRUE", "maybe", None, "13800138000"],
    "channel": TEXTS,
    "cleaning_wish": TEXTS,
    "sex": TEXTS,
    "consent_service_planning_notice": TEXTS,
    "resident": CODES,
    "collected_on": DAYS,
    "consent_service_planning_at": DAYS,
    "consent_service_planning": STATES,
    "consent_fairness_audit": STATES,
}


def retyped(column, kind):
    """Return a column in another type where its cells allow it, else as texts."""
    texts = column.map(lambda cell: None if pd.isna(cell) else str(cell)).astype("str")
    with warnings.catch_warnings(action="ignore"):
        try:
            if kind in {"date", "zoned"}:
                times = pd.to_datetime(column)
                # In Arrow's type: pyarrow reads zoned times of pandas' own in a way that pandas gives up.
                zoned = times.astype(pd.ArrowDtype(pa.timestamp("ns"))).dt.tz_localize("Asia/Shanghai")
                return times.dt.date if kind == "date" else zoned
            if kind == "category":
                return texts.astype(kind)
            return texts if kind == "string" else column.astype(kind)
        except (TypeError, ValueError, OverflowError, AttributeError):
            return texts


@st.composite
def tables(draw):
    """Draw a table: sound, but for some cells, and in any type that its cells have."""
    frame = small_residents(draw(st.integers(21, 40)), draw(st.integers(0, 3)))
    for column in draw(st.lists(st.sampled_from(list(CELLS)), max_size=4, unique=True)):
        cells = frame[column].astype(object)
        odd = st.tuples(st.integers(0, len(frame) - 1), st.sampled_from(CELLS[column]))
        for row, cell in draw(st.lists(odd, min_size=1, max_size=6)):
            cells.iloc[row] = cell
        frame[column] = cells
    for column, kinds in TYPES.items():
        mixed = frame[column].dtype == object
        if mixed or draw(st.booleans()):
            frame[column] = retyped(frame[column], draw(st.sampled_from(kinds)))
    return frame


POLICIES = [
    POLICY,
    small_policy(residents={"quarantine_share": 0.3}),
    small_policy(
        residents={"quarantine_share": 0.1, "population": {"tenure": ["owner"], "sex": ["female", "male"]}}
    ),
    small_policy(features={"parcels": {"range": [0, 1e12]}}, residents={"quarantine_share": 0.49}),
]


def compare(folder, frame, policy, rows, cut):
    """Hold both ways against each other on a table in row groups; of more files, one names them."""
    whole = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(whole, folder / "a.parquet", row_group_size=cut)
    assert outcome(partial(streamed, rows=rows), folder, policy) == outcome(carefully, folder, policy)


drawn = given(tables(), st.sampled_from(POLICIES), st.sampled_from([16, 64]), st.integers(1, 50))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@drawn
def test_blocks_in_the_fast_lane_come_to_what_the_careful_path_comes_to(tmp_path, frame, policy, rows, cut):
    compare(tmp_path, frame, policy, rows, cut)


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@drawn
def test_they_come_to_the_same_on_many_tables(tmp_path, frame, policy, rows, cut):
    compare(tmp_path, frame, policy, rows, cut)


def test_a_lane_that_takes_what_it_should_not_is_found(tmp_path, monkeypatch):
    """The positive control: were flags taken without a look, the comparison above would show it."""
    small_residents(60).assign(parking=[0.5, *[1.0] * 59]).to_parquet(tmp_path / "a.parquet")
    assert outcome(streamed, tmp_path, POLICY) == outcome(carefully, tmp_path, POLICY)
    monkeypatch.setitem(lane._TAKE, "flag", lambda cells, _: cells.to_numpy(zero_copy_only=False))
    assert outcome(streamed, tmp_path, POLICY) != outcome(carefully, tmp_path, POLICY)


TAKEN = [
    ("repairs", pa.array([0, 60], pa.int16())),
    ("repairs", pa.array([0.0, 7.0])),
    ("parcels", pa.array([0.0, None, float("nan")])),
    ("parcels", pa.array([None, None], pa.float32())),
    ("evening_share", pa.array([0.25, 1.0])),
    ("parking", pa.array([True, None])),
    ("parking", pa.array([1.0, 0.0, None])),
    ("parking", pa.array(["yes", "否", "NA", ""])),
    ("channel", pa.array(["app", None]).dictionary_encode()),
    ("channel", pa.array(["app", "desk", "NA"], pa.large_string())),
    ("collected_on", pa.array([0], pa.timestamp("ns"))),
    ("collected_on", pa.array([20000], pa.date32())),
    ("consent_service_planning", pa.array(["given", "refused", None])),
    ("consent_service_planning_notice", pa.array(["2025-01", "another version"])),
]
LEFT = [
    ("repairs", pa.array([1, None], pa.int16())),
    ("repairs", pa.array([1.0, float("nan")])),
    ("repairs", pa.array([61])),
    ("repairs", pa.array([2.5])),
    ("repairs", pa.array(["7"])),
    ("repairs", pa.array([True])),
    ("parcels", pa.array([float("inf")])),
    ("evening_share", pa.array([-0.1])),
    ("parking", pa.array([-0.0])),
    ("parking", pa.array([2])),
    ("parking", pa.array(["maybe"])),
    ("channel", pa.array(["fax"])),
    ("channel", pa.array([" app"])),
    ("channel", pa.array([1.0])),
    ("collected_on", pa.array(["2025-03-01"])),
    ("collected_on", pa.array([0, None], pa.timestamp("us"))),
    ("collected_on", pa.array([0], pa.timestamp("us", tz="Asia/Shanghai"))),
    ("collected_on", pa.array([-1], pa.timestamp("us"))),
    ("collected_on", pa.array([253402214400], pa.timestamp("s"))),
    ("consent_service_planning", pa.array(["yes"])),
]


@pytest.mark.parametrize(("column", "cells"), TAKEN)
def test_a_plainly_sound_column_takes_the_lane(column, cells):
    assert len(plain_column(cells, WANTED[column])) == len(cells)


@pytest.mark.parametrize(("column", "cells"), LEFT)
def test_every_other_column_is_left_to_the_careful_path(column, cells):
    assert plain_column(cells, WANTED[column]) is None


def test_listed_values_become_their_places_and_what_is_not_there_is_missing():
    places = plain_column(pa.array(["desk", None, "app", "null"]), WANTED["channel"])
    assert (places.dtype, places.tolist()) == (np.int16, [2, -1, 0, -1])
    assert plain_column(pa.array(["b", "c"]), Wanted("listed", values=("a", "b"), is_open=True)).tolist() == [
        1,
        -1,
    ]
    assert plain_column(pa.array([3, 5]), Wanted("listed", values=("3", "5"))).tolist() == [0, 1]
    assert plain_column(pa.array([False]), Wanted("listed", values=("true", "false"))).tolist() == [1]


def test_a_dictionary_may_hold_values_that_no_row_has():
    cells = pa.DictionaryArray.from_arrays(pa.array([1, 1]), pa.array(["fax", "app"]))
    assert plain_column(cells, WANTED["channel"]).tolist() == [0, 0]
    assert plain_column(cells.dictionary.dictionary_encode(), WANTED["channel"]) is None


@pytest.mark.parametrize("policy", POLICIES)
def test_ids_that_are_refused_as_personal_are_not_counted_as_doubled_as_well(tmp_path, policy):
    frame = small_residents(34, 0)
    cells = frame["resident"].astype(object)
    cells.iloc[[1, 2, 3, 6]] = "R1"
    cells.iloc[4] = "a@b.example"

    compare(tmp_path, frame.assign(resident=cells), policy, 16, 16)
