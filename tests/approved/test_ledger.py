"""`load_approved` on a ledger in a database, and everything that who writes the database may try."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from segmentation.approved import load_approved
from segmentation.errors import BundleError, LedgerError, NotApprovedError
from segmentation.home import Home
from segmentation.ledger.store import open_ledger
from segmentation.ledger.trust import BUNDLES, LEDGER, ROOT_KEY, WITNESS
from segmentation.signing import PrivateKey
from tests.approved.made import NOW, bundle_of, digests_of
from tests.signed import MODEL


@pytest.fixture
def kept(office, folder):
    """The office with its ledger in a database."""
    office.keep()
    return office


@pytest.fixture
def load(kept, monkeypatch):
    """Load the model as a program does that has just begun, once more and once more."""

    def load(now=NOW, name=MODEL, **more):
        monkeypatch.setattr("segmentation.approved.load.clock", lambda: now)
        return load_approved(name, trust=replace(kept.trust, **more))

    return load


@pytest.fixture
def database(kept):
    """The file of the ledger."""
    return kept.witness.parent / "ledger.db"


def run(database, *statements):
    """Write to the database as who owns it can: past every trigger."""
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in found:
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_the_approved_version_is_loaded_by_its_name(load):
    assert (load().name, load().version) == (MODEL, 1)


def test_everything_may_be_said_by_the_environment(kept, monkeypatch, tmp_path):
    trust = kept.trust
    said = {
        LEDGER: trust.ledger,
        ROOT_KEY: trust.root.text,
        BUNDLES: trust.bundles,
        WITNESS: str(trust.witness),
    }
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SEGMENTATION_HOME", str(tmp_path / "nothing"))
    assert load_approved(MODEL, now=NOW).version == 1


def test_everything_may_lie_at_home(kept, monkeypatch, tmp_path):
    for name in (LEDGER, ROOT_KEY, BUNDLES, WITNESS):
        monkeypatch.delenv(name, raising=False)
    home = Home(tmp_path / "home")
    home.keys.mkdir(parents=True)
    (home.keys / "root.pub").write_text(kept.trust.root.text + "\n", encoding="utf-8")
    shutil.copy(tmp_path / "ledger.db", home.ledger)
    shutil.copytree(tmp_path / "bundles" / "approved", home.root / "approved")
    assert load_approved(MODEL, home, now=NOW).version == 1


# ---- Who writes the database --------------------------------------------------------------------------


@pytest.mark.parametrize("seq", [1, 2, 7, 8, 9, 10])
def test_one_byte_changed_in_any_row_is_refused(load, database, seq):
    assert load().version == 1
    run(database, f"UPDATE events SET digest = replace(digest, substr(digest, 12, 1), 'x') WHERE seq = {seq}")
    with pytest.raises(LedgerError, match=rf"[Ee]vent {seq}\b"):
        load()


@pytest.mark.parametrize("seq", [7, 8, 9])
def test_one_byte_changed_in_what_was_signed_is_refused(load, database, seq):
    run(
        database,
        f"UPDATE decisions SET document = replace(document, 'As asked', 'As Asked') WHERE seq = {seq}",
    )
    with pytest.raises(LedgerError, match=rf"[Ee]vent {seq}\b"):
        load()


def test_another_bundle_in_the_note_of_its_publication_is_refused(load, database):
    run(database, "UPDATE events SET body = replace(body, 'sha256:', 'sha256:0') WHERE kind = 'activated'")
    with pytest.raises(LedgerError, match=r"[Ee]vent 10\b"):
        load()


def test_a_revocation_that_is_cut_off_stays_in_force(kept, load, database, bundle):
    kept.cast.decide("revoke", "Adam", digests=digests_of(bundle), catalogue=kept.catalogue)
    kept.keep()
    with pytest.raises(NotApprovedError, match=r"version 1 is revoked since .*\. Adam"):
        load()
    run(database, "DELETE FROM decisions WHERE seq = 11", "DELETE FROM events WHERE seq = 11")
    with pytest.raises(LedgerError, match="ends at event 10, and 11 events were seen"):
        load()


def test_an_older_copy_of_the_ledger_is_refused(kept, load, database, bundle, tmp_path):
    shutil.copy(database, tmp_path / "older.db")
    kept.cast.decide("revoke", "Adam", digests=digests_of(bundle), catalogue=kept.catalogue)
    kept.keep()
    with pytest.raises(NotApprovedError):
        load()
    shutil.copy(tmp_path / "older.db", database)
    with pytest.raises(LedgerError, match="were seen from here before"):
        load()


def test_a_signer_whom_the_root_did_not_sign_counts_for_nothing(kept, office, load):
    mallory = PrivateKey.generate()
    office.cast.add(office.cast.person("Mallory", ("compliance",), key=mallory, by=mallory))
    kept.keep()
    with pytest.raises(LedgerError, match=r"Event 11\b"):
        load()


def test_approvals_with_a_strangers_key_count_for_nothing(kept, office, load):
    newer = bundle_of(2, start=2.0)
    told = {"digests": digests_of(newer), "catalogue": office.catalogue}
    office.cast.decide("submit", "Tina", 2, **told)
    office.cast.decide("approve", "Carol", 2, key=PrivateKey.generate(), **told)
    kept.keep()
    with pytest.raises(LedgerError, match=r"Event 12\b"):
        load()


def test_a_note_of_publication_without_approvals_counts_for_nothing(kept, office, load):
    newer = bundle_of(2, start=2.0)
    office.cast.decide("submit", "Tina", 2, digests=digests_of(newer), catalogue=office.catalogue)
    office.cast.activate(2, newer.digest)
    kept.keep()
    with pytest.raises(LedgerError, match=r"Event 12\b"):
        load()


# ---- Whom to trust ------------------------------------------------------------------------------------


def test_another_root_key_is_refused(load):
    with pytest.raises(LedgerError, match="root"):
        load(root=PrivateKey.generate().public)


def test_a_root_key_that_is_not_pinned_is_not_taken_from_the_ledger(kept, monkeypatch, tmp_path):
    monkeypatch.delenv(ROOT_KEY, raising=False)
    monkeypatch.setenv(LEDGER, kept.trust.ledger)
    with pytest.raises(LedgerError, match="No root key is pinned"):
        load_approved(MODEL, Home(tmp_path / "home"), now=NOW)


# ---- The clock ----------------------------------------------------------------------------------------


def test_a_clock_that_was_set_back_does_not_bring_back_what_expired(load):
    with pytest.raises(NotApprovedError, match="expired"):
        load(NOW.replace(year=2027))
    with pytest.raises(LedgerError, match="set the clock"):
        load(NOW)


def test_a_time_that_is_asked_of_is_not_noted_as_one_that_was_seen(kept, load):
    load()
    seen = kept.witness.read_bytes()
    later = NOW + timedelta(days=20)
    assert load_approved(MODEL, trust=kept.trust, now=later).version == 1
    with pytest.raises(NotApprovedError, match="expired"):
        load_approved(MODEL, trust=kept.trust, now=NOW.replace(year=2027))

    assert kept.witness.read_bytes() == seen
    assert load().version == 1


def test_a_time_that_is_asked_of_is_held_against_the_witness(kept, load):
    load(NOW + timedelta(hours=1))
    with pytest.raises(LedgerError, match="set the clock"):
        load_approved(MODEL, trust=kept.trust, now=NOW)


def test_a_clock_that_is_a_minute_behind_is_no_reason_to_stop(load):
    load(NOW)
    assert load(NOW - timedelta(minutes=1)).version == 1


def test_the_time_is_the_clocks_where_none_is_given(kept):
    with pytest.raises(NotApprovedError, match="No version of 'other' was ever submitted"):
        load_approved("other", trust=kept.trust)


# ---- The database itself ------------------------------------------------------------------------------


def test_a_ledger_that_is_not_there_is_not_made(kept, load, tmp_path):
    absent = tmp_path / "absent" / "ledger.db"
    with pytest.raises(LedgerError, match="There is no ledger at"):
        load(ledger=f"sqlite:///{absent}")
    assert not absent.parent.exists()
    with pytest.raises(LedgerError):
        load(ledger=f"sqlite:///{tmp_path / 'ledger2.db'}")
    assert not (tmp_path / "ledger2.db").exists()


@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "BEGIN; SELECT * FROM events"])
def test_who_writes_or_reads_at_the_same_time_is_not_waited_for(load, database, lock):
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        for statement in lock.split("; "):
            other.execute(statement).fetchone()
        assert load().version == 1


def test_what_another_program_has_not_committed_does_not_count_yet(kept, load, bundle):
    event = kept.cast.decide("revoke", "Adam", digests=digests_of(bundle), catalogue=kept.catalogue)
    with open_ledger(kept.trust.ledger) as ledger, ledger.writing() as pen:
        pen.append(event)
        assert load().version == 1
    with pytest.raises(NotApprovedError, match="revoked"):
        load()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"\0" * 5_000, b"not a database" * 500])
def test_a_file_that_is_no_ledger_is_refused(kept, load, database, content):
    for file in database.parent.glob("ledger.db-*"):
        file.unlink()
    database.write_bytes(content)
    with pytest.raises(LedgerError):
        load()


def test_a_bundle_that_was_swapped_is_refused_however_true_the_ledger_is(kept, load, folder):
    other = bundle_of(2, start=2.0)
    for name, data in other.files.items():
        (folder / name).write_bytes(data)
    with pytest.raises(BundleError, match=r"card\.json is not what was signed"):
        load()


def test_nothing_is_written_but_the_witness(kept, load, tmp_path):
    def found():
        names = (
            path for path in tmp_path.rglob("*") if path.is_file() and not path.name.startswith("witness")
        )
        return {path: path.read_bytes() for path in names if not path.name.endswith(("-wal", "-shm"))}

    before = found()
    load()
    assert found() == before
    assert kept.witness.exists()
