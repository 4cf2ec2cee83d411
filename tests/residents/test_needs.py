"""Needs in batches: those of the table read at once, from any row on, and refused as a whole."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from segmentation.errors import ResidentsError
from segmentation.residents import needs_batches, open_needs, read_needs
from segmentation.residents.tables import Held
from tests.policies import AS_OF, small_policy, small_residents

POLICY = small_policy(residents={"quarantine_share": 0.1})
TABLE = small_residents(100).drop(columns=["sex", "age_band", "tenure", "consent_fairness_audit"])
TABLE.loc[[3, 57], "repairs"] = 99
TABLE.loc[[8, 80], "consent_service_planning"] = ["refused", None]


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


def frame_of(batches):
    """Return ids and needs of batches as one table."""
    parts = []
    for batch in batches:
        columns = {
            name: of if isinstance(of, np.ndarray) else np.array([*of.values, None], dtype=object)[of.codes]
            for name, of in batch.columns.items()
        }
        parts.append(pd.DataFrame({"resident": batch.ids.to_pylist(), **columns}))
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("rows", [13, 1000])
def test_batches_hold_the_needs_of_the_whole_table(path, rows):
    whole = read_needs(path, POLICY, as_of=AS_OF)
    found = frame_of(needs_batches(path, POLICY, as_of=AS_OF, rows=rows))
    expected = whole.ids.to_frame().join(whole.needs)
    pd.testing.assert_frame_equal(
        found, expected.astype(found.dtypes.to_dict()).where(expected.notna(), None)
    )


def test_counts_of_the_batches_add_up_to_the_intake(path):
    table = open_needs(path, POLICY, as_of=AS_OF)
    batches = [table.judge(block) for block in table.blocks(rows=9)]
    for batch, following in zip(batches, [*batches[1:], None], strict=True):
        faulty = len({cell.row for cell in batch.quarantined})
        assert batch.read == batch.last_row - batch.first_row + 1
        assert batch.read == len(batch) + sum(batch.left_out.values()) + faulty
        assert following is None or following.first_row == batch.last_row + 1
    left_out, missing = Counter(), Counter()
    for batch in batches:
        left_out.update(batch.left_out)
        missing.update(batch.missing)
    intake = table.intake(
        read=sum(batch.read for batch in batches),
        outside_population=0,
        kept=sum(map(len, batches)),
        left_out=left_out,
        missing=missing,
        quarantined=tuple(cell for batch in batches for cell in batch.quarantined),
    )
    assert intake == read_needs(path, POLICY, as_of=AS_OF).intake
    assert [cell.row for cell in intake.quarantined] == [4, 58]


@pytest.mark.parametrize("start", [0, 9, 40, 63, 99, 100])
def test_reading_goes_on_after_any_row(path, start):
    whole = frame_of(needs_batches(path, POLICY, as_of=AS_OF))["resident"]
    rest = list(needs_batches(path, POLICY, as_of=AS_OF, start=start, rows=30))
    assert [batch.first_row for batch in rest[:1]] == ([start + 1] if start < 100 else [])
    assert [one for batch in rest for one in batch.ids.to_pylist()] == whole[
        whole.str[1:].astype(int) > start
    ].tolist()


def test_only_the_features_asked_for_are_read(path):
    (batch, *_) = needs_batches(path, POLICY, as_of=AS_OF, features={"repairs", "channel"})
    assert list(batch.columns) == ["repairs", "channel"]
    assert batch.columns["channel"].values == ("app", "phone", "desk")


def test_rows_outside_the_population_are_counted_and_may_be_all_of_a_batch(tmp_path):
    policy = small_policy(residents={"population": {"building": ["3"]}, "quarantine_share": 0.1})
    TABLE.assign(building=[7] * 50 + [3] * 50).to_parquet(tmp_path / "a.parquet")
    batches = list(needs_batches(tmp_path / "a.parquet", policy, as_of=AS_OF, rows=25))
    assert [batch.outside_population for batch in batches] == [25, 25, 0, 0]
    assert [len(batch) for batch in batches[:2]] == [0, 0]
    assert {name: len(column) for name, column in batches[0].columns.items()} == dict.fromkeys(
        POLICY.features, 0
    )


def test_a_block_may_be_cut():
    table = pa.table({"a": range(10)})
    (block,) = Held((Path("a"),), table, ("a",)).blocks(["a"])
    cut = block.slice(4, 3)
    assert (cut.start, cut.rows, cut.cells["a"].to_pylist()) == (4, 3, [4, 5, 6])


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
    table.to_parquet(tmp_path / "a.parquet", index=False)
    with pytest.raises(ResidentsError, match=sentence) as whole:
        read_needs(tmp_path / "a.parquet", POLICY, as_of=AS_OF)
    with pytest.raises(ResidentsError) as refused:
        list(needs_batches(tmp_path / "a.parquet", POLICY, as_of=AS_OF, rows=20))
    assert str(refused.value) == str(whole.value)


def test_an_id_in_two_batches_is_left_out_of_both(tmp_path):
    TABLE.assign(resident=TABLE["resident"].where(TABLE.index != 90, TABLE["resident"][2])).to_parquet(
        tmp_path / "a.parquet"
    )
    batches = list(needs_batches(tmp_path / "a.parquet", POLICY, as_of=AS_OF, rows=20))
    cells = [(cell.row, cell.rule) for batch in batches for cell in batch.quarantined]
    assert cells == [(3, "unique"), (4, "range"), (58, "range"), (91, "unique")]
