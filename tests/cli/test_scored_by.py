"""`segmentation score --approved`: by the version that two people approved, or not at all."""

import json
from functools import partial
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from segmentation import approved
from segmentation.cli.scored_by import ScoredBy, refuse_other
from segmentation.errors import StorageError
from segmentation.ledger.trust import BUNDLES, LEDGER, ROOT_KEY, WITNESS
from segmentation.scoring.output import KEY
from tests.approved.made import NOW, Office, bundle_of, digests_of
from tests.policies import small_policy, small_residents
from tests.signed import MODEL

SCORE = ("score", "--model", MODEL, "--residents", "residents.parquet", "--as-of", "2025-06-30")


@pytest.fixture
def office(tmp_path, monkeypatch):
    """A small model that is approved, where the environment says that it is, and residents for it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    policy = small_policy(name=MODEL)
    office = Office(str(tmp_path / "bundles"), tmp_path / "witness.json")
    office.approve(bundle_of(under=policy))
    office.keep()
    trust = office.trust
    told = {LEDGER: trust.ledger, ROOT_KEY: trust.root.text, BUNDLES: trust.bundles, WITNESS: trust.witness}
    for name, value in told.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(approved, "load_approved", partial(approved.load_approved, now=NOW))
    monkeypatch.setenv("SEGMENTATION_HOME", str(tmp_path / "home"))
    small_residents().to_parquet("residents.parquet")
    return office


def test_the_approved_version_scores_and_the_table_says_on_which_decision(run, office):
    ended = run(*SCORE, "--approved", "--out", "segments.parquet")
    assert ended.code == 0, ended.err
    decision = office.load().decision
    assert f"({MODEL} version 1, approved, decision {decision})" in ended.out
    told = json.loads(pq.read_schema("segments.parquet").metadata[KEY])
    assert (told["version"], told["decision"]) == ("1", decision)


def test_a_first_look_says_once_on_standard_error_that_it_is_one(run, office, monkeypatch):
    monkeypatch.setattr(approved, "load_approved", approved.load_approved.func)
    monkeypatch.setattr("segmentation.approved.load.clock", lambda: NOW)
    first, second = (run(*SCORE, "--approved", "--out", f"{n}.csv", "--json") for n in range(2))

    assert (first.code, second.code) == (0, 0)
    assert "First sight of this ledger from here: event 10. Compare it with a checkpoint" in first.err
    assert "First sight" not in second.err
    assert first.content["decision"] == second.content["decision"]


def test_the_decision_is_told_to_machines(run, office):
    content = run(*SCORE, "--approved", "--out", "segments.csv", "--json").content
    assert (content["version"], content["decision"]) == (1, office.load().decision)
    assert sum(content["segments"].values()) == content["intake"]["kept"] > 0


def test_no_registry_is_asked(run, office, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://nowhere.invalid")
    assert run(*SCORE, "--approved", "--out", "segments.csv").code == 0
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    "beside", [("--version", "1"), ("--version", "candidate"), ("--tracking-uri", "sqlite:///a")]
)
def test_a_version_or_a_registry_beside_it_is_refused(run, office, tmp_path, beside):
    ended = run(*SCORE, "--approved", *beside, "--out", "segments.csv")
    assert ended.code == 2
    assert f"leave out {beside[0]}, or --approved" in " ".join(ended.err.replace("│", " ").split())
    assert not (tmp_path / "segments.csv").exists()


def test_nothing_is_scored_once_the_version_is_revoked(run, office, tmp_path):
    bundle = bundle_of(under=small_policy(name=MODEL))
    office.cast.decide("revoke", "Adam", digests=digests_of(bundle), catalogue=office.catalogue)
    office.keep()
    ended = run(*SCORE, "--approved", "--out", "segments.csv")
    assert ended.code != 0
    assert "version 1 is revoked since" in ended.err
    assert not (tmp_path / "segments.csv").exists()


# ---- Unfinished work ----------------------------------------------------------------------------------


def left(**told):
    return SimpleNamespace(folder=".out.partial", manifest={"told": told})


REGISTERED = {"model": "needs", "version": "1", "as_of": "2026-07-01"}
APPROVED = REGISTERED | {"decision": "sha256:d1"}


@pytest.mark.parametrize("same", [REGISTERED, APPROVED])
def test_the_same_work_is_gone_on_with(same):
    refuse_other(left(**same), same)


@pytest.mark.parametrize("damaged", [{}, {"candidate": "sha256:d1"}])
def test_work_that_does_not_say_whose_it_is_is_left_to_its_folder_to_judge(damaged):
    refuse_other(left(**damaged), APPROVED)


@pytest.mark.parametrize(
    ("begun", "now", "way"),
    [
        (REGISTERED, REGISTERED | {"version": "2"}, "--version 1"),
        (REGISTERED, REGISTERED | {"version": "2", "as_of": "2026-07-02"}, "--version 1 --as-of 2026-07-01"),
        (REGISTERED, APPROVED, "--version 1"),
        (REGISTERED, APPROVED | {"version": "2"}, "--version 1"),
        (APPROVED, REGISTERED, "--approved"),
        (APPROVED, REGISTERED | {"version": "2"}, "--approved"),
        (APPROVED, APPROVED | {"as_of": "2026-07-02"}, "--as-of 2026-07-01 --approved"),
        (APPROVED, APPROVED | {"model": "other", "decision": "sha256:d2"}, "--model needs --approved"),
    ],
)
def test_other_work_is_not_thrown_away_and_says_how_it_is_gone_on_with(begun, now, way):
    with pytest.raises(StorageError, match=f"Continue it with {way}, or start anew with --discard"):
        refuse_other(left(**begun), now)


def test_work_on_a_decision_that_another_one_replaced_can_only_be_begun_anew():
    with pytest.raises(
        StorageError, match=r"another decision is in force by now\. Start anew with --discard"
    ):
        refuse_other(left(**APPROVED), APPROVED | {"version": "2", "decision": "sha256:d2"})


def test_a_version_says_who_stands_for_it():
    scorer, policy = (SimpleNamespace(digest=f"sha256:{of}") for of in "ab")
    only_registered = ScoredBy("needs", 3, scorer, policy, None)
    signed = ScoredBy("needs", 3, scorer, policy, "sha256:d1")
    assert str(only_registered) == "needs version 3, candidate, not signed"
    assert str(signed) == "needs version 3, approved, decision sha256:d1"
    assert "decision" not in only_registered.identity("2026-07-01")
    assert signed.identity("2026-07-01")["decision"] == "sha256:d1"
