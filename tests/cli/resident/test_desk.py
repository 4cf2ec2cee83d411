"""The reference of a resident comes from a file or from standard input."""

import io
from pathlib import Path

import pytest

from segmentation.cli.resident.desk import reference
from segmentation.errors import StorageError


@pytest.fixture
def typed(monkeypatch):
    """Send something to standard input."""

    def send(content):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))

    return send


def test_the_first_line_is_the_reference(typed, tmp_path):
    (tmp_path / "ref").write_text(" 住户 1 \nmore\n", encoding="utf-8")
    assert reference(tmp_path / "ref") == "住户 1"

    typed(b"R-1\n")
    assert reference(None) == "R-1"
    typed(b"R-2")
    assert reference(Path("-")) == "R-2"


@pytest.mark.parametrize("content", [b"", b"\nR-1", b"\xff\n"])
def test_what_is_no_reference_is_refused(typed, tmp_path, content):
    typed(content)
    with pytest.raises(StorageError, match="reference of the resident is needed"):
        reference(None)
    with pytest.raises(StorageError):
        reference(tmp_path / "missing")
