"""README's commands, run in order in a folder as README finds it; its Python runs in the root conftest."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segmentation.simulate import simulate

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAM = [sys.executable, "-c", "from segmentation.cli import main; main()"]


def shell_lines():
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a residents table and a hand-made table of classes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEGMENTATION_HOME", raising=False)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    residents = simulate(3_000).residents
    residents.to_parquet("residents.parquet", index=False)
    classes = residents[["resident_ref"]].assign(segment=residents["age_band"].fillna("none"))
    classes.to_csv("hand_made_table.csv", index=False)
    audited = ["age_band", "sex", "ethnicity", "tenure", "hukou_place"]
    counts = residents[audited].assign(segment=np.where(residents["phone_contact"] > 0.5, "desk", "app"))
    counts.value_counts(dropna=False).reset_index(name="count").to_csv("counts.csv", index=False)
    return tmp_path


@pytest.mark.slow
def test_every_command_of_readme_runs_in_its_order(folder):
    codes = {}
    for line in shell_lines():
        program, *words = shlex.split(line)
        if program != "segmentation":
            continue
        # The simulated year ends with June 2026; README's reader has residents of today.
        dated = ["--as-of", "2026-07-01"] if "--residents" in words else []
        ended = subprocess.run([*PROGRAM, *words, *dated], capture_output=True, text=True, check=False)
        codes[" ".join(words[:2]) if words[0] == "policy" else words[0]] = ended.returncode
        assert "Traceback" not in ended.stderr, line
        if words[:2] == ["policy", "draft"]:
            # What README asks the user to do here: write what the draft marks.
            assert "<write:" in Path("policy.toml").read_text(encoding="utf-8")
            shutil.copy(ROOT / "models" / "resident_needs" / "policy.toml", "policy.toml")
    assert set(codes) == {"policy draft", "policy check", "build", "card", "score", "mitigate", "audit"}
    assert {code for name, code in codes.items() if name not in {"build", "audit"}} == {0}
    assert codes["build"] in {0, 1}
    assert codes["audit"] == 1
    assert pd.read_parquet("segments.parquet")["segment"].str.startswith("S").all()
    assert Path("card.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_every_target_that_readme_names_is_one_of_the_makefile():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)", README))
    assert named
    assert named <= targets


def test_every_file_that_readme_links_is_there():
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_picture_of_the_layers_is_that_of_the_import_contract():
    import tomllib

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(contract for contract in contracts["contracts"] if contract["id"] == "layers")["layers"]
    picture = README.split("a machine checks that.")[1].split("What a segment decides")[0]
    drawn = [line.split()[0] for line in picture.splitlines() if line.startswith("    ")]
    listed = [re.findall(r"\w+", layer) for layer in layers]
    order = [next(at for at, names in enumerate(listed) if name in names) for name in drawn]
    assert order == sorted(order)
