"""Batches of needs: those of the table read at once, from any stretch on, and refused as a whole."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from segmentation.errors import ResidentsError
from segmentation.residents import read_needs
from segmentation.scoring import source
from segmentation.scoring.source import open_source
from segmentation.scoring.tally import Tally
from tests.policies import AS_OF, small_policy, small_residents

POLICY = small_policy(residents={"quarantine_share": 0.1})
TABLE = small_residents(100).drop(columns=["sex", "age_band", "tenure", "consent_fairness_audit"])
TABLE.loc[[3, 57], "repairs"] = 99
TABLE.loc[[8, 80], "consent_service_planning"] = ["refused", None]
STRETCH = 20


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(source, "ROWS", 9)


@pytest.fixture(params=["folder", "parquet", "csv"])
def path(request, tmp_path):
    """The table as files of each kind."""
    if request.param == "folder":
        (tmp_path / "table").mkdir()
        TABLE[:40].to_parquet(tmp_path / "table" / "a.parquet", index=False)
        TABLE[40:].to_parquet(tmp_path / "table" / "b.parquet", index=False, row_group_size=11)
        return tmp_path / "table"
    file = tmp_path / f"a.{request.param}"
    TABLE.to_csv(file, index=False) if request.param == "csv" else TABLE.to_parquet(file, index=False)
    return file


def opened(path, policy=POLICY, features=POLICY.features):
    return open_source(path, policy, AS_OF, features)


def batches_of(rows, start=0):
    return [make() for make in rows.batches(start, STRETCH)]


def frame_of(batches):
    """Return ids and needs of batches as one table."""
    parts = []
    for batch in batches:
        columns = {
            name: of if isinstance(of, np.ndarray) else np.array([*of.values, np.nan], dtype=object)[of.codes]
            for name, of in batch.columns.items()
        }
        parts.append(pd.DataFrame({"resident": batch.ids.to_pylist(), **columns}))
    return pd.concat(parts, ignore_index=True)


def intake_of(path, policy=POLICY):
    """Return what all batches come to, as a run of scoring finds it."""
    rows = opened(path, policy)
    batches = batches_of(rows)
    return rows.intake(Tally.total(batch.tally for batch in batches))


def test_batches_hold_the_needs_of_the_whole_table_none_across_the_end_of_a_stretch(path):
    whole = read_needs(path, POLICY, as_of=AS_OF)
    batches = batches_of(opened(path))
    found = frame_of(batches)
    expected = whole.ids.to_frame().join(whole.needs)
    pd.testing.assert_frame_equal(found.astype(expected.dtypes.to_dict()), expected)
    assert set(range(STRETCH, opened(path).rows, STRETCH)) <= {batch.last for batch in batches}


def test_counts_of_the_batches_add_up_to_the_intake(path):
    assert intake_of(path) == read_needs(path, POLICY, as_of=AS_OF).intake


@pytest.mark.parametrize("start", [0, 20, 40, 80])
def test_reading_goes_on_after_any_stretch(path, start):
    rows = opened(path)
    before = [batch for batch in batches_of(rows) if batch.last <= start]
    rest = batches_of(rows, start)
    assert frame_of([*before, *rest]).equals(frame_of(batches_of(rows)))


def test_only_the_features_asked_for_are_read(path):
    batch, *_ = batches_of(opened(path, features={"repairs", "channel"}))
    assert list(batch.columns) == ["repairs", "channel"]


def test_rows_outside_the_population_are_counted_and_may_be_all_of_a_batch(tmp_path):
    policy = small_policy(residents={"population": {"building": ["3"]}, "quarantine_share": 0.1})
    TABLE.assign(building=[7] * 50 + [3] * 50).to_parquet(tmp_path / "a.parquet")
    first, *_ = batches_of(opened(tmp_path / "a.parquet", policy))
    assert (len(first.ids), first.tally.read, first.tally.population) == (0, 9, 0)
    assert intake_of(tmp_path / "a.parquet", policy).outside_population == 50


REFUSED = [
    (TABLE.drop(columns="repairs"), "column 'repairs': is missing"),
    (TABLE.head(0), "the table: has no row"),
    (TABLE.assign(repairs=99), "column 'repairs', every filled row"),
    (TABLE.assign(repairs=TABLE["repairs"].where(TABLE.index % 8 > 0, 99)), "has 15 faulty rows of 100"),
    (TABLE.assign(consent_service_planning="refused"), "leaves 0 residents"),
    (TABLE.assign(resident=[f"138{at:08d}" for at in range(100)]), "holds phone numbers in 100 of 100"),
]


@pytest.mark.parametrize(("table", "sentence"), REFUSED)
def test_a_table_is_refused_as_when_it_is_read_at_once(tmp_path, table, sentence):
    table.to_parquet(path := tmp_path / "a.parquet", index=False)
    told = []
    for read in (partial(read_needs, path, POLICY, as_of=AS_OF), partial(intake_of, path)):
        with pytest.raises(ResidentsError, match=sentence) as refused:
            read()
        told.append(str(refused.value))
    assert told[0] == told[1]


def test_an_id_in_two_batches_is_left_out_of_both(tmp_path):
    TABLE.assign(resident=TABLE["resident"].where(TABLE.index != 90, TABLE["resident"][2])).to_parquet(
        tmp_path / "a.parquet"
    )
    rows = opened(tmp_path / "a.parquet")
    assert rows.rows_twice() == [3, 91]
    cells = [cell for batch in batches_of(rows.knowing([3, 91])) for cell in batch.tally.quarantined]
    assert [(cell.row, cell.rule) for cell in cells] == [
        (3, "unique"),
        (4, "range"),
        (58, "range"),
        (91, "unique"),
    ]
