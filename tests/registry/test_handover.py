"""What is handed over to those who decide is what was registered, byte for byte, or it is refused."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import mlflow
import pytest

from segmentation.bundle import FILES, IMPACT
from segmentation.errors import RegistryError
from segmentation.home import Home
from segmentation.registry import check_model_files, handed_over, register
from segmentation.signing import sha256

NAME = "resident_needs"


@dataclass(frozen=True)
class Stored:
    """Version 1 as it lies on the disk."""

    home: Home
    evidence: Path
    model: Path


@pytest.fixture(scope="module")
def stored_once(candidate, tmp_path_factory, client_of, take_staged):
    home = Home(tmp_path_factory.mktemp("stored"))
    with pytest.MonkeyPatch.context() as patch:
        take_staged(patch)
        evidence = Path(register(candidate, home).card).parents[1]
    version = client_of(home).get_model_version(NAME, "1")
    return Stored(home, evidence, Path(mlflow.artifacts.download_artifacts(version.source)))


@pytest.fixture
def stored(stored_once, tmp_path):
    """Version 1, to be spoilt: its files are put back afterwards."""
    whole = shutil.copytree(stored_once.home.artifacts, tmp_path / "whole")
    yield stored_once
    shutil.rmtree(stored_once.home.artifacts)
    shutil.move(whole, stored_once.home.artifacts)


def turned(path):
    """Turn one bit of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_the_evidence_comes_as_the_bytes_that_were_registered(stored, candidate):
    found = handed_over(stored.home, NAME, "candidate")

    assert (found.model, found.version) == (NAME, 1)
    assert (found.policy, found.card) == (candidate.policy, candidate.card)
    assert found.files.keys() == set(FILES) - {IMPACT}
    assert found.files["card.json"] == (stored.evidence / "card" / "card.json").read_bytes()
    assert json.loads(found.files["audit.json"]) == json.loads(json.dumps(candidate.audit.to_dict()))


def test_every_file_of_the_model_has_its_digest(stored):
    found = handed_over(stored.home, NAME).model_files

    assert {"MLmodel", "model.skops", "scorer.json", "scorer.onnx"} <= found.keys()
    assert found["model.skops"] == sha256((stored.model / "model.skops").read_bytes())
    assert found["scorer.json"] == sha256((stored.evidence / "scorer.json").read_bytes())
    check_model_files(stored.home, NAME, 1, found)


@pytest.mark.parametrize("file", ["model.skops", "MLmodel", "requirements.txt"])
def test_one_byte_changed_in_a_file_of_the_model_is_refused_and_named(stored, file):
    submitted = handed_over(stored.home, NAME).model_files
    turned(stored.model / file)

    with pytest.raises(RegistryError, match=f"not what was submitted: {file} of its model differs"):
        check_model_files(stored.home, NAME, 1, submitted)


def test_a_file_more_and_a_file_less_are_refused_and_named(stored):
    submitted = handed_over(stored.home, NAME).model_files
    (stored.model / "MLmodel").rename(stored.model / "loader.py")

    with pytest.raises(RegistryError, match=r"MLmodel and loader\.py of its model differ from"):
        check_model_files(stored.home, NAME, 1, submitted)


@pytest.mark.parametrize("file", ["audit.json", "policy.json", "scorer.json", "card/card.json"])
def test_one_byte_changed_in_the_evidence_is_refused(stored, file):
    turned(stored.evidence / file)

    with pytest.raises(RegistryError, match=f"Version 1 of {NAME} (is not what was registered|cannot be)"):
        handed_over(stored.home, NAME)


def test_a_changed_audit_is_named_even_where_it_still_reads(stored):
    audit = stored.evidence / "audit.json"
    audit.write_text(audit.read_text(encoding="utf-8").replace('"broken"', '"kept"'), encoding="utf-8")

    with pytest.raises(RegistryError, match="audit_digest differs from its files"):
        handed_over(stored.home, NAME)


def test_a_version_that_is_not_there_is_told(stored):
    with pytest.raises(RegistryError, match=f"{NAME} has no version 7"):
        handed_over(stored.home, NAME, 7)
    with pytest.raises(RegistryError, match=f"{NAME} has no version 7"):
        check_model_files(stored.home, NAME, 7, {})
