"""The file of a run of storing: what is done, when its stretches began, for one run at a time."""

import pytest

from segmentation.errors import StorageError
from segmentation.scoring.track import track, unfinished_track

OF = {"files": [{"name": "residents.parquet"}], "told": {"version": "3"}}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "storing" / "needs.json"


def test_a_run_goes_on_where_one_that_was_killed_has_noted(path):
    with track(path, OF) as run:
        assert (run.before.rows, run.before.times) == (0, ())
        run.begin(11)
        run.done(100)
        run.begin(12)

    left = unfinished_track(path)
    assert (left.folder, left.manifest) == (path, OF)
    with track(path, OF) as run:
        assert (run.before.rows, run.before.times, run.discarded) == (100, (11, 12), False)


def test_after_its_end_a_run_is_known_again_and_looks_at_every_row(path):
    with track(path, OF) as run:
        run.begin(11)
        run.done(100)
        run.end()

    assert unfinished_track(path) is None
    with track(path, OF) as run:
        assert (run.before.rows, run.before.times) == (0, (11,))


def test_an_unfinished_run_of_something_else_is_not_forgotten_unasked(path):
    with track(path, OF) as run:
        run.begin(11)

    with pytest.raises(StorageError, match="an unfinished run on another input"), track(path, {}):
        pass
    with track(path, {}, discard=True) as run:
        assert run.before.times == ()
        run.begin(12)
    assert unfinished_track(path).manifest == {}


def test_a_run_that_came_to_its_end_makes_room_for_another(path):
    with track(path, OF) as run:
        run.begin(11)
        run.end()

    with track(path, {}) as run:
        assert (run.before.times, run.discarded) == ((), False)


def test_what_was_done_can_be_forgotten(path):
    with track(path, OF) as run:
        run.begin(11)

    with track(path, OF, discard=True) as run:
        assert (run.before.rows, run.before.times, run.discarded) == (0, (), True)


def test_two_runs_do_not_share_a_file(path):
    with track(path, OF), pytest.raises(StorageError, match="Another run holds"), track(path, OF):
        pass


def test_a_file_that_was_altered_is_no_beginning(path):
    with track(path, OF) as run:
        run.begin(11)
    path.write_text("{}")

    with pytest.raises(StorageError, match="cannot be read or was altered"), track(path, OF):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "storing").write_text("")

    with pytest.raises(StorageError, match="cannot be written"), track(tmp_path / "storing" / "a.json", OF):
        pass
