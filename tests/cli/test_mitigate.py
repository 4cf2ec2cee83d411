"""`segmentation mitigate`, and `build` with the mitigation that it recommends."""

import json
import shlex
import tomllib

import pandas as pd
import pytest
import tomlkit

from segmentation.cli.mitigate import _print
from segmentation.mitigation import Frontier, Mitigation, Outcome
from segmentation.mitigation.figures import Disparity, Quality

FILES = ("--policy", "policy.toml", "--residents", "residents.parquet", "--as-of", "2026-07-01")


@pytest.fixture
def quick_place(place):
    """The place with a policy of two attributes, which is audited sooner."""
    raw = tomllib.loads((place / "policy.toml").read_text(encoding="utf-8"))
    raw["protected"] = {name: raw["protected"][name] for name in ("age_band", "sex")}
    raw.pop("proxies")
    raw["audit"]["intersections"] = []
    raw["clustering"] |= {"restarts": 2, "splits": 2}
    (place / "policy.toml").write_text(tomlkit.dumps(raw), encoding="utf-8")
    return place


def test_every_mitigation_is_tried_and_the_recommended_one_builds_a_version_that_names_it(run, quick_place):
    asked = ("--segments", "5", "--out", "frontier.json", "--plot", "frontier.svg", "--json")
    ended = run("mitigate", *FILES, *asked)
    told = ended.content

    assert ended.code == 0
    assert (told["attribute"], told["mitigations"][0]["mitigation"]) == ("age_band", "none")
    assert {"drop", "erase", "erase_nonlinear", "fair_centres"} < {
        row["mitigation"].split(":")[0] for row in told["mitigations"]
    }
    assert json.loads((quick_place / "frontier.json").read_text(encoding="utf-8")).items() < told.items()
    assert "Disparity removed" in (quick_place / "frontier.svg").read_text(encoding="utf-8")
    assert "Trying erase:age_band" in ended.err
    assert not (quick_place / "var").exists()

    words = shlex.split(told["command"])
    built = run(*words[1:], "--json").content
    assert words[-2:] == ["--mitigation", told["recommended"]]
    assert built["mitigation"] == built["tags"]["mitigation"] == told["recommended"]


def test_a_version_without_the_dropped_feature_scores_from_the_rest(run, quick_place):
    ended = run("build", *FILES, "--segments", "5", "--mitigation", "drop:phone_contact")
    told = "Mitigation: Leaves out the features “Share of contacts by phone”. (drop:phone_contact)"
    assert told in ended.out
    score = ("score", "--model", "resident_needs", *FILES[2:])
    assert run(*score, "--out", "before.csv").code == 0
    frame = pd.read_parquet("residents.parquet")
    frame.drop(columns=["phone_contact", "age_band", "sex"]).to_parquet("residents.parquet")
    assert run(*score, "--out", "after.csv").code == 0
    assert (quick_place / "before.csv").read_text() == (quick_place / "after.csv").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--attribute", "shoe_size"), "'shoe_size'"),
        (("--plot", "frontier.txt"), ".svg"),
        (("--out", "residents.parquet"), "would be lost"),
        (("--plot", "policy.toml"), "would be lost"),
        (("--segments", "one"), "whole number"),
    ],
)
def test_what_cannot_be_compared_is_bad_input(run, place, words, told):
    ended = run("mitigate", *FILES, *words)
    assert (ended.code, "Traceback" in ended.err) == (2, False)
    assert told in ended.err


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("bleach:age_band", "is no mitigation"),
        ("drop:shoe_size", "no feature of the policy"),
        ("erase:shoe_size", "'shoe_size'"),
        ("erase:age_band:2", "strength"),
    ],
)
def test_a_build_with_what_is_no_mitigation_registers_nothing(run, place, key, told):
    ended = run("build", *FILES, "--mitigation", key)
    assert (ended.code, "Traceback" in ended.err) == (2, False)
    assert told in ended.err
    assert not list(place.glob("var/artifacts/**/scorer.json"))


def test_the_table_marks_the_recommended_one_and_ends_with_its_command(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "220")
    before = Disparity(0.3, (0.2, 0.4), None, 3, 1, 0.1, "sex", ())
    after = Disparity(0.03, (0.0, 0.1), None, 0, 1, 0.1, "sex", ())
    quality = Quality(0.2, 0.1, 0.35, 1.25)
    tried = (
        Outcome(None, 4, 0, before, quality),
        Outcome(Mitigation("erase", ("age_band",)), 4, 2, after, quality),
        Outcome(Mitigation("drop", features=("parking",)), 1),
    )

    _print(Frontier("age_band", tried, 50, 51, 0), "segmentation build --mitigation erase:age_band")

    out = capsys.readouterr().out
    assert "measured on 51 residents" in out
    assert "erase:age_band *" in out
    assert "0.30 (100%)" in out
    assert "drop:parking *" not in out
    assert out.rstrip().endswith("segmentation build --mitigation erase:age_band")
