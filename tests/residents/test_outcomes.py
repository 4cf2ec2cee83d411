"""What residents needed in the period after, put in the order of the residents."""

from __future__ import annotations

import pandas as pd
import pytest

from segmentation.errors import ResidentsError
from segmentation.residents import read_outcomes

IDS = pd.Series(["007", "008", "009"], dtype="str")
SERVICES = ("repairs", "cleaning")


def outcomes(folder, text):
    (folder / "table.csv").write_text(text, encoding="utf-8")
    return read_outcomes(folder / "table.csv", "resident", SERVICES, IDS)


def known(column):
    return [None if pd.isna(cell) else bool(cell) for cell in column]


def test_outcomes_come_in_the_order_of_the_residents_and_others_are_ignored(tmp_path):
    found = outcomes(tmp_path, "cleaning,resident,repairs\n1,009,false\n0,007,true\n,010,1\n")

    assert list(found.columns) == ["repairs", "cleaning"]
    assert known(found["repairs"]) == [True, None, False]
    assert known(found["cleaning"]) == [False, None, True]
    assert found.index.equals(IDS.index)


def test_a_service_without_a_column_is_not_there(tmp_path):
    assert list(outcomes(tmp_path, "resident,repairs\n007,1\n").columns) == ["repairs"]


def test_parquet_gives_the_same_as_csv(tmp_path):
    table = pd.DataFrame({"resident": ["009", "007"], "repairs": [True, None], "cleaning": [1, 0]})
    table.to_parquet(tmp_path / "table.parquet")
    table.to_csv(tmp_path / "again.csv", index=False)
    one, other = (
        read_outcomes(tmp_path / file, "resident", SERVICES, IDS) for file in ("table.parquet", "again.csv")
    )
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("id,repairs\n007,1\n", "column 'resident': is missing from the table of outcomes"),
        ("resident,repairs\n007,1\n007,0\n", "column 'resident', rows 1 and 2: holds an id more than once"),
        ("resident,repairs\n,1\n008,0\n", "column 'resident', row 1: holds no id"),
        ("resident,repairs\n7,1\n8,0\n", "column 'resident': holds no id of a resident"),
        ("resident,repairs\n007,maybe\n", "column 'repairs', row 1: holds something that is neither true"),
        ("resident,repairs\n007,2\n", "column 'repairs', row 1: holds something that is neither true"),
        ("resident,patrol\n007,1\n", "has 1 column that is no service of the policy; its services are: rep"),
        ("resident\n007\n", "the table: has no column of a service"),
        ("resident,repairs,repairs\n007,1,1\n", "column 'repairs': stands twice"),
    ],
)
def test_a_table_that_does_not_say_who_needed_what_is_refused(tmp_path, text, fault):
    with pytest.raises(ResidentsError, match=fault) as refused:
        outcomes(tmp_path, text)
    assert "maybe" not in str(refused.value)
