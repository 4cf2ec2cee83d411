"""The program as a user runs it, in a folder of its own."""

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from segmentation.simulate import simulate, write

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a run of the program ended."""

    code: int
    out: str
    err: str

    @property
    def content(self):
        return json.loads(self.out)


@pytest.fixture(scope="session")
def community(tmp_path_factory):
    """3,000 simulated residents, as `segmentation simulate` writes them."""
    folder = tmp_path_factory.mktemp("community")
    write(simulate(3_000), folder)
    return folder


@pytest.fixture
def place(tmp_path, monkeypatch, community):
    """An empty folder to run in, with a policy and a residents table."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEGMENTATION_HOME", raising=False)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copy(ROOT / "models" / "resident_needs" / "policy.toml", "policy.toml")
    shutil.copy(community / "residents.parquet", "residents.parquet")
    return tmp_path


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the program with arguments, and say how it ended."""
    monkeypatch.setenv("COLUMNS", "200")

    def ended(*words):
        from segmentation.cli import main

        monkeypatch.setattr(sys, "argv", ["segmentation", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return ended


@pytest.fixture(scope="session")
def home(tmp_path_factory, community):
    """A home with one registered version of `resident_needs`, six segments."""
    from datetime import date

    from segmentation import build, read_policy, read_residents
    from segmentation.home import Home
    from segmentation.registry import register

    policy = read_policy(ROOT / "models" / "resident_needs" / "policy.toml")
    residents = read_residents(community / "residents.parquet", policy, as_of=date(2026, 7, 1))
    folder = tmp_path_factory.mktemp("home")
    register(build(policy, residents, n_segments=6), Home(folder))
    return folder
