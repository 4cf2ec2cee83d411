"""Residents that need not fit into memory: the same ones, and nothing of them left behind."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentation.errors import ResidentsError, StorageError
from segmentation.residents import read_residents, residents_from, store_residents
from segmentation.residents.parts import Form, regrouped
from segmentation.residents.spill import Spill
from tests.policies import AS_OF, small_policy, small_residents
from tests.progress.heard import Heard

POLICY = small_policy()
TABLE = small_residents(300)
RESIDENTS = residents_from(TABLE, POLICY, as_of=AS_OF)


@pytest.fixture
def folder(tmp_path):
    """A folder of three files, the middle one without a row."""
    path = tmp_path / "table"
    path.mkdir()
    for name, rows in (("a", TABLE[:100]), ("b", TABLE[:0]), ("c", TABLE[100:])):
        rows.to_parquet(path / f"{name}.parquet", index=False)
    (path / "_SUCCESS").touch()
    return path


def equal(one, other):
    pd.testing.assert_frame_equal(one.needs, other.needs)
    pd.testing.assert_frame_equal(one.protected, other.protected)
    pd.testing.assert_series_equal(one.ids, other.ids)
    return one.intake == other.intake


def test_a_folder_is_one_table_in_the_order_of_its_files(folder):
    with store_residents(folder, POLICY, as_of=AS_OF) as stored:
        assert (len(stored), stored.intake, stored.digest) == (300, RESIDENTS.intake, RESIDENTS.digest)
        assert repr(stored) == "StoredResidents(300 residents, 6 needs, 3 protected columns, 0 rows left out)"
    assert equal(read_residents(folder, POLICY, as_of=AS_OF), RESIDENTS)


@pytest.mark.parametrize("rows", [1, 7, 100, 300, 1000])
def test_batches_are_those_of_the_residents_in_memory_as_often_as_asked(folder, rows):
    with store_residents(folder, POLICY, as_of=AS_OF) as stored:
        for _ in range(2):
            own, others = list(stored.batches(rows)), list(RESIDENTS.batches(rows))
            assert len(own) == len(others) == -(-300 // rows)
            assert all(equal(one, other) for one, other in zip(own, others, strict=True))


@pytest.mark.parametrize("size", [1, 50, 299, 300, 400])
def test_a_sample_is_that_of_the_residents_in_memory(folder, size):
    with store_residents(folder, POLICY, as_of=AS_OF) as stored:
        sample = stored.sample(size, 3)
        assert equal(sample, RESIDENTS.sample(size, 3))
        assert len(sample) == min(size, 300)
        assert size >= 300 or not sample.ids.equals(stored.sample(size, 4).ids)


def test_progress_tells_the_rows_that_are_read_and_how_many_there_are(folder):
    heard = Heard()
    store_residents(folder, POLICY, as_of=AS_OF, progress=heard).close()
    assert heard.told == [("rows", 100, 300), ("rows", 300, 300)]


def test_a_callable_is_told_the_step_alone_whoever_reads(folder):
    told = []
    store_residents(folder, POLICY, as_of=AS_OF, progress=told.append).close()
    read_residents(folder, POLICY, as_of=AS_OF, progress=told.append)
    assert told == ["Reading residents"] * 2


def test_residents_that_are_read_into_memory_tell_their_rows_too(folder):
    heard = Heard()
    assert read_residents(folder, POLICY, as_of=AS_OF, progress=heard).digest == RESIDENTS.digest
    assert heard.told[-1] == ("rows", 300, 300)


@pytest.mark.parametrize(
    "use",
    [lambda stored: next(stored.batches()), lambda stored: stored.sample(5, 0), lambda stored: stored.digest],
)
def test_residents_that_are_closed_say_so(folder, use):
    with store_residents(folder, POLICY, as_of=AS_OF) as stored:
        pass
    with pytest.raises(ResidentsError, match=r"are closed.*Use them inside their `with` block"):
        use(stored)


def test_nothing_of_the_residents_can_be_seen_in_the_temporary_folder(folder, tmp_path):
    place = tmp_path / "spill"
    place.mkdir()
    with store_residents(folder, POLICY, as_of=AS_OF, folder=place) as stored:
        assert list(place.iterdir()) == []
        assert stored.digest == RESIDENTS.digest


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel of Linux")
def test_the_file_without_a_name_is_open_to_its_owner_alone():
    with Spill(Form.of(POLICY).schema) as spill:
        told = os.fstat(spill._file.fileno())
        assert (stat.S_IMODE(told.st_mode), told.st_nlink) == (0o600, 0)


def test_a_temporary_folder_that_cannot_be_used_is_named_with_the_way_out(folder, tmp_path):
    with pytest.raises(StorageError, match=r"temporary folder .*none: No such file.*; free space") as refused:
        store_residents(folder, POLICY, as_of=AS_OF, folder=tmp_path / "none")
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def files_open():
    """Return how many files this process has open, where the kernel tells."""
    return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0


def test_a_table_that_is_refused_leaves_no_file_open(folder):
    before = files_open()
    TABLE.assign(repairs=99).to_parquet(folder / "d.parquet", index=False)
    with pytest.raises(
        ResidentsError, match=r"column 'repairs', d\.parquet rows 1, 2, 3, 4 and 5, and 295 more"
    ):
        store_residents(folder, POLICY, as_of=AS_OF)
    assert files_open() <= before


def test_csv_is_not_read_in_batches(tmp_path):
    TABLE.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(ResidentsError, match=r"is no Parquet\. Write it as Parquet"):
        store_residents(tmp_path / "a.csv", POLICY, as_of=AS_OF)


FOLDERS = [
    ("note.txt", b"x", "holds note.txt, which is no Parquet file"),
    ("z.parquet", b"PAR1 no", "z.parquet is a damaged Parquet file"),
    ("z.parquet", b"", "z.parquet is empty"),
]


@pytest.mark.parametrize(("name", "content", "sentence"), FOLDERS)
def test_what_does_not_belong_in_a_folder_is_named(folder, name, content, sentence):
    (folder / name).write_bytes(content)
    with pytest.raises(ResidentsError, match=sentence) as refused:
        read_residents(folder, POLICY, as_of=AS_OF)
    assert refused.value.__context__ is None


def test_a_file_with_other_columns_is_named_and_one_with_another_order_is_not(folder):
    TABLE[list(TABLE)[::-1]].assign(resident="more" + TABLE["resident"]).to_parquet(folder / "d.parquet")
    assert len(read_residents(folder, POLICY, as_of=AS_OF)) == 600
    TABLE.drop(columns="sex").to_parquet(folder / "e.parquet")
    with pytest.raises(
        ResidentsError, match=r"e\.parquet has other columns than a\.parquet: it lacks 'sex'\. "
    ):
        read_residents(folder, POLICY, as_of=AS_OF)
    TABLE.drop(columns=["sex", "tenure"]).assign(gender="x").to_parquet(folder / "e.parquet")
    with pytest.raises(ResidentsError, match=r"it lacks 'sex', 'tenure' and adds 'gender'\. Write all files"):
        read_residents(folder, POLICY, as_of=AS_OF)


def test_a_file_that_is_damaged_within_is_named_without_a_word_of_the_library(folder):
    content = bytearray((folder / "c.parquet").read_bytes())
    content[4:2000] = b"\xff" * 1996
    (folder / "c.parquet").write_bytes(content)
    with pytest.raises(ResidentsError, match=r"c\.parquet is a damaged Parquet file") as refused:
        store_residents(folder, POLICY, as_of=AS_OF)
    assert refused.value.__context__ is None


def test_an_id_that_stands_in_two_files_is_found(folder):
    TABLE[99:101].to_parquet(folder / "d.parquet", index=False)
    where = "column 'resident', a.parquet row 100, c.parquet row 1, d.parquet rows 1 and 2: must be different"
    with pytest.raises(ResidentsError, match=where):
        store_residents(folder, POLICY, as_of=AS_OF)
    some = small_policy(residents={"quarantine_share": 0.1})
    with store_residents(folder, some, as_of=AS_OF) as stored:
        assert stored.intake.quarantine_frame().to_dict("list") == {
            "file": ["a.parquet", "c.parquet", "d.parquet", "d.parquet"],
            "row": [100, 1, 1, 2],
            "column": ["resident"] * 4,
            "rule": ["unique"] * 4,
        }
        assert (len(stored), stored.intake.quarantined_rows) == (298, 4)


def test_personal_data_is_counted_through_all_files(folder):
    phones = [f"138{at:08d}" for at in range(300)]
    TABLE.assign(resident=phones).to_parquet(folder / "d.parquet", index=False)
    with pytest.raises(ResidentsError, match="holds phone numbers in 300 of 600 different values"):
        store_residents(folder, POLICY, as_of=AS_OF)
    TABLE.assign(resident=phones, channel=phones).to_parquet(folder / "e.parquet", index=False)
    with pytest.raises(ResidentsError) as refused:
        store_residents(folder, POLICY, as_of=AS_OF)
    assert [fault.rule.split(" (")[0] for fault in refused.value.faults] == [
        "holds phone numbers in 300 of 600 different values",
        "holds phone numbers in 300 of 303 different values",
    ]


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 8])
def test_batches_are_cut_anew_without_losing_a_row(rows):
    table = pa.table({"a": range(8)})
    batches = [*table.to_batches(3), pa.RecordBatch.from_pydict({"a": pa.array([], pa.int64())})]
    cut = list(regrouped(batches, rows))
    assert pa.concat_tables(cut).column("a").to_pylist() == list(range(8))
    assert [part.num_rows for part in cut][:-1] == [rows] * (len(cut) - 1)


def test_row_groups_of_any_size_make_no_difference(tmp_path):
    pq.write_table(pa.Table.from_pandas(TABLE), tmp_path / "a.parquet", row_group_size=17)
    assert read_residents(tmp_path / "a.parquet", POLICY, as_of=AS_OF).digest == RESIDENTS.digest


def test_a_bar_where_nobody_sees_it_writes_nothing_and_changes_nothing(folder, capfd):
    with store_residents(folder, POLICY, as_of=AS_OF) as silent:
        digest = silent.digest
    with store_residents(folder, POLICY, as_of=AS_OF, progress=True) as stored:
        assert stored.digest == digest
    assert capfd.readouterr() == ("", "")
