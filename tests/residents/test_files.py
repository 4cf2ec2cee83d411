"""Files that hold residents, and files that only look as if they did."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentation.errors import ResidentsError
from segmentation.residents import read_residents, residents_from
from segmentation.residents.files import open_table
from tests.policies import AS_OF, small_policy, small_residents

POLICY = small_policy()
TABLE = small_residents(60)
EXPECTED = residents_from(TABLE, POLICY, as_of=AS_OF).digest


@pytest.mark.parametrize("suffix", [".parquet", ".pq", ""])
def test_parquet_gives_the_same_residents_as_memory(tmp_path, suffix):
    path = tmp_path / f"residents{suffix}"
    TABLE.to_parquet(path)
    assert read_residents(path, POLICY, as_of=AS_OF).digest == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("suffix", [".csv", ".CSV", ".txt", ""])
def test_csv_gives_the_same_residents_as_parquet(tmp_path, suffix, encoding):
    path = tmp_path / f"residents{suffix}"
    TABLE.to_csv(path, index=False, encoding=encoding)
    assert read_residents(str(path), POLICY, as_of=AS_OF).digest == EXPECTED


def test_a_parquet_file_with_dictionaries_and_nullable_types_gives_the_same_residents(tmp_path):
    kinds = {"repairs": "Int32", "parking": "boolean", "channel": "category", "sex": "category"}
    TABLE.astype(kinds).to_parquet(tmp_path / "residents.parquet")
    assert read_residents(tmp_path / "residents.parquet", POLICY, as_of=AS_OF).digest == EXPECTED


def test_ids_keep_their_leading_zeros(tmp_path):
    frame = TABLE.assign(resident=[f"{at:09d}" for at in range(60)])
    frame.to_csv(tmp_path / "residents.csv", index=False)
    assert read_residents(tmp_path / "residents.csv", POLICY, as_of=AS_OF).ids.iloc[8] == "000000008"


def test_quoted_commas_line_breaks_and_quotes_are_part_of_a_cell(tmp_path):
    frame = TABLE.assign(note='a, b\n"c"')
    frame.to_csv(tmp_path / "residents.csv", index=False)
    residents = read_residents(tmp_path / "residents.csv", POLICY, as_of=AS_OF)
    assert residents.digest == EXPECTED
    assert residents.intake.extra_columns == ("note",)


def test_only_the_wanted_columns_are_read_and_all_are_named(tmp_path):
    for name in ("residents.csv", "residents.parquet"):
        frame = TABLE[["resident", "sex"]].assign(note=1)
        path = tmp_path / name
        frame.to_csv(path, index=False) if name.endswith("csv") else frame.to_parquet(path, index=False)
        source = open_table(path, {"sex", "resident", "elsewhere"})
        assert list(source.table) == ["resident", "sex"]
        assert source.columns == ("resident", "sex", "note")
        assert len(open_table(path, set()).table) == 60


def test_a_column_that_stands_twice_in_a_file_is_named(tmp_path):
    twice = pa.table(
        [pa.array(["R1"]), pa.array([1]), pa.array([2])], names=["resident", "repairs", "repairs"]
    )
    pq.write_table(twice, tmp_path / "residents.parquet")
    (tmp_path / "residents.csv").write_text("resident,repairs,repairs\nR1,1,2\n", encoding="utf-8")
    for name in ("residents.csv", "residents.parquet"):
        with pytest.raises(ResidentsError, match="column 'repairs': stands 2 times in the table"):
            read_residents(tmp_path / name, POLICY, as_of=AS_OF)


def test_an_index_that_pandas_left_in_a_parquet_file_is_an_extra_column(tmp_path):
    TABLE.set_axis([*range(59), 99]).to_parquet(tmp_path / "residents.parquet")
    residents = read_residents(tmp_path / "residents.parquet", POLICY, as_of=AS_OF)
    assert residents.intake.extra_columns == ("__index_level_0__",)
    assert residents.digest == EXPECTED


def csv_of(frame=TABLE, **how):
    return frame.to_csv(index=False, **how).encode("utf-8")


PARQUET = TABLE.to_parquet()
LATE_GBK = csv_of(small_residents(200).replace({"resident": {"R000200": "女"}})).replace(
    "女".encode(), b"\xc4\xd0"
)
BROKEN = [
    ("a.csv", b"", "is empty. Write a header"),
    ("a.csv", b"\n \n", "is empty. Write a header"),
    ("a.parquet", b"", "is empty. Write it again"),
    ("a.parquet", csv_of(), r"is named \.parquet but is no Parquet file"),
    ("a.csv", PARQUET, r"is named \.csv but is a Parquet file"),
    ("a.parquet", PARQUET[: len(PARQUET) // 2], "is a damaged Parquet file"),
    ("a.parquet", b"PAR1" + b"x" * 100 + b"PAR1", "is a damaged Parquet file"),
    ("a.xlsx", b"PK\x03\x04 sheet", "is an archive or an Excel workbook"),
    ("a.csv", "住户,年龄\n一,二\n".encode("gb18030"), "is neither Parquet nor CSV in UTF-8"),
    ("a.csv", LATE_GBK, "is neither Parquet nor CSV in UTF-8"),
    ("a.csv", b"\x00\x01,\x02\n", "is neither Parquet nor CSV in UTF-8"),
    ("a.csv", csv_of(sep=";"), "has columns parted by semicolons or tabs"),
    ("a.csv", csv_of() + b"R9,1\n" + b"R8,1,2\n", r"more or fewer cells than the header.*\(rows 61 and 62\)"),
    ("a.csv", csv_of() + b'"R9', "has a quotation mark that is not closed"),
]


@pytest.mark.parametrize(("name", "content", "sentence"), BROKEN)
def test_a_file_that_is_no_residents_table_is_refused_in_one_sentence(tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ResidentsError, match=sentence) as refused:
        read_residents(tmp_path / name, POLICY, as_of=AS_OF)
    assert str(refused.value).startswith(f"The table {tmp_path / name} ")
    assert "\n" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_a_file_that_is_not_there_and_an_empty_folder_are_refused_in_one_sentence(tmp_path):
    with pytest.raises(ResidentsError, match="cannot be read: No such file"):
        read_residents(tmp_path / "none.csv", POLICY, as_of=AS_OF)
    with pytest.raises(ResidentsError, match=r"is a folder without a Parquet file\. Name one"):
        read_residents(tmp_path, POLICY, as_of=AS_OF)


def test_row_numbers_are_those_of_the_file_without_its_header(tmp_path):
    TABLE.assign(repairs=["99" if at == 6 else "1" for at in range(60)]).to_csv(
        tmp_path / "a.csv", index=False
    )
    with pytest.raises(ResidentsError, match="column 'repairs', row 7: must be within 0 and 60"):
        read_residents(tmp_path / "a.csv", POLICY, as_of=AS_OF)


def test_a_table_with_a_header_alone_has_no_row(tmp_path):
    (tmp_path / "a.csv").write_bytes(csv_of(TABLE.head(0)))
    pd.DataFrame(TABLE.head(0)).to_parquet(tmp_path / "a.parquet")
    for name in ("a.csv", "a.parquet"):
        with pytest.raises(ResidentsError, match="the table: has no row") as refused:
            read_residents(tmp_path / name, POLICY, as_of=AS_OF)
        assert len(refused.value.faults) == 1
