"""The program as a user runs it, in a folder of its own."""

import json
import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from segmentation.signing import sha256
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


PASSPHRASE = "correct horse battery"
CHEAP = {"iterations": 1, "lanes": 1, "memory_kib": 64}
SETTINGS = ("HOME", "LEDGER", "ROOT_KEY", "BUNDLES", "WITNESS", "PASSPHRASE", "ROOT_PASSPHRASE")


@pytest.fixture(scope="session")
def opened(tmp_path_factory):
    """A ledger with seven people, whose keys lie at home under one passphrase that is quick to stretch."""
    from segmentation.ledger.trust import ROOT_FILE
    from segmentation.reviews.keyfiles import ROOT, keep, key_file
    from tests.reviews.office import Office

    office = Office.opened(tmp_path_factory.mktemp("office"))
    for name, key in {**office.keys, ROOT: office.root}.items():
        keep(key_file(office.home, name), key.sealed(PASSPHRASE, CHEAP))
    keep(office.home.keys / ROOT_FILE, office.root.public.text)
    return office


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """An empty folder to run in, with no settings but the passphrases."""
    monkeypatch.chdir(tmp_path)
    for name in SETTINGS:
        monkeypatch.delenv(f"SEGMENTATION_{name}", raising=False)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("SEGMENTATION_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("SEGMENTATION_ROOT_PASSPHRASE", PASSPHRASE)
    return tmp_path


@pytest.fixture
def office(opened, bare, monkeypatch):
    """The ledger of `opened`, for one test to write to, found by the program in a folder of its own."""
    office = opened.copied(bare)
    monkeypatch.setenv("SEGMENTATION_HOME", str(office.home.root))
    monkeypatch.setenv("SEGMENTATION_BUNDLES", office.trust.bundles)
    monkeypatch.setattr("segmentation.cli.office.now", office.clock)
    return office


@pytest.fixture
def tampered(office):
    """Change the ledger's database as somebody would who may write to it, and drops its triggers first."""

    def done(statement):
        with closing(sqlite3.connect(office.home.ledger)) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (name,) in names:
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute(statement)
            connection.commit()

    return done


@pytest.fixture
def records(office, monkeypatch):
    """What is kept of residents in that ledger, under a keyring that the environment has."""
    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.store import open_ledger
    from segmentation.vault import Keyring

    keyring = Keyring.generate(office.clock())
    monkeypatch.setenv("SEGMENTATION_KEYRING", keyring.to_text())
    with open_ledger(office.trust.ledger) as ledger:
        yield Records(ledger, lambda: keyring)


@pytest.fixture
def kept(records, monkeypatch):
    """Consents of two residents, and no keyring in the environment: who verifies needs none."""
    from tests.ledger.personal.planted import keep

    monkeypatch.delenv("SEGMENTATION_KEYRING")
    keep(records, "R-1", "R-2")
    return records


@pytest.fixture
def followed(place, home, monkeypatch):
    """The folder to run in, with version 1: six segments of the same residents."""
    from segmentation.home import Home

    for name in SETTINGS:
        monkeypatch.delenv(f"SEGMENTATION_{name}", raising=False)
    shutil.copytree(home, place / "var", dirs_exist_ok=True)
    move(Home(home), Home(place / "var"))
    return place


def move(before, after):
    """Let the copy of a home find its own artefacts, which MLflow looks for where they were."""
    with sqlite3.connect(after.database) as database:
        for name, column in (
            ("experiments", "artifact_location"),
            ("runs", "artifact_uri"),
            ("logged_models", "artifact_location"),
            ("model_versions", "source"),
        ):
            database.execute(
                f"UPDATE {name} SET {column} = replace({column}, ?, ?)",
                (before.artifacts.as_uri(), after.artifacts.as_uri()),
            )


@pytest.fixture
def cast(monkeypatch):
    """People with a ledger in memory, at whose time the program runs."""
    from tests.signed import Cast

    cast = Cast.assembled()
    monkeypatch.setattr("segmentation.cli.office.now", lambda: cast.now)
    return cast


@pytest.fixture
def active(followed, cast):
    """A ledger at home, in which version 1 is active."""
    from segmentation.policy.catalogue import load_catalogue
    from tests.signed import DIGESTS

    (scorer,) = followed.glob("var/artifacts/**/scorer.json")
    signed = DIGESTS.model_copy(update={"model": {"scorer.json": sha256(scorer.read_bytes())}})
    cast.approve(1, digests=signed, catalogue=load_catalogue().digest)
    written(cast, followed / "var")
    return cast


def written(cast, folder):
    """Write the ledger of a cast anew at a home, and pin its root key there."""
    from segmentation.home import Home
    from segmentation.ledger.store import create_ledger
    from segmentation.ledger.trust import ROOT_FILE, ledger_url

    home = Home(folder)
    home.ledger.unlink(missing_ok=True)
    home.keys.mkdir(exist_ok=True)
    (home.keys / ROOT_FILE).write_text(cast.root.public.text)
    with create_ledger(ledger_url(home, {})) as ledger, ledger.writing() as pen:
        for event in cast.events:
            pen.append(event)
