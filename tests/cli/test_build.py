"""`segmentation build`, and what goes wrong with it: one message, exit code 2, nothing half-written."""

import json
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segmentation.home import Home
from segmentation.registry import check_home
from tests.cli.conftest import move

QUICK = "[clustering]\nbootstraps = 10\nshuffles = 19\nshuffle_p = 0.06\n"
BUILD = ("build", "--policy", "policy.toml", "--as-of", "2026-07-01", "--segments", "6")
AUTO = BUILD[:-2]
ROOT = Path(__file__).parents[2]


def hurry(place):
    """Ask for fewer bootstrap samples and shuffles in the policy."""
    file = place / "policy.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("[clustering]\n", QUICK), encoding="utf-8")


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A home in which nothing is registered; a database takes longer to make than to copy."""
    home = Home(tmp_path_factory.mktemp("empty"))
    check_home(home)
    return home


@pytest.fixture
def place(place, empty):
    """The folder to run in, with a home in which nothing is registered."""
    hurry(place)
    shutil.copytree(empty.root, place / "var")
    move(empty, Home(place / "var"))
    return place


@pytest.fixture
def fresh(place):
    """The folder to run in, without a home."""
    shutil.rmtree(place / "var")
    return place


@pytest.fixture(scope="module")
def twice(tmp_path_factory, community):
    """What two processes at once said of the same table, in a folder without a home."""
    folder = tmp_path_factory.mktemp("twice")
    shutil.copy(ROOT / "models" / "resident_needs" / "policy.toml", folder)
    shutil.copy(community / "residents.parquet", folder)
    hurry(folder)
    command = [sys.executable, "-c", "from segmentation.cli import main; main()", *BUILD]
    words = [*command, "--residents", "residents.parquet", "--json"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEGMENTATION_")}
    kept.pop("MLFLOW_TRACKING_URI", None)
    told = {"cwd": folder, "env": kept, "text": True}
    runs = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **told) for _ in range(2)]
    ends = [process.communicate() for process in runs]
    assert [process.returncode for process in runs] == [1, 1], [err for _, err in ends]
    return sorted((json.loads(out) for out, _ in ends), key=lambda content: content["version"])


def table(place, **columns):
    """Write the residents table anew with some columns replaced."""
    frame = pd.read_parquet(place / "residents.parquet").assign(**columns)
    frame.to_parquet(place / "residents.parquet", index=False)
    return frame


def refused(ended, place, *told, code=2):
    """Check that the program ended as bad input ends, and that it said what is wrong."""
    assert ended.code == code
    assert ended.err.count("Error:") == 1
    assert "Traceback" not in ended.err
    assert [word for word in told if word not in ended.err] == []
    assert not list(place.glob("var/artifacts/**/scorer.json"))


def test_the_main_job_ends_with_a_registered_version_and_a_card(run, fresh):
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
    assert "Warning" not in ended.out
    assert "Compared with no" not in ended.out


def test_json_for_machines_holds_the_same(twice):
    content = twice[0]
    assert (content["model"], content["version"], content["audit"]["verdict"]) == (
        "resident_needs",
        1,
        "broken",
    )
    assert sum(segment["size"] for segment in content["segments"]) == content["intake"]["kept"]


def test_json_tells_no_count_that_audit_and_card_hide(twice):
    content = twice[0]
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
    ended = run(*AUTO, "--residents", "residents.parquet")
    refused(ended, place, "No segments were found", code=3)
    insisted = run(*BUILD[:-1], "3", "--residents", "residents.parquet")
    refused(insisted, place, "ask for fewer", code=3)


def test_more_segments_than_the_smallest_group_allows_are_refused(run, place):
    ended = run(*BUILD[:-1], "100", "--residents", "residents.parquet")
    refused(ended, place, "Ask for fewer segments", code=3)


@pytest.mark.parametrize("number", ["1", "few", "-3"])
def test_a_number_of_segments_that_is_none_is_refused(run, place, number):
    assert run(*BUILD[:-1], number, "--residents", "residents.parquet").code == 2


def test_a_home_that_is_a_file_is_refused_before_anything_is_read(run, place):
    (place / "home").write_text("a file")
    refused(run(*BUILD, "--residents", "not-there.parquet", "--home", "home"), place, "home")


def test_pages_that_are_no_address_are_refused_before_anything_is_read(run, place):
    words = ("--residents", "not-there.parquet", "--pages", "segments.example")
    refused(run(*BUILD, *words), place, "https://host/path")


# ---- How many segments there are --------------------------------------------------------------------


def shuffled(place):
    """Write the residents anew, each need in an order of its own, so that nothing joins them."""
    frame = pd.read_parquet(place / "residents.parquet")
    random = np.random.default_rng(0)
    names = frame.loc[:, "repair_requests":"pet_services"].columns
    table(place, **{name: frame[name].to_numpy()[random.permutation(len(frame))] for name in names})


def test_where_needs_hold_no_segments_it_is_told_what_each_number_lacks(run, place):
    shuffled(place)
    ended = run(*AUTO, "--residents", "residents.parquet")
    refused(ended, place, "No segments were found", "nothing is registered", code=3)
    assert [f"- {number} segments:" for number in range(2, 11) if f"- {number} segments:" in ended.err]
    told = run(*AUTO, "--residents", "residents.parquet", "--json")
    assert told.code == 3
    lost = json.loads(told.out)["lost"]
    assert [one["tried"] for one in lost] == [f"{number} segments" for number in range(2, 11)]
    assert all(one["why"] for one in lost)


def test_segments_that_are_insisted_on_are_registered_with_what_they_lack(run, place):
    shuffled(place)
    ended = run(
        *BUILD[:-1], "3", "--residents", "residents.parquet", "--pages", "https://segments.example/needs"
    )
    assert ended.code == 1
    assert "Warning: No structure: with 3 segments" in ended.out
    assert "resident_needs version 1" in ended.out
    with closing(sqlite3.connect(Home(place / "var").database)) as database:
        told = database.execute("SELECT description FROM model_versions").fetchone()[0]
    assert "(https://segments.example/needs/review/versions/1)" in told


# ---- The version before -----------------------------------------------------------------------------


def test_the_version_that_is_active_hands_its_segments_on(run, followed, active):
    frame = pd.read_parquet("residents.parquet").sample(frac=1, random_state=1)
    frame.to_parquet("residents.parquet", index=False)
    ended = run(*BUILD, "--residents", "residents.parquet")
    assert ended.code == 1
    assert "Comparing with the version before" in ended.err
    assert "Since version 1: carried over S1, S2, S3, S4, S5, S6; new none; gone none" in ended.out
    assert re.search(r"At least 9\d% of 2,\d+ residents keep their segment\.", ended.out)


def test_json_tells_who_stays_and_who_moves(run, followed):
    words = ("--residents", "residents.parquet", "--previous", "candidate", "--json")
    content = run(*BUILD[:-1], "5", *words).content
    told = content["migration"]
    assert (told["version"], content["version"]) == (1, 2)
    assert len(told["carried"]) + len(told["gone"]) == 6
    assert len(told["carried"]) + len(told["new"]) == 5
    assert all(one["name"]["en"] for one in told["gone"])
    ids = [segment["id"] for segment in content["segments"]]
    assert {one["segment"] for one in told["carried"]} | set(told["new"]) == set(ids)
    assert not set(ids) & set(told["retired"])
    assert all(move["residents"] >= 30 for move in told["moves"])


@pytest.mark.parametrize("asked", ["7", "approved", "signed"])
def test_a_version_to_compare_with_that_is_not_there_is_refused_before_anything_is_read(run, followed, asked):
    ended = run(*BUILD, "--residents", "not-there.parquet", "--previous", asked)
    assert ended.code == 2
    assert f"resident_needs has no version '{asked}'. Versions: 1;" in ended.err


def test_json_leaves_room_for_why_there_is_no_comparison_elsewhere(run, followed, active):
    followed.joinpath("var", "ledger.db").write_bytes(b"not a database, and long enough to be looked at")
    ended = run(*BUILD, "--residents", "residents.parquet", "--json")
    assert ended.code == 1
    assert ended.content["migration"] is None
    (told,) = (
        line for line in ended.err.splitlines() if line.startswith("Warning: compared with no earlier")
    )
    assert "is no SQLite database, or is damaged" in told


# ---- Tables of any size -----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_folder_and_a_file_read_in_batches_give_the_version_of_the_file(run, place, twice, monkeypatch):
    frame = pd.read_parquet("residents.parquet")
    (place / "parts").mkdir()
    for at, part in enumerate((frame[:1000], frame[1000:])):
        part.to_parquet(place / "parts" / f"part-{at}.parquet", index=False)
    parts = run(*BUILD, "--residents", "parts", "--json")
    monkeypatch.setattr("segmentation.cli.build.LARGE", 1)
    large = run(*BUILD, "--residents", "residents.parquet", "--json").content
    assert "Reading parts" in parts.err
    assert twice[0]["tags"] == parts.content["tags"] == large["tags"]


# ---- Whole or not at all -----------------------------------------------------------------------------


def test_a_full_disk_leaves_nothing_registered(fresh):
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
    assert not list(fresh.glob("var/artifacts/**/scorer.json"))


def test_two_builds_at_once_on_one_home_both_register(twice):
    assert [content["version"] for content in twice] == [1, 2]


def test_the_same_table_twice_gives_the_same_digests(twice):
    first, second = twice
    digests = [{key: tag for key, tag in made["tags"].items() if "digest" in key} for made in (first, second)]
    assert digests[0] == digests[1]
    assert len(digests[0]) >= 4
    assert (first["segments"], first["audit"]) == (second["segments"], second["audit"])
