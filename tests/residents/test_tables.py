"""Tables in files are read a stretch at a time, in stretches that do not depend on where reading starts."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentation.residents.tables import Held, open_tables


@pytest.fixture
def tables(tmp_path):
    """A folder of 30 and 20 rows, in row groups of 13."""
    for name, (low, high) in {"a": (0, 30), "b": (30, 50)}.items():
        pq.write_table(pa.table({"n": range(low, high)}), tmp_path / f"{name}.parquet", row_group_size=13)
    return open_tables(tmp_path)


def test_a_block_may_be_cut():
    table = pa.table({"a": range(10)})
    (block,) = Held((Path("a"),), table, ("a",)).blocks(["a"])
    cut = block.slice(4, 3)
    assert (cut.start, cut.rows, cut.cells["a"].to_pylist()) == (4, 3, [4, 5, 6])


@pytest.mark.parametrize("start", [0, 1, 5, 13, 29, 30, 47])
def test_blocks_end_at_the_same_rows_wherever_reading_starts(tables, start):
    blocks = list(tables.blocks(["n"], start=start, rows=5))
    ends = [block.start + block.rows for block in blocks]
    assert ends == [end for end in (5, 10, 13, 18, 23, 26, 30, 35, 40, 43, 48, 50) if end > start]
    assert [n for block in blocks for n in block.cells["n"].to_pylist()] == list(range(start, 50))


def test_every_block_names_its_file(tables):
    assert [block.file.name for block in tables.blocks(["n"], rows=100)] == ["a.parquet"] * 3 + [
        "b.parquet"
    ] * 2
