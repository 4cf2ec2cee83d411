"""Files that a command is given to read."""

import pytest

from segmentation.cli.givenfile import read_given
from segmentation.errors import StorageError


def test_what_stands_in_a_file_is_read(tmp_path):
    (tmp_path / "checkpoint.json").write_bytes(b"{}")

    assert read_given(tmp_path / "checkpoint.json", "checkpoint") == b"{}"


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_one_that_cannot_be_read_is_told_with_what_was_to_stand_in_it(tmp_path, name):
    with pytest.raises(StorageError, match=r"^The checkpoint .* cannot be read\. Check the path"):
        read_given(tmp_path / name, "checkpoint")
