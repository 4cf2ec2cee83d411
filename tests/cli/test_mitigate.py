"""`segmentation mitigate`, and `build` with the mitigation that it recommends."""

import json
import shlex
import tomllib

import pandas as pd
import pytest
import tomlkit

from segmentation.cli.mitigate import _COLUMNS, _print
from segmentation.mitigation import Frontier, Mitigation, Outcome
from segmentation.mitigation.figures import Disparity, Quality

FILES = ("--policy", "policy.toml", "--residents", "residents.parquet", "--as-of", "2026-07-01")
FEW = 2_400


@pytest.fixture
def quick_place(place):
    """The place with a policy of two attributes and fewer residents, which is audited sooner."""
    raw = tomllib.loads((place / "policy.toml").read_text(encoding="utf-8"))
    raw["protected"] = {name: raw["protected"][name] for name in ("age_band", "sex")}
    raw.pop("proxies")
    raw["audit"]["intersections"] = []
    raw["clustering"] |= {"restarts": 2, "splits": 2}
    (place / "policy.toml").write_text(tomlkit.dumps(raw), encoding="utf-8")
    pd.read_parquet("residents.parquet").head(FEW).to_parquet("residents.parquet")
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
def test_a_build_with_what_is_no_mitigation_registers_nothing(run, quick_place, key, told):
    ended = run("build", *FILES, "--mitigation", key)
    assert (ended.code, "Traceback" in ended.err) == (2, False)
    assert told in ended.err
    assert not list(quick_place.glob("var/artifacts/**/scorer.json"))


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


@pytest.mark.parametrize(("width", "headings"), [(80, 5), (160, 12)])
def test_every_key_and_heading_is_read_whole_on_a_terminal_of_any_width(capsys, monkeypatch, width, headings):
    monkeypatch.setenv("COLUMNS", str(width))
    keys = (
        "erase:employment_status:without=phone_contact,desk_contact,noise_reports",
        "erase_nonlinear:age_band",
    )
    said = Disparity(0.03, (0.0, 0.1), 0.02, 0, 1, 0.123, "employment_status_of_household", ())
    before = Disparity(0.3, (0.2, 0.4), 0.2, 3, 1, 0.1, "sex", ())
    outcomes = [Outcome(Mitigation.parse(key), 4, 2, said, Quality(0.2, 0.1, 0.35, 1.25)) for key in keys]
    first = Outcome(None, 4, 0, before, Quality(0.2, 0.1, 0.35, 1.25))

    _print(Frontier("age_band", (first, *outcomes), 50, 51, 0), None)

    lines = capsys.readouterr().out.splitlines()
    head = next(line for line in lines if "mitigation" in line and "V (left)" in line)
    assert [name for name in _COLUMNS if name in head] == list(_COLUMNS)[:headings]
    assert "…" not in "".join(lines)
    rows = lines[lines.index(head) + 1 :]
    ends = next(line for line in rows if line.split()[:1] == ["none"]).index("0.30 (100%)")
    assert all(key in "".join(row[:ends].strip() for row in rows) for key in keys)
    assert all(len(row) <= width for row in rows[:4])
