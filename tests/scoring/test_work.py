"""The work folder keeps what is complete, for one run at a time, and for nobody else's eyes."""

import os
from pathlib import Path

import pytest

from segmentation.errors import StorageError
from segmentation.scoring.work import unfinished, work_folder


def stretch_of(work, number, text="rows"):
    with work.stretch(number) as folder:
        (folder / "file").write_text(text)


def test_a_stretch_counts_once_it_is_complete(tmp_path):
    with work_folder(tmp_path / "out", {}) as work:
        stretch_of(work, 0)
        with pytest.raises(FileNotFoundError), work.stretch(1) as folder:
            (folder / "file").symlink_to("nothing")
        assert [path.name for path in work.done()] == ["00000000"]
        stretch_of(work, 1)
        assert [(path / "file").read_text() for path in work.done()] == ["rows", "rows"]


def test_stretches_count_up_to_the_first_gap(tmp_path):
    with work_folder(tmp_path / "out", {}) as work:
        for number in (0, 1, 3):
            stretch_of(work, number)
        assert len(work.done()) == 2


@pytest.mark.parametrize(("again", "kept"), [({"a": [1, (2,)]}, 1), ({"a": [1, [3]]}, 0), ({}, 0)])
def test_work_is_kept_for_the_same_manifest_alone(tmp_path, again, kept):
    with work_folder(tmp_path / "out", {"a": [1, [2]]}) as work:
        stretch_of(work, 0)
    with work_folder(tmp_path / "out", again, discard=not kept) as work:
        assert (len(work.done()), work.discarded) == (kept, not kept)


def test_no_work_is_thrown_away_unasked_that_has_been_done(tmp_path):
    with work_folder(tmp_path / "out", {"a": 1}):
        pass
    with work_folder(tmp_path / "out", {"a": 2}) as work:
        assert not work.discarded
        stretch_of(work, 0)
    with pytest.raises(StorageError, match="unfinished work"), work_folder(tmp_path / "out", {"a": 1}):
        pass
    with work_folder(tmp_path / "out", {"a": 2}) as work:
        assert len(work.done()) == 1


def test_a_damaged_manifest_keeps_nothing(tmp_path):
    with work_folder(tmp_path / "out", {}) as work:
        stretch_of(work, 0)
        (work.root / "manifest.json").write_text("{")
    assert unfinished(tmp_path / "out").manifest == {}
    with work_folder(tmp_path / "out", {}, discard=True) as work:
        assert (work.done(), work.discarded) == ([], True)


def test_what_lies_in_a_folder_without_a_manifest_is_no_work(tmp_path):
    with work_folder(tmp_path / "out", {}) as work:
        stretch_of(work, 0)
        (work.root / "manifest.json").unlink()
        (work.root / "link").symlink_to(tmp_path)
    with work_folder(tmp_path / "out", {}) as work:
        assert (work.done(), work.discarded) == ([], False)
        assert {path.name for path in work.root.iterdir()} == {"manifest.json"}
    assert tmp_path.exists()


def test_one_run_at_a_time(tmp_path):
    again = work_folder(tmp_path / "out", {})
    with work_folder(tmp_path / "out", {}), pytest.raises(StorageError, match="by another run"), again:
        pass
    with work_folder(tmp_path / "out", {}) as work:
        assert work.root.is_dir()


def test_two_outputs_are_two_works(tmp_path):
    with work_folder(tmp_path / "one", {}) as one, work_folder(tmp_path / "two", {}) as two:
        assert one.root != two.root


def test_a_folder_that_ended_meanwhile_is_made_anew(tmp_path, monkeypatch):
    gone = []
    opened = os.open

    def removed(path, *words):
        handle = opened(path, *words)
        if not gone:
            gone.append(Path(path))
            Path(path).rmdir()
        return handle

    monkeypatch.setattr(os, "open", removed)
    with work_folder(tmp_path / "out", {}) as work:
        stretch_of(work, 0)
        assert gone == [work.root]
        assert len(work.done()) == 1


def test_a_finished_file_gets_its_name_and_the_folder_goes(tmp_path):
    out = tmp_path / "new" / "out"
    with work_folder(out, {}) as work:
        stretch_of(work, 0)
        (work.root / "staged").write_text("all")
        work.publish(work.root / "staged", out)
    assert out.read_text() == "all"
    assert list(out.parent.iterdir()) == [out]


def test_the_folder_is_its_owners_alone_even_if_it_was_not(tmp_path):
    (tmp_path / ".out.partial").mkdir(mode=0o755)
    with work_folder(tmp_path / "out", {}) as work:
        assert work.root.stat().st_mode & 0o777 == 0o700


def test_a_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(StorageError, match="belongs to somebody else"), work_folder(tmp_path / "out", {}):
        pass


def test_a_link_in_place_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".out.partial").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError), work_folder(tmp_path / "out", {}):  # noqa: PT011 - of whatever kind
        pass
