import os
import resource
import subprocess
import sys
import threading
from itertools import count

import pytest

from segmentation.errors import StorageError
from serving import spool as module
from serving.spool import LOOK, Spool, is_locked, opened, spools, strays

FILL = """
import resource, sys
from pathlib import Path
from segmentation.errors import StorageError
from serving.spool import Spool
spool = Spool(Path(sys.argv[1]))
spool.write(b"before")
resource.setrlimit(resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))
try:
    spool.write(b"does not fit")
except StorageError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
spool.write(b"after")
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "deep" / "spool"


def content(folder):
    return [one.path.read_bytes() for one in spools(folder)]


def test_lines_are_in_the_file_once_written(folder):
    spool = Spool(folder)
    spool.write(b'{"a": 1}')
    spool.write(b"{}")
    assert content(folder) == [b'{"a": 1}\n{}\n']


def test_only_its_owner_may_look_into_the_folder_and_the_file(folder):
    Spool(folder)
    (one,) = spools(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert one.path.stat().st_mode & 0o777 == 0o600


def test_a_spool_is_locked_until_it_is_closed(folder):
    spool = Spool(folder)
    (one,) = spools(folder)
    with one.path.open("rb") as file:
        assert not is_locked(file.fileno())
        spool.close()
        assert is_locked(file.fileno())


def test_two_spools_of_one_folder_have_files_of_their_own(folder):
    for name in (b"first", b"second"):
        Spool(folder).write(name)
    assert sorted(content(folder)) == [b"first\n", b"second\n"]
    assert len({one.name for one in spools(folder)}) == 2


def test_a_full_spool_is_left_and_unlocked_and_a_new_one_begun(folder):
    names = map("spool{}".format, count())
    spool = Spool(folder, limit=6, name=lambda: next(names))
    for line in (b"12345", b"6789", b"0"):
        spool.write(line)
    assert content(folder) == [b"12345\n", b"6789\n0\n"]
    with (folder / "spool0.spool").open("rb") as file:
        assert is_locked(file.fileno())


def test_a_file_that_somebody_removed_is_written_to_no_more_once_a_second_is_over(folder):
    ticks = iter((0.0, LOOK / 2, LOOK, LOOK * 1.5, LOOK * 2))
    spool = Spool(folder, monotonic=lambda: next(ticks))
    spools(folder)[0].path.unlink()
    for line in (b"unseen", b"seen", b"and later", b"as well"):
        spool.write(line)
    assert content(folder) == [b"seen\nand later\nas well\n"]


def test_a_file_that_somebody_emptied_is_left(folder):
    ticks = iter((0.0, 0.0, LOOK))
    spool = Spool(folder, monotonic=lambda: next(ticks))
    spool.write(b"before")
    os.truncate(spools(folder)[0].path, 0)
    spool.write(b"after")
    assert sorted(content(folder)) == [b"", b"after\n"]


def test_a_file_that_a_mover_took_before_its_owner_locked_it_is_not_used(folder, monkeypatch):
    names = map("spool{}".format, count())
    locked = module.is_locked

    def late(file):
        (folder / "spool0.spool").unlink(missing_ok=True)
        return locked(file)

    monkeypatch.setattr(module, "is_locked", late)
    Spool(folder, name=lambda: next(names)).write(b"line")
    assert [one.name for one in spools(folder)] == ["spool1"]
    assert content(folder) == [b"line\n"]


def test_a_line_that_does_not_fit_is_taken_back_and_the_next_one_that_does_is_written(folder):
    done = subprocess.run([sys.executable, "-c", FILL, folder], capture_output=True, text=True, check=True)
    assert "no room for an access event" in done.stdout
    assert content(folder) == [b"before\nafter\n"]


def test_a_line_without_any_room_is_refused(folder):
    spool = Spool(folder)
    spool.write(b"full to the brim")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (17, hard))
    try:
        with pytest.raises(StorageError, match="cannot be used: file too large"):
            spool.write(b"more")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert content(folder) == [b"full to the brim\n"]


def test_nothing_is_written_behind_a_torn_line_that_cannot_be_cut_off(folder, monkeypatch):
    names = map("spool{}".format, count())
    spool = Spool(folder, name=lambda: next(names))
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda file, data: real(file, data[:2]))
        patch.setattr(os, "ftruncate", broken)
        with pytest.raises(StorageError):
            spool.write(b"torn")
    spool.write(b"whole")
    assert content(folder) == [b"to", b"whole\n"]


def broken(*_):
    raise OSError(5, "Input/output error")


def test_a_closed_spool_refuses_and_may_be_closed_again(folder):
    spool = Spool(folder)
    spool.close()
    spool.close()
    with pytest.raises(StorageError, match="closed"):
        spool.write(b"late")


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"file/spool cannot be used: not a directory"):
        Spool(tmp_path / "file" / "spool")


def test_a_folder_that_is_not_there_holds_no_spools_and_other_files_are_none(tmp_path):
    assert spools(tmp_path / "nothing") == ()
    (tmp_path / "notes.txt").write_text("")
    assert spools(tmp_path) == ()


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777, 0o1777])
def test_a_folder_that_others_may_write_is_refused(folder, mode):
    folder.mkdir(parents=True)
    folder.chmod(mode)
    with pytest.raises(StorageError, match=r"^Others than its owner may write into the spool folder .*chmod"):
        Spool(folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o750])
def test_a_folder_that_others_may_only_read_is_taken(folder, mode):
    folder.mkdir(parents=True)
    folder.chmod(mode)
    Spool(folder)
    assert len(spools(folder)) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only an administrator gives folders away")
def test_a_folder_of_another_user_is_refused(folder):
    folder.mkdir(parents=True, mode=0o700)
    os.chown(folder, 12_345, -1)
    with pytest.raises(StorageError, match="belongs to another user"):
        Spool(folder)


def test_a_spool_that_became_a_link_or_a_pipe_is_not_opened(folder, tmp_path):
    Spool(folder).write(b"one")
    (one,) = spools(folder)
    with opened(one) as file:
        assert file.read() == b"one\n"
    one.path.unlink()
    assert opened(one) is None
    one.path.symlink_to(tmp_path / "nothing")
    with pytest.raises(StorageError):
        opened(one)
    one.path.unlink()
    os.mkfifo(one.path)
    assert opened(one) is None
    assert (spools(folder), strays(folder)) == ((), 1)


def test_lines_of_many_threads_do_not_mix(folder):
    spool = Spool(folder, limit=2_000)

    def work(letter):
        for number in range(200):
            spool.write(letter * 40 + b"%d" % number)

    threads = [threading.Thread(target=work, args=(letter,)) for letter in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = b"".join(content(folder)).splitlines()
    assert sorted(lines) == sorted(
        letter * 40 + b"%d" % n for letter in (b"a", b"b", b"c") for n in range(200)
    )
