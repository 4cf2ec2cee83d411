"""A file is known again by what it is, without being read from end to end where it is Parquet."""

import os

import pandas as pd
import pytest

from segmentation.errors import ResidentsError
from segmentation.scoring.identity import files_identity


@pytest.mark.parametrize("name", ["table.parquet", "table.csv"])
def test_another_content_is_another_file_even_of_the_same_size_and_time(tmp_path, name):
    path = tmp_path / name
    write = pd.DataFrame.to_parquet if path.suffix == ".parquet" else pd.DataFrame.to_csv
    identities = []
    for cell in (1, 1, 2):
        write(pd.DataFrame({"count": [cell]}), path)
        os.utime(path, ns=(0, 0))
        identities.extend(files_identity([path]))
    assert identities[0] == identities[1] != identities[2]
    assert identities[0]["size"] == identities[2]["size"]


def test_another_time_is_another_file(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a\n1\n")
    before = files_identity([path])
    os.utime(path, ns=(0, 0))
    assert files_identity([path]) != before


@pytest.mark.parametrize("content", [b"", b"PAR1", b"\xff\xff\xff\xffPAR1"])
def test_files_that_are_no_tables_have_one_as_well(tmp_path, content):
    path = tmp_path / "odd"
    path.write_bytes(content)
    assert files_identity([path])[0]["size"] == len(content)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ResidentsError, match=r"gone\.parquet cannot be read"):
        files_identity([tmp_path / "gone.parquet"])
