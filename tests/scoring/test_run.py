"""Scored files are what scoring in memory gives, appear whole, and are gone on with where a run stopped."""

import json
from datetime import date
from functools import partial

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from segmentation.errors import ResidentsError, StorageError
from segmentation.residents import read_needs
from segmentation.scoring import run, unfinished
from tests.progress.heard import Acting, Heard


class StopError(Exception):
    """Ends a run as a key would."""


def stopping(after):
    """A listener that stops a run after so many rows."""

    def stop(done):
        if done >= after:
            raise StopError

    return Acting(stop)


def folder_of(out):
    return out.parent / f".{out.name}.partial"


def names_in(out):
    return {path.name for path in out.parent.iterdir()} if out.parent.exists() else set()


@pytest.mark.parametrize("stretch", [100, 1_200, 7_000, 999])
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_stretches_of_any_length_give_what_memory_gives(made, score, source, tmp_path, stretch, suffix):
    out = tmp_path / f"segments{suffix}"
    scored = score(source, out, stretch=stretch)
    found = (pd.read_csv if suffix == ".csv" else pd.read_parquet)(out)
    expected = made.expected(source)
    assert found.astype("str").equals(expected.astype("str"))
    assert scored.segments == expected["segment"].value_counts().sort_index().to_dict()
    assert (scored.intake.kept, scored.resumed, scored.discarded) == (len(expected), 0, False)


def test_the_counts_are_those_of_memory(made, score, source, out):
    assert score(source, out).intake == told(made, source)


def test_a_csv_file_gives_the_same_segments(made, score, source, tmp_path):
    made.residents.to_csv(tmp_path / "residents.csv", index=False)
    score(source, tmp_path / "of_parquet.csv")
    score(tmp_path / "residents.csv", tmp_path / "of_csv.csv")
    assert (tmp_path / "of_parquet.csv").read_bytes() == (tmp_path / "of_csv.csv").read_bytes()


def test_the_file_says_what_scored_it_and_nothing_is_left_beside_it(score, source, out):
    score(source, out)
    told = json.loads(pq.read_schema(out).metadata[b"segmentation"])
    assert told == {"model": "m", "as_of": "2026-07-01"}
    assert names_in(out) == {out.name}


def test_the_extremes_of_ids_are_not_told_by_the_file(score, source, out):
    score(source, out)
    ids = pq.ParquetFile(out).metadata.row_group(0).column(0)
    assert ids.statistics is None


@pytest.mark.parametrize("after", [0, 100, 700, 1_200])
def test_an_interrupted_run_is_gone_on_with_and_ends_with_the_same_bytes(score, source, out, after):
    score(source, whole := out.with_name("whole.parquet"))
    with pytest.raises(StopError):
        score(source, out, progress=stopping(after))
    assert not out.exists()
    heard = Heard()
    scored = score(source, out, progress=heard)
    assert scored.resumed >= after
    assert heard.told[0] == ("rows", scored.resumed, 1_200)
    assert heard.told[-1] == ("rows", 1_200, 1_200)
    assert out.read_bytes() == whole.read_bytes()
    assert names_in(out) == {out.name, whole.name}


def test_a_callable_is_told_the_step_alone(score, source, out):
    told = []
    score(source, out, progress=told.append)
    assert told == ["Scoring"]


def test_work_that_could_be_gone_on_with_is_thrown_away_if_asked(score, source, out):
    with pytest.raises(StopError):
        score(source, out, progress=stopping(700))
    scored = score(source, out, discard=True)
    assert (scored.resumed, scored.discarded) == (0, True)


def test_a_run_that_had_done_nothing_leaves_nothing(score, source, out):
    with pytest.raises(StopError):
        score(source, out, progress=stopping(0))
    assert (names_in(out), unfinished(out)) == (set(), None)
    assert not score(source, out, as_of=date(2026, 7, 2)).discarded


def test_paths_may_be_texts(score, source, out):
    assert score(str(source), str(out)).out == out


def test_what_was_done_is_not_scored_again(made, score, source, out):
    with pytest.raises(StopError):
        score(source, out, progress=stopping(700))
    assert {path.name for path in folder_of(out).iterdir()} == {
        "manifest.json",
        *(f"{at:08d}" for at in range(7)),
    }


def test_work_is_for_its_owner_alone(score, source, out):
    with pytest.raises(StopError):
        score(source, out, progress=stopping(100))
    assert {path.stat().st_mode & 0o077 for path in (folder_of(out), *folder_of(out).rglob("*"))} == {0}


def test_the_output_has_the_rights_of_any_file(score, source, out):
    score(source, out)
    (out.parent / "other").touch()
    assert out.stat().st_mode == (out.parent / "other").stat().st_mode


@pytest.mark.parametrize(
    "change", [{"as_of": date(2026, 7, 2)}, {"identity": {"model": "n"}}, {"stretch": 50}]
)
def test_work_under_other_terms_is_thrown_away_only_if_asked(score, source, out, change):
    with pytest.raises(StopError):
        score(source, out, progress=stopping(700))
    with pytest.raises(StorageError, match="holds unfinished work on another input, version or day"):
        score(source, out, **change)
    assert unfinished(out).manifest["told"] == {"model": "m", "as_of": "2026-07-01"}
    scored = score(source, out, **change, discard=True)
    assert (scored.resumed, scored.discarded) == (0, True)
    score(source, whole := out.with_name("whole.parquet"), **change)
    assert out.read_bytes() == whole.read_bytes()


def test_work_on_another_table_is_thrown_away_only_if_asked(made, score, source, out):
    with pytest.raises(StopError):
        score(source, out, progress=stopping(700))
    made.residents.iloc[::-1].to_parquet(source)
    with pytest.raises(StorageError, match="holds unfinished work on another input"):
        score(source, out)
    scored = score(source, out, discard=True)
    assert (scored.resumed, scored.discarded) == (0, True)
    assert pd.read_parquet(out).astype("str").equals(made.expected(source).astype("str"))


def test_a_file_that_was_there_stays_until_the_new_one_is_complete(score, source, out):
    out.parent.mkdir()
    out.write_text("old")
    with pytest.raises(StopError):
        score(source, out, progress=stopping(1_200))
    assert out.read_text() == "old"
    score(source, out)
    assert len(pd.read_parquet(out))


def test_a_table_that_is_refused_leaves_no_work(made, score, source, out):
    broken = made.residents.assign(repair_requests=-1.0)
    broken.to_parquet(source)
    with pytest.raises(ResidentsError, match="repair_requests"):
        score(source, out)
    assert names_in(out) == set()


def test_a_table_that_changes_meanwhile_is_refused(made, score, source, out):
    def change(done):
        if done == 500:
            made.residents.iloc[::-1].to_parquet(source)

    with pytest.raises(ResidentsError, match="changed while it was scored"):
        score(source, out, progress=Acting(change))
    assert names_in(out) == set()


def test_two_runs_do_not_write_one_file(score, source, out):
    def again(_done):
        with pytest.raises(StorageError, match="is being written by another run"):
            score(source, out)

    score(source, out, progress=Acting(again))
    assert len(pd.read_parquet(out))


def test_another_suffix_is_refused_before_anything_is_read(score, tmp_path):
    with pytest.raises(StorageError, match=r"neither \.parquet nor \.csv"):
        score(tmp_path / "nothing.parquet", tmp_path / "out.xlsx")


def test_a_missing_table_is_named_and_leaves_nothing(score, tmp_path, out):
    with pytest.raises(ResidentsError, match=r"nothing\.parquet cannot be read"):
        score(tmp_path / "nothing.parquet", out)
    assert not out.parent.exists()


def test_an_output_that_is_a_folder_is_one_sentence(score, source, out):
    out.mkdir(parents=True)
    (out / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written") as told:
        score(source, out)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("at", [0, 3])
def test_a_full_disk_is_one_sentence_and_loses_nothing(score, source, out, monkeypatch, at):
    keep, kept = run._keep, []

    def full(folder, piece):
        if len(kept) == at:
            raise OSError(28, "No space left on device")
        kept.append(piece)
        keep(folder, piece)

    monkeypatch.setattr(run, "_keep", full)
    with pytest.raises(StorageError, match=r"no space left on device\. Make room, about twice") as told:
        score(source, out)
    assert (f"lies in {folder_of(out)}, which holds ids" in str(told.value)) == bool(at)
    assert not any((folder_of(out) / half).exists() for half in ("writing", "output"))
    monkeypatch.setattr(run, "_keep", keep)
    assert score(source, out).resumed == 100 * at
    score(source, whole := out.with_name("whole.parquet"))
    assert out.read_bytes() == whole.read_bytes()


def test_columns_of_the_output_are_id_and_segment(made, score, source, out):
    score(source, out)
    frame = pd.read_parquet(out)
    assert list(frame.columns) == ["resident_ref", "segment"]
    assert list(frame["segment"].cat.categories) == list(made.scorer.segments)
    assert np.all(frame["resident_ref"].str.startswith("r-"))


def told(made, path):
    """What reading the file at once says of it."""
    return read_needs(path, made.policy, as_of=date(2026, 7, 1), features=made.scorer.features).intake


def said(read):
    """What reading gives, or the sentence with which it refuses."""
    try:
        return read()
    except ResidentsError as error:
        return str(error)


def intake_of(score, out):
    return lambda source: score(source, out).intake


@pytest.fixture
def doubled(made, source):
    """A file in which two ids stand twice, far from each other."""
    frame = made.residents.copy()
    ids = frame.columns.get_loc("resident_ref")
    frame.iloc[[1_100, 1_150], ids] = frame.iloc[[3, 7], ids].to_numpy()
    frame.to_parquet(source)
    return source


def test_ids_that_stand_twice_are_left_out_wherever_they_stand(made, score, doubled, out):
    scored = score(doubled, out)
    assert scored.intake == told(made, doubled)
    assert scored.intake.quarantined_by_rule == {"unique": 4}
    assert pd.read_parquet(out).astype("str").equals(made.expected(doubled).astype("str"))


def test_what_is_known_of_ids_that_stand_twice_outlasts_an_interruption(score, doubled, out):
    score(doubled, whole := out.with_name("whole.parquet"))
    seen = []

    def stop(done):
        seen.append(done)
        if len(seen) > 18:
            raise StopError

    with pytest.raises(StopError):
        score(doubled, out, progress=Acting(stop))
    assert seen[12:15] == [1_200, 0, 100]
    assert score(doubled, out).resumed > 0
    assert out.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"repair_requests": -1.0},
        {"resident_ref": "r-same"},
        {"resident_ref": None},
        {"consent_service_planning": "refused"},
        {"collected_on": pd.NaT},
        {"service_urgency": "somebody's own words, which are longer than any code: call me at noon"},
    ],
)
@pytest.mark.parametrize("rows", [3, 900, 1_200])
def test_what_is_wrong_is_said_as_memory_says_it(made, score, source, out, change, rows):
    frame = made.residents.copy()
    for column, value in change.items():
        frame.loc[: rows - 1, column] = value
    frame.to_parquet(source)
    expected, found = (said(partial(of, source)) for of in (partial(told, made), intake_of(score, out)))
    assert found == expected
    assert names_in(out) == set() if isinstance(expected, str) else out.exists()


def test_a_folder_is_one_table_in_the_order_of_its_names(made, score, source, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    for at, start in enumerate(range(0, 1_200, 170)):
        made.residents.iloc[start : start + 170].to_parquet(folder / f"part-{at}.parquet", row_group_size=60)
    score(folder, tmp_path / "of_folder.csv")
    score(source, tmp_path / "of_file.csv")
    assert (tmp_path / "of_folder.csv").read_bytes() == (tmp_path / "of_file.csv").read_bytes()


def test_faulty_rows_of_a_folder_are_told_with_their_files_even_by_a_run_that_goes_on(
    made, score, tmp_path, out
):
    folder = tmp_path / "folder"
    folder.mkdir()
    frame = made.residents.copy()
    frame.loc[[9, 709], "repair_requests"] = -1.0
    for name, part in {"a": frame[:700], "b": frame[700:]}.items():
        part.to_parquet(folder / f"{name}.parquet")
    with pytest.raises(StopError):
        score(folder, out, progress=stopping(800))
    intake = score(folder, out).intake
    assert [(cell.file, cell.row) for cell in intake.quarantined] == [("a.parquet", 10), ("b.parquet", 10)]
    assert intake == told(made, folder)
    assert intake.quarantined_rows == 2


def test_a_folder_is_gone_on_with_in_the_middle_of_a_file(made, score, tmp_path, out):
    folder = tmp_path / "folder"
    folder.mkdir()
    for at, start in enumerate(range(0, 1_200, 170)):
        made.residents.iloc[start : start + 170].to_parquet(folder / f"part-{at}.parquet", row_group_size=60)
    score(folder, whole := out.with_name("whole.parquet"))
    with pytest.raises(StopError):
        score(folder, out, progress=stopping(700))
    assert score(folder, out).resumed >= 700
    assert out.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("damage", [lambda file: file.unlink(), lambda file: file.write_bytes(b"ARROW1")])
def test_a_work_folder_that_was_damaged_is_named(score, source, out, damage):
    with pytest.raises(StopError):
        score(source, out, progress=stopping(500))
    damage(folder_of(out) / "00000002" / "scored.arrow")
    with pytest.raises(StorageError, match="is damaged"):
        score(source, out)
    assert not out.exists()
