from __future__ import annotations

import pandas as pd
import pytest

from segmentation.residents.rows import Broken, counted, placed_list, row_faults, row_list
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


def told(broken, filled, rows):
    return [str(fault) for fault in row_faults(broken, filled, rows, small_policy())]


def test_a_fault_stands_for_one_rule_of_one_column():
    broken = {("repairs", "range"): Broken((2,), 1), ("repairs", "whole"): Broken((3,), 1)}
    assert told(broken, {"repairs": 3}, 3) == [
        "column 'repairs', row 3: must be a whole number; correct it, or make the feature's kind `number`.",
        "column 'repairs', row 2: must be within 0 and 60; correct it, or change `features.repairs.range`.",
    ]


def test_the_only_filled_cell_is_named_by_its_row():
    (fault,) = told({("repairs", "range"): Broken((2,), 1)}, {"repairs": 1}, 2)
    assert fault.startswith("column 'repairs', row 2:")


def test_all_filled_cells_are_named_as_such_and_so_are_all_empty_ones():
    (fault,) = told({("repairs", "range"): Broken((2, 4), 2)}, {"repairs": 2}, 5)
    assert fault.startswith("column 'repairs', every filled row:")
    (fault,) = told({("repairs", "present"): Broken((1, 3), 2)}, {"repairs": 3}, 6)
    assert fault.startswith("column 'repairs', rows 1 and 3:")


def test_rows_of_a_folder_are_told_with_their_files():
    def place(row):
        return ("a.parquet", row) if row <= 100 else ("b.parquet", row - 100)

    assert placed_list([4, 9, 201], 3, place) == "a.parquet rows 4 and 9, b.parquet row 101"
    assert placed_list([4, 101, 102, 103, 104], 9, place) == (
        "a.parquet row 4, b.parquet rows 1, 2, 3 and 4, and 4 more"
    )
    broken = {("repairs", "range"): Broken((201,), 1)}
    (fault,) = row_faults(broken, {"repairs": 300}, 300, small_policy(), place)
    assert str(fault).startswith("column 'repairs', b.parquet row 101:")


def test_broken_rows_add_up_and_keep_the_first():
    cells = pd.DataFrame({"row": range(1, 8), "column": "repairs", "rule": "range"})
    assert counted(cells) == {("repairs", "range"): Broken((1, 2, 3, 4, 5), 7)}
    assert Broken((1, 2, 3), 3) + Broken((7, 8, 9), 4) == Broken((1, 2, 3, 7, 8), 7)
