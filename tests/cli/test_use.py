"""`segmentation audit`, `card` and `score`, on a version that `build` registered."""

import json
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest

from tests.progress.heard import Acting

AS_OF = ("--as-of", "2026-07-01")
AUDIT = ("audit", "--policy", "policy.toml", "--residents", "residents.parquet", *AS_OF)
SCORE = ("score", "--model", "resident_needs", "--residents", "residents.parquet", *AS_OF)


def test_score_gives_every_consenting_resident_a_segment(run, place, home):
    ended = run(*SCORE, "--home", home, "--out", "segments.parquet")
    assert ended.code == 0
    scored = pd.read_parquet("segments.parquet")
    assert list(scored.columns) == ["resident_ref", "segment"]
    given = pd.read_parquet("residents.parquet")
    given = given[given["consent_service_planning"] == "given"]
    assert set(scored["resident_ref"]) <= set(given["resident_ref"])
    assert set(scored["segment"]) == {"S1", "S2", "S3", "S4", "S5", "S6"}


def test_score_needs_no_protected_column(run, place, home):
    run(*SCORE, "--home", home, "--out", "with.csv")
    frame = pd.read_parquet("residents.parquet")
    frame.drop(columns=["age_band", "sex", "ethnicity", "tenure", "hukou_place"]).to_parquet(
        "residents.parquet"
    )
    assert run(*SCORE, "--home", home, "--out", "without.csv").code == 0
    assert (place / "with.csv").read_text() == (place / "without.csv").read_text()


def test_score_counts_for_machines(run, place, home):
    content = run(*SCORE, "--home", home, "--out", "segments.csv", "--json").content
    assert sum(content["segments"].values()) == content["intake"]["kept"]
    assert (content["as_of"], content["discarded"]) == ("2026-07-01", False)
    assert all(content[digest].startswith("sha256:") for digest in ("scorer", "policy"))


def test_score_says_why_rows_are_left_out_and_which_are_faulty(run, place, home):
    ended = run(*SCORE, "--home", home, "--out", "segments.csv", "--quarantine", "faulty.csv")
    assert "\nLeft out: " in ended.out
    assert " consent refused" in ended.out
    assert (place / "faulty.csv").read_text().splitlines() == ["row,column,rule"]


def test_score_refuses_a_report_of_faulty_rows_in_another_form_before_it_starts(run, place, home):
    ended = run(*SCORE, "--home", home, "--out", "segments.csv", "--quarantine", "faulty.xlsx")
    assert ended.code == 2
    assert not (place / "segments.csv").exists()


def test_score_reads_a_folder_of_files_as_one_table(run, place, home):
    run(*SCORE, "--home", home, "--out", "of_file.csv")
    (place / "folder").mkdir()
    frame = pd.read_parquet("residents.parquet")
    for at, start in enumerate(range(0, len(frame), 700)):
        frame.iloc[start : start + 700].to_parquet(place / "folder" / f"part-{at}.parquet")
    ended = run(*SCORE[:3], "--residents", "folder", *AS_OF, "--home", home, "--out", "of_folder.csv")
    assert ended.code == 0
    assert (place / "of_folder.csv").read_bytes() == (place / "of_file.csv").read_bytes()


def test_score_writes_nothing_into_the_folder_that_it_reads(run, place, home):
    (place / "folder").mkdir()
    (place / "residents.parquet").rename(place / "folder" / "residents.parquet")
    words = (*SCORE[:3], "--residents", "folder", *AS_OF, "--home", home)
    ended = run(*words, "--out", "folder/segments.parquet")
    assert ended.code == 2
    assert "would be read as residents" in " ".join(ended.err.replace("│", " ").split())
    assert [path.name for path in (place / "folder").iterdir()] == ["residents.parquet"]


def test_score_goes_on_with_an_interrupted_run_and_says_so(run, place, home, monkeypatch):
    from segmentation.scoring import run as runs

    monkeypatch.setattr(runs, "STRETCH", 1_000)
    publish = runs.Work.publish
    monkeypatch.setattr(runs.Work, "publish", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    ended = run(*SCORE, "--home", home, "--out", "segments.parquet")
    assert ended.code == 2
    assert "Make room, about twice what the output needs, and run it again" in ended.err
    assert not (place / "segments.parquet").exists()
    monkeypatch.setattr(runs.Work, "publish", publish)
    ended = run(*SCORE, "--home", home, "--out", "segments.parquet")
    assert "An interrupted run had done the first 3,000 rows" in ended.out
    assert run(*SCORE, "--home", home, "--out", "segments.parquet", "--json").content["resumed"] == 0


@pytest.fixture
def interrupted(run, place, home, monkeypatch):
    """Score in stretches, and press Ctrl-C when so many rows are done."""
    from segmentation.cli import score
    from segmentation.scoring import run as runs

    @contextmanager
    def press(after):
        def stop(done):
            if done >= after:
                raise KeyboardInterrupt

        yield Acting(stop)

    def ended(after):
        with monkeypatch.context() as patch:
            patch.setattr(runs, "STRETCH", 1_000)
            patch.setattr(score, "steps", lambda: press(after))
            return run(*SCORE, "--home", home, "--out", "segments.parquet")

    return ended


def test_an_interrupted_score_says_where_it_leaves_ids_and_how_to_go_on(interrupted, place):
    ended = interrupted(1_000)
    told = " ".join(ended.err.split())
    assert ended.code == 130
    assert "lies in .segments.parquet.partial, which holds ids. The same command goes on" in told
    assert (place / ".segments.parquet.partial").is_dir()


def test_an_interrupted_score_that_leaves_nothing_says_so(interrupted, place):
    assert "Nothing is kept." in interrupted(0).err
    assert not (place / ".segments.parquet.partial").exists()


def test_work_of_another_day_is_not_thrown_away_unasked(interrupted, run, place, home):
    interrupted(1_000)
    again = (*SCORE[:5], "--as-of", "2026-07-02", "--home", home, "--out", "segments.parquet")
    ended = run(*again)
    assert ended.code == 2
    assert "Continue it with --as-of 2026-07-01, or start anew with --discard." in " ".join(ended.err.split())
    assert not (place / "segments.parquet").exists()
    content = run(*again, "--discard", "--json").content
    assert (content["resumed"], content["discarded"]) == (0, True)


def test_score_shows_on_a_terminal_how_far_it_is(run, place, home, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    ended = run(*SCORE, "--home", home, "--out", "segments.parquet")
    assert "✓ Scoring residents.parquet" in ended.err
    assert "3,000 rows" in ended.err


def test_score_to_an_unknown_form_writes_nothing(run, place, home):
    ended = run(*SCORE, "--home", home, "--out", "segments.xlsx")
    assert ended.code == 2
    assert ".parquet nor .csv" in ended.err
    assert not (place / "segments.xlsx").exists()


@pytest.mark.parametrize("wrong", [("--version", "99"), ("--version", "champion"), ("--model", "nobody")])
def test_a_version_that_is_not_there_is_named(run, place, home, wrong):
    ended = run(*SCORE, "--home", home, "--out", "segments.csv", *wrong)
    assert ended.code == 2
    assert wrong[1] in ended.err
    assert not (place / "segments.csv").exists()


def test_the_audit_of_a_registered_version_ends_with_one_when_broken(run, place, home):
    ended = run(*AUDIT, "--home", home)
    assert ended.code == 1
    assert "age_band" in ended.out


def test_the_audit_of_a_version_on_its_own_residents_says_what_its_build_said(run, place, home):
    again = run(*AUDIT, "--home", home, "--json").content
    card = run("card", "--model", "resident_needs", "--home", home, "--format", "json").content
    counts = {
        status: sum(finding["status"] == status for finding in again["findings"])
        for status in ("broken", "undetermined", "kept")
    }
    assert again["verdict"] == card["verdict"]["status"]
    assert counts == {status: card["verdict"]["tally"][status] for status in counts}
    assert "service_parity" in {finding["check"] for finding in again["findings"]}
    # 3,000 residents are too few to be compared in strata.
    assert again["unchecked"] == ["equal_opportunity", "outcomes", "explained_by"]


def test_the_audit_of_somebody_elses_harmless_table_ends_with_zero(run, place):
    ids = pd.read_parquet("residents.parquet")["resident_ref"]
    classes = np.random.default_rng(1).choice(["A", "B", "C"], len(ids))
    pd.DataFrame({"resident_ref": ids, "class": classes}).to_csv("classes.csv", index=False)
    ended = run(*AUDIT, "--segments", "classes.csv", "--column", "class", "--out", "report.json", "--json")
    assert ended.code == 0
    assert json.loads((place / "report.json").read_text()) == ended.content
    assert ended.content["segments"] == ["A", "B", "C"]


def test_the_audit_of_a_table_by_age_is_broken(run, place):
    frame = pd.read_parquet("residents.parquet")
    classes = frame["age_band"].fillna("none")
    pd.DataFrame({"resident_ref": frame["resident_ref"], "segment": classes}).to_parquet("classes.parquet")
    assert run(*AUDIT, "--segments", "classes.parquet").code == 1


def test_a_table_of_segments_that_leaves_residents_out_is_refused(run, place):
    ids = pd.read_parquet("residents.parquet")["resident_ref"]
    pd.DataFrame({"resident_ref": ids[10:], "segment": "A"}).to_csv("classes.csv", index=False)
    ended = run(*AUDIT, "--segments", "classes.csv")
    assert ended.code == 2
    assert "has no segment for" in ended.err


@pytest.mark.parametrize(("language", "told"), [("en", "Broken"), ("zh", "违反")])
def test_the_card_is_written_in_both_languages(run, place, home, language, told):
    words = ("card", "--model", "resident_needs", "--home", home, "--language", language)
    assert run(*words, "--out", "card.html").code == 0
    html = (place / "card.html").read_text(encoding="utf-8")
    assert told.lower() in html.lower()
    assert run(*words, "--format", "md").out.startswith("# ")


def test_the_card_as_json_is_the_registered_one(run, place, home):
    content = run("card", "--model", "resident_needs", "--home", home, "--format", "json").content
    assert (content["version"], content["about"]["name"]) == (3, "resident_needs")


def test_no_output_replaces_what_is_read(run, place, home):
    before = (place / "residents.parquet").read_bytes()
    ended = run(*SCORE, "--home", home, "--out", "residents.parquet")
    assert ended.code == 2
    assert "is read as well" in ended.err
    assert run(*AUDIT, "--home", home, "--out", "policy.toml").code == 2
    assert (place / "residents.parquet").read_bytes() == before
    assert (place / "policy.toml").read_text().startswith("# What the model")


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        (("--out", "card.md"), "# "),
        (("--out", "card.json"), "{"),
        (("--out", "card.html"), "<!doctype html>"),
        (("--out", "card.txt", "--format", "md"), "# "),
    ],
)
def test_the_suffix_of_the_file_tells_the_form_of_the_card(run, place, home, words, begins):
    assert run("card", "--model", "resident_needs", "--home", home, *words).code == 0
    assert (place / words[1]).read_text(encoding="utf-8").startswith(begins)


@pytest.mark.parametrize(
    ("words", "told"),
    [(("card.md", "--format", "html"), "say different forms"), (("card.pdf",), "no card ends with .pdf")],
)
def test_a_suffix_that_says_something_else_is_refused(run, place, home, words, told):
    ended = run("card", "--model", "resident_needs", "--home", home, "--out", *words)

    assert ended.code == 2
    assert told in " ".join(ended.err.replace("│", " ").split())
