from __future__ import annotations

import json

from segmentation.residents import Quarantined, residents_from
from tests.policies import AS_OF, small_policy, small_residents


def mixed_intake():
    """Return the intake of 100 rows that went every way there is."""
    frame = small_residents(100).astype({"repairs": object}).assign(building="A", batch="x")
    frame.loc[[0, 1], "building"] = "B"
    frame.loc[2, "repairs"] = 99
    frame.loc[3, ["repairs", "channel"]] = ["x", "fax"]
    frame.loc[[4, 5, 6], "consent_service_planning"] = "refused"
    frame.loc[7, "consent_fairness_audit"] = "refused"
    frame["evening_share"] = frame["evening_share"].fillna(0.5).where(frame.index != 8)
    frame["cleaning_wish"] = frame["cleaning_wish"].fillna("low")
    policy = small_policy(residents={"population": {"building": ["A"]}, "quarantine_share": 0.1})
    return residents_from(frame, policy, as_of=AS_OF).intake


def test_every_row_is_counted_once():
    intake = mixed_intake()
    gone = intake.outside_population + intake.quarantined_rows + sum(intake.left_out.values())
    assert (intake.read, gone, intake.kept) == (100, 7, 93)


def test_the_quarantine_report_names_row_column_and_rule():
    report = mixed_intake().quarantine_frame()
    assert report.to_dict("list") == {
        "row": [3, 4, 4],
        "column": ["repairs", "repairs", "channel"],
        "rule": ["range", "number", "value"],
    }


def test_an_empty_quarantine_report_keeps_its_columns():
    intake = residents_from(small_residents(20), small_policy(), as_of=AS_OF).intake
    assert intake.quarantine_frame().dtypes.astype(str).to_dict() == {
        "row": "int64",
        "column": "str",
        "rule": "str",
    }
    assert len(intake.quarantine_frame()) == 0


def test_the_counts_are_plain_data_and_name_no_row():
    counts = mixed_intake().to_dict()
    assert json.loads(json.dumps(counts)) == {
        "read": 100,
        "outside_population": 2,
        "left_out": {"consent_refused": 3},
        "quarantined_rows": 2,
        "quarantined_by_rule": {"range": 1, "number": 1, "value": 1},
        "kept": 93,
        "extra_columns": ["batch"],
        "denied_columns": [],
        "refused_columns": [],
        "missing": {"evening_share": 1},
    }


def test_quarantined_cells_sort_by_row():
    assert min(Quarantined(9, "a", "range"), Quarantined(2, "b", "whole")).row == 2
