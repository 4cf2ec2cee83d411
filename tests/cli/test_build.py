"""`segmentation build`, and what goes wrong with it: one message, exit code 2, nothing half-written."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BUILD = ("build", "--policy", "policy.toml", "--as-of", "2026-07-01", "--segments", "6")


def table(place, **columns):
    """Write the residents table anew with some columns replaced."""
    frame = pd.read_parquet(place / "residents.parquet").assign(**columns)
    frame.to_parquet(place / "residents.parquet", index=False)
    return frame


def refused(ended, place, *told):
    """Check that the program ended as bad input ends, and that it said what is wrong."""
    assert ended.code == 2
    assert ended.err.count("Error:") == 1
    assert "Traceback" not in ended.err
    assert [word for word in told if word not in ended.err] == []
    assert not list(place.glob("var/artifacts/**/scorer.json"))


def test_the_main_job_ends_with_a_registered_version_and_a_card(run, place):
    ended = run(*BUILD, "--residents", "residents.parquet")
    assert ended.code == 1
    for told in (
        "Segments",
        "Findings, worst first",
        "Verdict: ✗ broken",
        "resident_needs version 1",
        "Card: ",
    ):
        assert told in ended.out
    card = Path(ended.out.split("Card: ")[1].strip())
    assert card.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_json_for_machines_holds_the_same(run, place):
    content = run(*BUILD, "--residents", "residents.parquet", "--json").content
    assert (content["model"], content["version"], content["audit"]["verdict"]) == (
        "resident_needs",
        1,
        "broken",
    )
    assert sum(segment["size"] for segment in content["segments"]) == content["intake"]["kept"]


def test_json_tells_no_count_that_audit_and_card_hide(run, place):
    content = run(*BUILD, "--residents", "residents.parquet", "--json").content
    tiny = next(table for table in content["audit"]["tables"] if table["attribute"] == "ethnicity")
    assert tiny["sizes"][tiny["groups"].index("tibetan")] is None
    assert tiny["unknown"] is None
    assert not {"age_band", "ethnicity", "tenure"} & set(content["intake"]["missing"])
    assert "protected_withheld" not in content["intake"]


def test_a_harmless_community_ends_with_zero(run, place):
    frame = pd.read_parquet(place / "residents.parquet")
    shuffled = np.random.default_rng(0).permutation(len(frame))
    audited = ["age_band", "sex", "ethnicity", "tenure", "hukou_place"]
    table(place, **{name: frame[name].to_numpy()[shuffled] for name in audited})
    ended = run(*BUILD, "--residents", "residents.parquet")
    assert ended.code == 0
    assert "✗ broken" not in ended.out


def test_faulty_rows_within_the_policys_share_are_left_out_and_listed(run, place):
    frame = pd.read_parquet(place / "residents.parquet")
    frame.loc[4, "repair_requests"] = 987_654
    table(place, repair_requests=frame["repair_requests"])
    ended = run(*BUILD, "--residents", "residents.parquet", "--quarantine", "faulty.csv", "--json")
    assert ended.content["intake"]["quarantined_rows"] == 1
    listed = (place / "faulty.csv").read_text()
    assert "repair_requests" in listed
    assert "987654" not in listed + ended.out


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"resident_ref": "r-same"}, ("resident_ref",)),
        ({"repair_requests": "many"}, ("repair_requests",)),
        ({"repair_requests": -7.0}, ("repair_requests", "rows")),
        ({"preferred_slot": "noon-secret"}, ("preferred_slot",)),
        ({"service_urgency": "440524188001010014"}, ("service_urgency", "PIPL")),
        ({"consent_service_planning": "refused"}, ("consent",)),
    ],
    ids=[
        "duplicate ids",
        "wrong type",
        "out of range",
        "unknown category",
        "id numbers",
        "no consent at all",
    ],
)
def test_bad_columns_are_named_and_their_values_are_not(run, place, columns, told):
    table(place, **columns)
    ended = run(*BUILD, "--residents", "residents.parquet")
    refused(ended, place, *told)
    assert not [value for value in ("r-same", "noon-secret", "440524188001010014") if value in ended.err]


@pytest.mark.parametrize(("rows", "told"), [(0, "empty"), (1, "1 resident")])
def test_a_table_of_nobody_or_one_is_refused(run, place, rows, told):
    pd.read_parquet("residents.parquet").head(rows).to_parquet("few.parquet", index=False)
    ended = run(*BUILD, "--residents", "few.parquet")
    assert (ended.code, "Traceback" in ended.err) == (2, False)
    assert told in ended.err or "no row" in ended.err.lower()


def test_missing_columns_are_all_named(run, place):
    pd.read_parquet("residents.parquet").drop(columns=["age_band", "ev_charging"]).to_parquet("less.parquet")
    refused(run(*BUILD, "--residents", "less.parquet"), place, "age_band", "ev_charging")


def test_a_file_that_is_not_parquet_is_refused(run, place):
    (place / "odd.parquet").write_bytes(b"PAR1 but not really")
    refused(run(*BUILD, "--residents", "odd.parquet"), place, "odd.parquet")


def test_all_equal_rows_have_no_segments(run, place):
    frame = pd.read_parquet("residents.parquet")
    features = frame.loc[:, "repair_requests":"pet_services"].columns
    table(place, **{name: [frame[name].dropna().iloc[0]] * len(frame) for name in features})
    ended = run(
        "build", "--policy", "policy.toml", "--as-of", "2026-07-01", "--residents", "residents.parquet"
    )
    refused(ended, place, "No segments were found")
    insisted = run(*BUILD[:-1], "3", "--residents", "residents.parquet")
    refused(insisted, place, "ask for fewer")


def test_more_segments_than_the_smallest_group_allows_are_refused(run, place):
    ended = run(*BUILD[:-1], "300", "--residents", "residents.parquet")
    refused(ended, place, "Ask for fewer segments")


@pytest.mark.parametrize("number", ["1", "few", "-3"])
def test_a_number_of_segments_that_is_none_is_refused(run, place, number):
    assert run(*BUILD[:-1], number, "--residents", "residents.parquet").code == 2


def test_a_home_that_is_a_file_is_refused_before_anything_is_read(run, place):
    (place / "home").write_text("a file")
    refused(run(*BUILD, "--residents", "not-there.parquet", "--home", "home"), place, "home")


def test_a_full_disk_leaves_nothing_registered(place):
    """A limit on the size of any file is what a full disk looks like to a program."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    command = "from segmentation.cli import main; main()"
    words = [*BUILD, "--residents", "residents.parquet"]
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    ended = subprocess.run(
        [sys.executable, "-c", command, *words],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert not list(place.glob("var/artifacts/**/scorer.json"))


def test_two_builds_at_once_on_one_home_both_register(place):
    command = [sys.executable, "-c", "from segmentation.cli import main; main()", *BUILD]
    words = [*command, "--residents", "residents.parquet", "--json"]
    runs = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    ends = [process.communicate() for process in runs]
    assert [process.returncode for process in runs] == [1, 1], [err for _, err in ends]
    assert sorted(json.loads(out)["version"] for out, _ in ends) == [1, 2]


def test_the_same_table_twice_gives_the_same_digests(run, place):
    first, second = (run(*BUILD, "--residents", "residents.parquet", "--json").content for _ in range(2))
    digests = [{key: tag for key, tag in made["tags"].items() if "digest" in key} for made in (first, second)]
    assert digests[0] == digests[1]
    assert len(digests[0]) >= 4
    assert (first["segments"], first["audit"]) == (second["segments"], second["audit"])
