"""The file of tombstones grows line by line, shows what was changed, and outlives a crash and a full disk."""

import os
from datetime import UTC, datetime, timedelta, timezone

import pytest

from segmentation.errors import LedgerError, StorageError
from segmentation.home import Home
from segmentation.ledger.personal import tombstones as module
from segmentation.ledger.personal.tombstones import BEGINNING, Tombstones, tombstones_file
from segmentation.signing import sha256

NOW = datetime(2026, 11, 20, 9, 30, 0, 123456, tzinfo=UTC)
KEY = sha256(b"a wrapped key")


@pytest.fixture
def file(tmp_path):
    return Tombstones(tmp_path / "outside" / "tombstones.jsonl")


def bury(file, *marks, at=NOW):
    with file.writing() as pen:
        return pen.append([(mark, KEY) for mark in marks], at)


def test_a_file_that_is_not_there_yet_has_no_line(file):
    assert file.read() == ()
    assert not file.path.exists()


def test_lines_follow_each_other(file):
    bury(file, "aa")
    bury(file, "bb", "cc", at=NOW + timedelta(days=1))

    lines = file.read()
    assert [line.number for line in lines] == [1, 2, 3]
    assert [line.mark for line in lines] == ["aa", "bb", "cc"]
    assert [line.previous for line in lines] == [BEGINNING, lines[0].digest, lines[1].digest]
    assert lines[2].at == NOW + timedelta(days=1)


def test_a_time_of_another_zone_is_kept_as_that_moment(file):
    (line,) = bury(file, "aa", at=NOW.astimezone(timezone(timedelta(hours=8))))

    assert file.read() == (line,)
    assert line.at == NOW


def test_the_file_is_for_its_owner_alone(file):
    bury(file, "aa")

    assert file.path.stat().st_mode & 0o777 == 0o600


def _altered(lines):
    return [lines[0], lines[1].replace(b'"mark":"bb"', b'"mark":"ee"'), *lines[2:]]


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        (_altered, 2),
        (lambda lines: [lines[0], *lines[2:]], 2),
        (lambda lines: [lines[1], lines[0], lines[2]], 1),
        (lambda lines: [*lines, lines[2]], 4),
        (lambda lines: [*lines, b"{}"], 4),
        (lambda lines: [*lines, b"\xff"], 4),
        (lambda lines: [*lines, b""], 4),
        (lambda lines: [lines[0].replace(b":1,", b": 1,"), *lines[1:]], 1),
    ],
    ids=[
        "altered",
        "removed",
        "swapped",
        "doubled",
        "of another form",
        "no text",
        "blank",
        "spelled otherwise",
    ],
)
def test_a_line_that_was_changed_is_named(file, changed, line):
    bury(file, "aa", "bb", "cc")
    lines = changed(file.path.read_bytes().splitlines())
    file.path.write_bytes(b"".join(one + b"\n" for one in lines))

    with pytest.raises(LedgerError, match=rf"^Line {line} of the tombstones .* was altered"):
        file.read()
    with pytest.raises(LedgerError, match="Restore the file from its copy"), file.writing():
        pass


def test_what_a_killed_process_left_half_written_is_written_over(file):
    bury(file, "aa")
    whole = file.path.read_bytes()
    file.path.write_bytes(whole + b'{"number":2,"mark":"b' + 400 * b"x")

    assert len(file.read()) == 1
    bury(file, "cc")
    assert [line.mark for line in file.read()] == ["aa", "cc"]


def test_a_full_disk_leaves_what_was_there(file, monkeypatch):
    bury(file, "aa")
    before = file.path.read_bytes()
    write = os.write

    def full(descriptor, content):
        if len(content) > 100:
            return write(descriptor, content[:100])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(module.os, "write", full)
        with pytest.raises(StorageError, match=r"cannot be written: no space left on device\. Make room"):
            bury(file, "bb")

    assert file.path.read_bytes() == before
    assert bury(file, "bb")[0].number == 2


@pytest.mark.parametrize("act", [Tombstones.read, bury], ids=["read", "written"])
def test_a_folder_in_place_of_the_file_is_told(file, act):
    file.path.mkdir(parents=True)

    with pytest.raises(
        StorageError, match=r"is a directory\. Make room, check .* set SEGMENTATION_TOMBSTONES"
    ):
        act(file)


def test_the_file_is_at_home_or_where_the_settings_say(tmp_path):
    home = Home(tmp_path)

    assert tombstones_file(home, {}) == home.tombstones
    elsewhere = tombstones_file(home, {"SEGMENTATION_TOMBSTONES": str(tmp_path / "vault" / "file")})
    assert elsewhere == tmp_path / "vault" / "file"


def test_the_end_of_a_long_file_is_read_alone(file, monkeypatch):
    bury(file, *(f"{at:02x}" for at in range(60)))
    monkeypatch.setattr(module, "CHUNK", 700)  # some lines
    content = file.path.read_bytes()
    file.path.write_bytes(content.replace(b'"mark":"01"', b'"mark":"ee"'))

    assert [line.number for line in file.since(59)] == [59, 60]
    assert [line.number for line in file.since(61)] == [60]
    assert len(file.since(54)) == 7
    assert bury(file, "aa")[0].number == 61
    with pytest.raises(LedgerError, match=r"^Line 2 of the tombstones"):
        file.read()


def test_an_end_that_was_altered_is_named_by_its_line(file, monkeypatch):
    bury(file, *(f"{at:02x}" for at in range(60)))
    monkeypatch.setattr(module, "CHUNK", 700)
    content = file.path.read_bytes()
    file.path.write_bytes(content.replace(b'"mark":"3a"', b'"mark":"ee"'))

    with pytest.raises(LedgerError, match=r"^Line 59 of the tombstones"):
        file.since(60)


def test_a_line_longer_than_what_is_read_at_first_is_read(file, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 64)
    with file.writing() as pen:
        pen.say(["a" * 4000, "b" * 4000], NOW)
    assert [line.said[0] for line in file.since(2)] == ["b"]
    assert bury(file, "cc")[0].number == 3
