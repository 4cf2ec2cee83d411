"""The secret under which names are counted: made once, kept, and never anything else."""

import stat
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from segmentation.errors import StorageError
from segmentation.home import Home
from segmentation.reviews.keyfiles import are_kept
from segmentation.reviews.marking import marking_key


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def test_it_is_made_once_for_its_owner_alone_and_is_nobodys_key(home):
    made = marking_key(home)

    assert len(made) == 32
    assert marking_key(home) == made
    assert stat.S_IMODE(home.marking.stat().st_mode) == 0o600
    assert [path.name for path in home.root.iterdir()] == ["marking.secret"]
    assert not are_kept(home)


def test_two_homes_have_two(home, tmp_path):
    assert marking_key(home) != marking_key(Home(tmp_path / "other"))


def test_all_who_ask_at_once_have_the_same(home):
    barrier = Barrier(8)

    def ask(_):
        barrier.wait()
        return marking_key(home)

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(ask, range(8)))) == 1


@pytest.mark.parametrize("held", ["", "ab" * 31, "ab" * 33, "not hexadecimal", "\u00e9"])
def test_a_file_that_holds_something_else_is_told_with_the_way_out(home, held):
    home.root.mkdir()
    home.marking.write_text(held, encoding="utf-8")

    with pytest.raises(StorageError, match="Take it away, and it is made anew"):
        marking_key(home)


def test_a_home_that_cannot_be_written_is_told_with_the_way_out(home):
    home.root.write_text("a file in the place of the folder", encoding="utf-8")

    with pytest.raises(StorageError, match=r"cannot be (read|written): .*--no-pages"):
        marking_key(home)


def test_what_cannot_be_read_is_told_with_the_way_out(home):
    home.marking.mkdir(parents=True)

    with pytest.raises(StorageError, match="cannot be read: is a directory"):
        marking_key(home)
