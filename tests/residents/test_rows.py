from __future__ import annotations

import pandas as pd
import pytest

from segmentation.residents.rows import row_faults, row_list
from tests.policies import small_policy


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([4], "row 4"),
        ([4, 9], "rows 4 and 9"),
        ([1, 2, 3, 4, 5], "rows 1, 2, 3, 4 and 5"),
        (range(1, 7), "rows 1, 2, 3, 4, 5 and 1 more"),
        (range(1, 1006), "rows 1, 2, 3, 4, 5 and 1000 more"),
    ],
)
def test_rows_are_listed_up_to_five(rows, words):
    assert row_list(rows) == words


def test_a_fault_stands_for_one_rule_of_one_column():
    table = pd.DataFrame({"repairs": [1.0, 99.0, 0.5]}, index=[1, 2, 3])
    broken = pd.DataFrame({"row": [2, 3], "column": "repairs", "rule": ["range", "whole"]})
    assert [str(fault) for fault in row_faults(broken, table, small_policy())] == [
        "column 'repairs', row 3: must be a whole number; correct it, or make the feature's kind `number`.",
        "column 'repairs', row 2: must be within 0 and 60; correct it, or change `features.repairs.range`.",
    ]


def test_the_only_filled_cell_is_named_by_its_row():
    table = pd.DataFrame({"repairs": [None, 99.0]}, index=[1, 2])
    broken = pd.DataFrame({"row": [2], "column": "repairs", "rule": "range"})
    assert str(row_faults(broken, table, small_policy())[0]).startswith("column 'repairs', row 2:")
