"""Of whom an audit is: rows, groups and outcomes that are left out are told, and no small count is."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from segmentation.cli.coverage import known, strangers, who_was_read
from segmentation.residents import Residents
from segmentation.residents.intake import Intake
from tests.card import made

REPORT = made.audit()
INTAKE = Intake(5_000, 0, {}, (), 100, (), (), (), 0, {})


def people(**protected):
    columns = {name: pd.Categorical(values) for name, values in protected.items()}
    ids = pd.Series([f"r{at}" for at in range(100)])
    return Residents(pd.DataFrame(index=ids.index), pd.DataFrame(columns, index=ids.index), ids, INTAKE)


def report(**unknown):
    first = REPORT.tables[0]
    tables = tuple(replace(first, attribute=name, unknown=number) for name, number in unknown.items())
    return replace(REPORT, tables=tables)


def test_of_how_many_nothing_is_known_is_told_where_it_is_much():
    given = people(age=["a", None] * 50, sex=["f"] * 100, tenure=["t"] * 100)
    told = list(who_was_read(given, report(age=50, sex=4, tenure=None, **{"age × sex": 50})))

    assert told == [
        "Residents: 100 of 5,000 rows",
        "age: 50% not known",
        "Hidden, as it would tell a small group's size: how many are not known of tenure",
    ]


def test_where_nobody_is_known_it_is_said_once():
    told = list(who_was_read(people(age=[None] * 100), report(age=100)))

    assert told[1:] == ["Nobody's group is known, so nothing can be judged: see who consented to the audit."]


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ([], []),
        (["x"], ["holds 1 id that is no resident of this audit: left out"]),
        (["x", "y"], ["holds 2 ids that are no residents of this audit: left out"]),
    ],
)
def test_ids_that_are_no_residents_are_counted(tmp_path, others, told):
    file = tmp_path / "classes.csv"
    pd.DataFrame({"id": ["r1", " r2", *others], "class": "A"}).to_csv(file, index=False)

    assert list(strangers({file: "id"}, people(age=["a"] * 100))) == [f"{file} {line}" for line in told]


def test_outcomes_that_are_known_are_told_as_shares():
    flags = pd.Series([True, None] * 100 + [None] * 100, dtype="boolean")
    few = pd.Series([True] + [None] * 299, dtype="boolean")

    assert list(known(pd.DataFrame({"lift": flags, "patrol": few, "roses": np.full(300, 1)}))) == [
        "Outcomes known, of 300 residents: lift 33%, patrol less than 1%, roses 100%"
    ]
    assert list(known(None)) == []
