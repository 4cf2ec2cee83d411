"""What was seen last of the tombstones: a file that lost its end, or all of it, is refused from there."""

import pytest

from segmentation.errors import LedgerError, StorageError
from segmentation.home import Home
from segmentation.ledger.personal.erasing import Erased, Erasures
from segmentation.ledger.personal.sighted import Sight, beside, keep_sight, seen_in, sight_file
from segmentation.ledger.personal.tombstones import Tombstones, tombstones_of
from tests.ledger.personal.planted import NOW, keep

MISSING = r"have {}, and 2 were seen from here before: the file was lost or cut"


@pytest.fixture
def seen(tmp_path):
    """A file of which the last line is remembered, with two lines."""
    file = Tombstones(tmp_path / "outside" / "tombstones.jsonl", tmp_path / "witness.json.tombstones")
    with file.writing() as pen:
        pen.append([("ab", "sha256:0"), ("cd", "sha256:1")], NOW)
    return file


def cut(file, lines):
    """Leave so many lines of a file; None: not even the file."""
    whole = file.path.read_bytes().splitlines(keepends=True)
    if lines is None:
        file.path.unlink()
    else:
        file.path.write_bytes(b"".join(whole[:lines]))


def test_a_file_that_goes_on_is_believed(seen, tmp_path):
    assert len(seen.read()) == 2
    with Tombstones(seen.path).writing() as pen:  # of a program that looks at no sight
        pen.append([("ef", "sha256:2")], NOW)

    assert len(seen.read()) == 3
    seen.see(seen.read())
    assert seen_in(tmp_path / "witness.json.tombstones").number == 3


@pytest.mark.parametrize(("lines", "told"), [(None, "0 lines"), (0, "0 lines"), (1, "1 lines")])
def test_a_file_that_was_lost_or_cut_is_refused_by_readers_and_writers(seen, lines, told):
    cut(seen, lines)

    with pytest.raises(LedgerError, match=MISSING.format(told)):
        seen.read()
    with pytest.raises(LedgerError, match=MISSING.format(told)), seen.writing():
        pass


def test_another_file_of_as_many_lines_is_refused(seen):
    seen.path.unlink()
    with Tombstones(seen.path).writing() as pen:
        pen.append([("ab", "sha256:9"), ("cd", "sha256:1")], NOW)

    with pytest.raises(LedgerError, match="or is another one"):
        seen.read()


def test_what_cannot_be_read_is_told(seen, tmp_path):
    sight = tmp_path / "witness.json.tombstones"
    sight.write_text("{}")
    with pytest.raises(StorageError, match="it is damaged"):
        seen.read()
    sight.unlink()
    sight.mkdir()
    with pytest.raises(StorageError, match="cannot be read"):
        seen.read()


def test_an_erasure_is_not_confirmed_where_its_sight_cannot_be_kept(seen, tmp_path):
    blocked = Tombstones(seen.path, seen.path / "no folder")
    with pytest.raises(StorageError, match=r"SEGMENTATION_WITNESS names another place\.$"):
        blocked.remember(seen.read())


def test_it_lies_beside_the_witness_that_the_settings_name(tmp_path):
    home = Home(tmp_path)

    assert sight_file(home, {}) == beside(home.witness) == tmp_path / "witness.json.tombstones"
    elsewhere = sight_file(home, {"SEGMENTATION_WITNESS": "/far/seen.json"})
    assert elsewhere.as_posix() == "/far/seen.json.tombstones"
    assert tombstones_of(home, {}).path == home.tombstones
    keep_sight(sight_file(home, {}), None)
    assert seen_in(sight_file(home, {})) == Sight(0, "")


@pytest.fixture
def restored(records, seen):
    """A ledger from which two were erased."""
    seen.path.unlink()
    seen.remember(())
    subjects = keep(records, "R-1", "R-2")
    Erasures(records, seen).erase(subjects, "Carol", NOW)
    return Erasures(records, seen)


def test_a_lost_file_beside_a_restored_database_is_refused_until_the_loss_is_accepted(restored, seen, sql):
    cut(seen, None)
    sql("DELETE FROM tombstones")  # as in a backup from before

    for act in (lambda: restored.carry_out("opening", NOW), restored.rewrite_file):
        with pytest.raises(LedgerError, match=r"2 (were|tombstones were) seen from here"):
            act()
    assert not seen.path.exists()
    assert restored.rewrite_file(accepts_loss=True) == 0
    assert restored.carry_out("opening", NOW) == Erased(0, 0)


def test_a_lost_file_is_written_anew_from_a_ledger_that_has_all_that_was_seen(restored, seen):
    whole = seen.path.read_bytes()
    cut(seen, 1)

    assert restored.rewrite_file() == 1
    assert seen.path.read_bytes() == whole
    assert restored.carry_out("opening", NOW) == Erased(0, 0)
