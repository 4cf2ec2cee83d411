"""Tables of numbers that workers share: added up, kept when one dies, and begun anew with the service."""

import os

import pytest

from segmentation.errors import StorageError
from serving.tally import Alone, Shared


def shared(folder, run="run", slots=3):
    return Shared(folder, slots, 2, run)


def worker_that_dies(folder, *numbers, run="run", slots=3):
    """Count, and let go of the file as the system does for a process that was killed."""
    tally = shared(folder, run, slots)
    for slot, number in enumerate(numbers):
        tally.own[slot] += number
    os.close(tally._file)


def test_a_worker_alone_is_the_sum():
    tally = Alone(2)
    tally.own[1] += 2.5
    assert tally.read() == ([0.0, 2.5], [[0.0, 2.5]])


def test_any_worker_tells_what_all_counted(tmp_path):
    one, other = shared(tmp_path), shared(tmp_path)
    one.own[0], other.own[0], other.own[2] = 1, 2, 7
    total, living = other.read()
    assert total[0] == 3
    assert sorted(living) == [[1, 0, 0], [2, 0, 7]]
    assert one.read()[0] == total


def test_what_a_dead_worker_counted_still_counts_but_not_what_it_was(tmp_path):
    tally = shared(tmp_path)
    tally.own[0] = 1
    worker_that_dies(tmp_path, 4, 0, 9)
    total, living = tally.read()
    assert (total[0], total[2]) == (5, 0)
    assert living == [[1, 0, 0]]


def test_the_next_worker_takes_over_what_dead_ones_counted_and_removes_their_files(tmp_path):
    worker_that_dies(tmp_path, 4, 1, 9)
    worker_that_dies(tmp_path, 2, 0, 9)
    tally = shared(tmp_path)
    assert tally.own.tolist() == [6, 1, 0]
    assert len(list(tmp_path.glob("*.tally"))) == 1
    assert tally.read()[0] == [6, 1, 0]


def test_a_service_that_starts_counts_from_zero_and_removes_what_an_earlier_one_left(tmp_path):
    worker_that_dies(tmp_path, 4, run="before")
    worker_that_dies(tmp_path, 4, 0, 0, 0, slots=4)
    living = shared(tmp_path, "other service")
    tally = shared(tmp_path)
    assert tally.read()[0] == [0, 0, 0]
    assert len(list(tmp_path.glob("*.tally"))) == 2, "a service that lives keeps its own"
    living.own[0] = 5
    assert living.read()[0][0] == 5


def test_a_folder_that_cannot_be_used_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be used"):
        shared(tmp_path / "file" / "folder")


def test_a_folder_that_is_gone_is_told(tmp_path):
    tally = shared(tmp_path / "folder")
    for path in (tmp_path / "folder").iterdir():
        path.unlink()
    (tmp_path / "folder").rmdir()
    with pytest.raises(StorageError, match="cannot be read"):
        tally.read()
