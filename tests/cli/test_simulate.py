"""`segmentation simulate`."""

import json


def test_a_community_is_written_with_its_truth(run, place):
    ended = run("simulate", "--n", 300, "--out", "there")
    assert ended.code == 0
    assert sorted(path.name for path in (place / "there").iterdir()) == [
        "requests.parquet",
        "residents.parquet",
        "truth.json",
    ]
    assert json.loads((place / "there" / "truth.json").read_text())["n"] == 300


def test_running_it_again_replaces_the_community(run, place):
    run("simulate", "--n", 300, "--out", "there")
    content = run("simulate", "--n", 400, "--out", "there", "--json").content
    assert json.loads((place / "there" / "truth.json").read_text())["n"] == 400
    assert content["residents"] == "there/residents.parquet"


def test_a_number_that_cannot_be_is_refused_and_nothing_is_written(run, place):
    ended = run("simulate", "--n", 3, "--segments", 99, "--out", "there")
    assert ended.code == 2
    assert "Error:" in ended.err
    assert not (place / "there").exists()
