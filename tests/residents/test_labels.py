"""Segments that somebody else made, put in the order of the residents."""

from __future__ import annotations

import pandas as pd
import pytest

from segmentation.errors import ResidentsError
from segmentation.residents import read_labels

IDS = pd.Series(["007", "008", "009"], dtype="str")


def labels(folder, text):
    (folder / "table.csv").write_text(text, encoding="utf-8")
    return read_labels(folder / "table.csv", "resident", "segment", IDS)


def test_segments_come_in_the_order_of_the_residents_and_others_are_ignored(tmp_path):
    assert labels(tmp_path, "segment,resident\nB,009\nA,007\nA,008\nC,010\n").tolist() == ["A", "A", "B"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("resident,group\n007,A\n", "column 'segment': is missing from the table of segments"),
        (
            "resident,segment\n007,A\n007,B\n008,A\n009,A\n",
            "column 'resident', rows 1 and 2: holds an id more",
        ),
        ("resident,segment\n007,A\n008,\n", "column 'segment': has no segment for 2 of 3 residents"),
    ],
)
def test_a_table_that_does_not_say_one_segment_for_each_is_refused(tmp_path, text, fault):
    with pytest.raises(ResidentsError, match=fault):
        labels(tmp_path, text)
