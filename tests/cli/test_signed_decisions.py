"""The whole of it, as people type it: what two people signed is served, and nothing else is."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mlflow import MlflowClient

from tests.commands import Program
from tests.test_readme import fill_in

ROOT = Path(__file__).parents[2]
ABOUT = ("--model", "resident_needs", "--version", "1")
SCORE = ("score", "--model", "resident_needs", "--residents", "residents.parquet", "--as-of", "2026-07-01")
PASSPHRASE = "correct horse battery"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def program():
    with Program(SEGMENTATION_PASSPHRASE=PASSPHRASE, SEGMENTATION_ROOT_PASSPHRASE=PASSPHRASE) as program:
        yield program


def shell(program, folder):
    """Run the program in a folder."""

    def ran(*words, code=0):
        ended = program.run(*words, folder=folder)
        assert ended.code == code, ended.err
        return ended.out + ended.err

    return ran


@pytest.fixture(scope="module")
def approved(tmp_path_factory, home, community, program):
    """A folder in which version 1 was submitted, waived and approved by two people."""
    place = tmp_path_factory.mktemp("approved")
    shutil.copytree(home, place / "var")
    shutil.copy(community / "residents.parquet", place)
    (place / "models" / "resident_needs").mkdir(parents=True)
    shutil.copy(ROOT / "models" / "resident_needs" / "policy.toml", place / "models" / "resident_needs")
    run = shell(program, place)
    until = (datetime.now(UTC).date() + timedelta(days=90)).isoformat()
    run("people", "init")
    for name, role in {"Tina": "trainer", "Carol": "compliance", "Bob": "business"}.items():
        run("people", "add", name, "--role", role, "--training-until", until)
    run("impact", "draft", "--model", "resident_needs", "--out", "answers.toml")
    fill_in(place / "answers.toml")
    run("review", "submit", *ABOUT, "--as", "Tina", "--impact", "answers.toml")
    run("review", "waivers", *ABOUT, "--out", "waivers.toml")
    fill_in(place / "waivers.toml")
    for name in ("Carol", "Bob"):
        run("review", "approve", *ABOUT, "--as", name, "--yes", "--waivers", "waivers.toml")
    return place


@pytest.fixture
def place(approved, tmp_path):
    """A copy of it, for one test to spoil."""
    return shutil.copytree(approved, tmp_path / "place")


@pytest.fixture
def active(place, program):
    return shell(program, place)


def client(place):
    uri = f"sqlite:///{place / 'var' / 'mlflow.db'}"
    return MlflowClient(uri, uri)


def test_what_two_people_signed_is_served_until_one_revokes_it_whatever_the_alias_says(active, place):
    assert "version 1: active" in active("review", "show", *ABOUT)
    assert "version 1" in active(*SCORE, "--approved", "--out", "segments.parquet")
    decision = json.loads((place / "models" / "resident_needs" / "decision.json").read_text())
    assert (decision["model"], decision["version"]) == ("resident_needs", 1)
    assert dict(client(place).get_registered_model("resident_needs").aliases)["champion"] == 1

    active("review", "revoke", *ABOUT, "--as", "Carol", "--reason", "The survey was wrong.")
    assert "revoked" in active(*SCORE, "--approved", "--out", "after.parquet", code=1)
    assert not (place / "after.parquet").exists()
    assert "champion" not in client(place).get_registered_model("resident_needs").aliases
    assert "The ledger holds: 9 events" in active("ledger", "verify")

    client(place).set_registered_model_alias("resident_needs", "champion", "1")
    told = active(*SCORE, "--version", "champion", "--out", "after.parquet", code=2)
    assert "segmentation score --approved" in told
    active(*SCORE, "--approved", "--out", "after.parquet", code=1)
    assert not (place / "after.parquet").exists()


def test_a_dossier_is_refused_after_one_byte_of_it_was_changed(active, place):
    root = (place / "var" / "keys" / "root.pub").read_text().strip()
    active("dossier", "make", *ABOUT, "--out", "dossier.zip", "--no-pdf")
    shutil.rmtree(place / "var")
    told = active("dossier", "verify", "dossier.zip", "--root-key", root)
    assert "The dossier holds: resident_needs version 1." in told

    content = bytearray((place / "dossier.zip").read_bytes())
    content[len(content) // 2] ^= 1
    (place / "dossier.zip").write_bytes(content)
    active("dossier", "verify", "dossier.zip", "--root-key", root, code=1)


def test_a_model_file_that_was_changed_after_the_submission_is_not_approved(active, home):
    (stored,) = (home / "artifacts").rglob("model.skops")
    before = stored.read_bytes()
    stored.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    try:
        words = ("review", "approve", *ABOUT, "--as", "Bob", "--yes", "--waivers", "waivers.toml")
        assert "model.skops of its model differs" in active(*words, code=2)
    finally:
        stored.write_bytes(before)
