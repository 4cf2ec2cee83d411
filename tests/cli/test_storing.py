"""`segmentation score --store`: the approved version's segments in the ledger, sealed, and nobody's twice."""

import json
from functools import partial

import pandas as pd
import pytest

from segmentation import approved
from segmentation.cli import office as clock
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.segments import Segments
from segmentation.ledger.store import open_ledger
from segmentation.ledger.trust import BUNDLES, LEDGER, ROOT_KEY, WITNESS
from segmentation.scoring.track import track
from segmentation.vault import Keyring
from tests.approved.made import NOW, Office, bundle_of
from tests.policies import small_policy, small_residents
from tests.signed import MODEL

PURPOSE = "service_planning"
STORE = ("score", "--model", MODEL, "--residents", "residents.parquet", "--as-of", "2025-06-30")


def told(ended):
    return " ".join(ended.err.replace("│", " ").split())


@pytest.fixture
def keyring(monkeypatch):
    keyring = Keyring.generate(NOW)
    monkeypatch.setenv("SEGMENTATION_KEYRING", keyring.to_text())
    return keyring


@pytest.fixture
def office(tmp_path, monkeypatch):
    """A small model that is approved, where the environment says that it is, and residents for it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    office = Office(str(tmp_path / "bundles"), tmp_path / "witness.json")
    office.approve(bundle_of(under=small_policy(name=MODEL)))
    office.keep()
    trust = office.trust
    for name, value in {
        LEDGER: trust.ledger,
        ROOT_KEY: trust.root.text,
        BUNDLES: trust.bundles,
        WITNESS: trust.witness,
    }.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(approved, "load_approved", partial(approved.load_approved, now=NOW))
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setenv("SEGMENTATION_HOME", str(tmp_path / "home"))
    small_residents().to_parquet("residents.parquet")
    return office


@pytest.fixture
def records(office, keyring):
    with open_ledger(office.trust.ledger) as ledger:
        yield Records(ledger, lambda: keyring)


def test_the_segments_of_the_approved_version_are_kept_sealed(run, records, office, tmp_path):
    ended = run(*STORE, "--approved", "--store")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("Stored: 300 segments in the classification table (")
    scored = run(*STORE, "--approved", "--out", "segments.csv")
    assert scored.code == 0
    table = Segments(records)
    for reference, segment in pd.read_csv("segments.csv").head(20).itertuples(index=False):
        (one,) = table.history(records.keyring.subject_of(reference), PURPOSE)
        assert (one.segment, one.model, one.version) == (segment, MODEL, 1)
        assert one.decision == office.load().decision
    assert not list(tmp_path.glob("home/**/*.parquet"))


def test_nobody_is_stored_twice_by_the_same_command(run, records):
    run(*STORE, "--approved", "--store")
    again = run(*STORE, "--approved", "--store")

    assert "An earlier run over the same had stored 300; they were not stored again." in again.out
    assert "stored once more" in run(*STORE, "--approved", "--store", "--discard").out


def test_consents_on_record_count(run, records):
    for reference, states in (("R000001", ["given"]), ("R000002", ["given", "objected"])):
        for state in states:
            event = Told(state, small_policy().purpose.notice_versions[0])
            Consents(records).record(records.keyring.subject_of(reference), PURPOSE, event, "Test", NOW)
    ended = run(*STORE, "--approved", "--store", "--json")

    assert (ended.code, ended.content["stored"]) == (0, 1)
    assert ended.content["refused"] == {"consent_missing": None, "consent_objected": None}, "298, so 1"
    assert 1 not in ended.content["segments"].values()
    (line,) = [
        line
        for line in run(*STORE, "--approved", "--store").out.splitlines()
        if line.startswith("Left out by the consents on record")
    ]
    assert line.endswith(": 299, with no consent on record or objection to automated decisions.")


def test_counts_that_point_at_nobody_are_told(run, records):
    for at in range(1, 21):
        subject = records.keyring.subject_of(f"R{at:06}")
        Consents(records).record(subject, PURPOSE, Told("objected"), "Test", NOW)

    found = run(*STORE, "--approved", "--store", "--json").content["refused"]
    assert found == {"consent_missing": 280, "consent_objected": 20}
    out = run(*STORE, "--approved", "--store").out
    assert "280 no consent on record, 20 objection to automated decisions." in out


def test_what_is_read_and_stored_is_in_the_access_log_by_number_and_without_a_reference(run, records):
    event = Told("given", small_policy().purpose.notice_versions[0])
    Consents(records).record(records.keyring.subject_of("R000001"), PURPOSE, event, "Test", NOW)
    before = AccessLog(records.ledger).head().number
    run(*STORE, "--approved", "--store")
    lines = list(AccessLog(records.ledger).lines(before))

    told = {(line["what"], line["table"]): line for line in map(json.loads, lines)}
    assert {("read", "consents"), ("write", "segments")} <= set(told)
    assert {line["purpose"] for line in told.values()} == {PURPOSE}
    assert all(line["by"].startswith("segmentation score") for line in told.values())
    assert "R000001" not in str(lines)


def test_a_table_or_the_ledger_is_asked_for_and_not_both(run, office):
    for words in ((), ("--store", "--out", "segments.csv")):
        ended = run(*STORE, "--approved", *words)
        assert ended.code == 2
        assert "give either --out, a table, or --store" in told(ended)


def test_what_nobody_approved_is_not_stored(run, office):
    ended = run(*STORE, "--store")
    assert ended.code == 2
    assert "add --approved" in told(ended)


def test_without_a_keyring_nothing_is_stored(run, office):
    ended = run(*STORE, "--approved", "--store")
    assert ended.code == 2
    assert "There is no keyring" in ended.err


def test_an_unfinished_run_of_another_day_says_how_it_is_continued(run, records, office, tmp_path):
    found = {"model": MODEL, "version": "1", "decision": office.load().decision, "as_of": "2025-06-29"}
    with track(tmp_path / "home" / "storing" / f"{MODEL}.json", {"told": found}) as left:
        left.begin(1)
    ended = run(*STORE, "--approved", "--store")

    assert ended.code == 2
    assert "Continue it with --as-of 2025-06-29 --approved" in ended.err


def test_an_interrupted_run_says_that_the_same_command_goes_on(run, records, monkeypatch):
    def interrupted(*_words, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr("segmentation.scoring.storing.store_file", interrupted)
    ended = run(*STORE, "--approved", "--store")

    assert ended.code == 130
    assert "the same command goes on" in ended.err
