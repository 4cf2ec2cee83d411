"""Who may not sign, signs in vain; what breaks in the middle of an approval leaves all of it or nothing."""

import os
import random
import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from threading import Thread

import fsspec
import pytest

from segmentation.approved import load_approved
from segmentation.bundle.local import LocalShelf
from segmentation.errors import LedgerError, NotApprovedError, ReviewError, StorageError
from segmentation.ledger.book import Book
from segmentation.ledger.event import Draft
from segmentation.ledger.store import open_ledger
from segmentation.reviews.desk import Desk, Signer
from segmentation.reviews.people import change_person
from segmentation.reviews.recording import Recorder
from segmentation.signing import PrivateKey, sha256
from tests.reviews.office import MODEL, Office, handed
from tests.reviews.processes import Reviewer


def loaded(office):
    return load_approved(MODEL, office.home, trust=office.trust, now=office.clock())


def events(office):
    with open_ledger(office.trust.ledger) as ledger:
        return ledger.read()


def refused(office, error, rule):
    """Expect a refusal in one or two sentences, after which the ledger is as it was."""
    before = events(office)
    return _Refused(office, before, pytest.raises(error, match=rule))


class _Refused:
    def __init__(self, office, before, raises):
        self.office, self.before, self.raises = office, before, raises

    def __enter__(self):
        return self.raises.__enter__()

    def __exit__(self, *error):
        caught = self.raises.__exit__(*error)
        assert events(self.office) == self.before
        return caught


# ---- Who may not sign -------------------------------------------------------------------------------


@pytest.fixture
def submitted(any_office):
    """A version that waits for the business signature, in each kind of database."""
    any_office.submit()
    any_office.approve("Carol")
    return any_office


def test_the_same_office_approves_where_nobody_attacks(submitted):
    assert submitted.approve("Bob").state == "active"
    assert loaded(submitted).version == 1


@pytest.mark.parametrize(
    ("by", "rule"),
    [
        ("Tina", "Tina trained or submitted version 1"),
        ("Adam", "Adam holds administrator"),
        ("Mona", "As monitor nobody may approve"),
        ("Carol", "Carol"),
    ],
)
def test_a_signature_by_who_may_not_give_it_counts_for_nothing(submitted, by, rule):
    role = {"role": "business"} if by == "Carol" else {}
    with refused(submitted, ReviewError, rule):
        submitted.approve(by, **role)
    with pytest.raises(NotApprovedError):
        loaded(submitted)


def test_a_key_whose_owner_lost_the_role_signs_in_vain(submitted):
    change_person(submitted.book, submitted.root, "Bob", roles=("monitor",))

    with refused(submitted, ReviewError, "As monitor nobody may approve"):
        submitted.approve("Bob")
    with refused(submitted, ReviewError, "signs as business and holds monitor"):
        submitted.approve("Bob", role="business")


def test_lapsed_training_blocks_approving_and_not_revoking(submitted):
    change_person(submitted.book, submitted.root, "Bob", training_until=date(2026, 3, 1))

    with refused(submitted, ReviewError, "Bob's training counted until 2026-03-01"):
        submitted.approve("Bob")
    revoked = submitted.desk.revoke(MODEL, 1, signer=submitted.signer("Bob"), reason="At once.")
    assert revoked.state == "revoked"


def test_somebody_elses_key_signs_in_vain(submitted):
    for key in (submitted.keys["Carol"], submitted.root, PrivateKey.generate()):
        with refused(submitted, ReviewError, "a key that was never theirs"):
            submitted.desk.approve(MODEL, 1, signer=Signer("Bob", key), reason="I am Bob.")


def test_nobody_signs_who_is_not_entered(submitted):
    with refused(submitted, ReviewError, "Nobody is entered as Eve"):
        submitted.desk.approve(MODEL, 1, signer=Signer("Eve", PrivateKey.generate()), reason="Hello.")


def test_an_administrator_cannot_become_a_reviewer_and_stay_one(submitted):
    change_person(submitted.book, submitted.root, "Adam", roles=("administrator", "business"))

    with refused(submitted, ReviewError, "Adam holds administrator"):
        submitted.approve("Adam")


# ---- What was signed for something else -------------------------------------------------------------


def approval(office, version=1):
    """Return the last signed approval of a version, as it stands in the ledger."""
    return office.book.history().records(MODEL, version)[-1][0].draft.signed


@pytest.mark.parametrize("version", [1, 2])
def test_an_approval_is_not_replayed_for_another_version(submitted, version):
    submitted.submit(2)
    signed = approval(submitted)

    with refused(submitted, ReviewError, "names another one|counts once"):
        submitted.book.record(lambda _, __: [Draft("decision", signed, MODEL, version)])


def test_an_approval_is_not_rewritten_for_another_version(submitted):
    submitted.submit(2)
    signed = approval(submitted)
    document = signed.document.replace('"version":1', '"version":2')

    with refused(submitted, ReviewError, "not one by Carol over this record"):
        submitted.book.record(lambda _, __: [Draft("decision", replace(signed, document=document), MODEL, 2)])


def test_an_approval_is_not_carried_into_the_next_round(submitted):
    given = submitted.desk.payload("approve", MODEL, 1, name="Bob", reason="The first round.")
    signature = submitted.keys["Bob"]._key.sign(given)
    submitted.desk.request_changes(MODEL, 1, signer=submitted.signer("Carol"), reason="Say more.")
    submitted.submit()

    with refused(submitted, ReviewError, "submitted anew since"):
        submitted.desk.attach(given, signature)


def test_an_approval_of_one_ledger_counts_for_nothing_in_another(submitted, first_office, tmp_path):
    other = first_office.copied(tmp_path / "other")
    other.submit()
    given = other.desk.payload("approve", MODEL, 1, name="Bob", reason="There.")

    with refused(submitted, ReviewError, "signed for another ledger"):
        submitted.desk.attach(given, other.keys["Bob"]._key.sign(given))


def test_nobody_activates_what_two_people_did_not_approve(submitted):
    bundle = submitted.desk.standing(MODEL, 1).submission.digests.bundle

    with refused(submitted, ReviewError, "From submitted these steps lead on"):
        submitted.book.record(lambda _, __: [Draft("activated", None, MODEL, 1, {"bundle": bundle})])


def test_an_approval_of_what_was_replaced_while_it_was_read_is_refused(submitted, monkeypatch):
    reviewed = Recorder.reviewed

    def then_replaced(*given):
        found = reviewed(*given)
        submitted.desk.request_changes(MODEL, 1, signer=submitted.signer("Carol"), reason="Say more.")
        submitted.submit(handed(contact={"en": "Another desk.", "zh": "另一服务台。"}))
        return found

    monkeypatch.setattr(Recorder, "reviewed", then_replaced)
    with pytest.raises(ReviewError, match="was submitted anew in this moment"):
        submitted.approve("Bob")
    assert submitted.desk.standing(MODEL, 1).approvals == ()


def test_a_clock_that_was_set_back_approves_nothing(submitted):
    submitted.clock.now -= timedelta(hours=1)

    with refused(submitted, LedgerError, "clock"):
        submitted.approve("Bob")


# ---- What breaks in the middle ----------------------------------------------------------------------


def test_a_store_that_fails_rolls_the_approval_back_with_one_sentence(submitted, monkeypatch):
    def fails(self, files):
        raise StorageError("The store does not answer. Try again later.")

    with monkeypatch.context() as patch:
        patch.setattr(LocalShelf, "write", fails)
        with refused(
            submitted, StorageError, "was not recorded, because it could not be published: The store"
        ):
            submitted.approve("Bob")
    assert submitted.desk.standing(MODEL, 1).missing == ("business",)
    assert submitted.approve("Bob").state == "active"
    assert loaded(submitted).version == 1


def test_a_full_disk_rolls_the_approval_back(submitted, monkeypatch):
    def full(descriptor):
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr("segmentation.bundle.local.os.fsync", full)
        with refused(submitted, StorageError, "was not recorded.*[Nn]o space left"):
            submitted.approve("Bob")
    with pytest.raises(NotApprovedError):
        loaded(submitted)
    assert submitted.approve("Bob").state == "active"


def test_a_full_disk_submits_nothing(any_office, monkeypatch):
    def full(descriptor):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("segmentation.bundle.local.os.fsync", full)
    with refused(any_office, StorageError, "[Nn]o space left"):
        any_office.submit()


def test_an_object_store_serves_reviews_and_approvals(office):
    trust = replace(office.trust, bundles=f"memory://{sha256(str(office.home.root).encode())[7:20]}")
    stored = replace(office, trust=trust, desk=Desk(office.book, trust, office.desk._catalogue))

    assert stored.activated().state == "active"
    assert loaded(stored).version == 1
    fsspec.filesystem("memory").rm(trust.bundles, recursive=True)


def test_a_database_that_refuses_the_last_moment_leaves_a_folder_that_nobody_loads(submitted, monkeypatch):
    def fails(*_):
        raise LedgerError("The database went away.")

    with monkeypatch.context() as patch:
        patch.setattr("segmentation.ledger.store.Ledger._commit", fails)
        with refused(submitted, LedgerError, "went away"):
            submitted.approve("Bob")

    assert list(submitted.home.root.parent.glob("bundles/approved/*/*/decision.json")) != []
    with pytest.raises(NotApprovedError):
        loaded(submitted)
    assert submitted.approve("Bob").state == "active"
    assert loaded(submitted).version == 1


def test_a_renewal_that_is_not_recorded_leaves_the_version_loadable(office, monkeypatch):
    office.activated()

    def fails(*_):
        raise LedgerError("The database went away.")

    with monkeypatch.context() as patch:
        patch.setattr("segmentation.ledger.store.Ledger._commit", fails)
        with refused(office, LedgerError, "went away"):
            office.approve("Carol")
    assert loaded(office).version == 1


def test_a_renewal_whose_proof_cannot_be_written_leaves_the_version_loadable(office, monkeypatch):
    office.activated()

    def fails(self, files):
        raise StorageError("The store does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(LocalShelf, "write", fails)
        with pytest.raises(StorageError, match="The approval is recorded, but its proof could not"):
            office.approve("Carol")
    assert loaded(office).version == 1
    assert len(office.book.history().records(MODEL, 1)) == 4


def test_another_writer_is_waited_for_and_told_of(office):
    office.submit()
    book = Book(office.trust, office.clock, patience=0.2)
    desk = Desk(book, office.trust, office.desk._catalogue)
    with closing(sqlite3.connect(office.home.ledger, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with refused(office, LedgerError, "another program has been writing"):
            desk.approve(MODEL, 1, signer=office.signer("Carol"), reason="x")
        other.execute("ROLLBACK")

    assert desk.approve(MODEL, 1, signer=office.signer("Carol"), reason="x").missing == ("business",)


def test_another_writer_that_ends_in_time_does_no_harm(office):
    office.submit()
    other = sqlite3.connect(office.home.ledger, isolation_level=None, check_same_thread=False)
    with closing(other):
        other.execute("BEGIN IMMEDIATE")
        ends = Thread(target=lambda: (time.sleep(0.3), other.execute("ROLLBACK")))
        ends.start()
        assert office.approve("Carol").missing == ("business",)
        ends.join()


# ---- Processes --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_two_reviewers_at_once_complete_the_pair(any_office):
    with Reviewer(any_office, "Carol") as carol, Reviewer(any_office, "Bob") as bob:
        for version in range(1, 6):
            any_office.submit(version)
            for one in (carol, bob):
                one.begin(any_office, version)
            said = [*carol.ended(), *bob.ended()]

            assert sorted(said) == ["active", "submitted"]
            assert loaded(any_office).version == version


@pytest.mark.slow
def test_a_killed_approval_is_wholly_there_or_not_at_all(office, tmp_path):
    office.activated(1)
    office.submit(2)
    office.approve("Carol", 2)
    rng, seen = random.Random(20260302), Counter()
    with Reviewer(office, "Bob") as bob:
        began = time.monotonic()
        bob.begin(office.copied(tmp_path / "0"), 2)
        assert bob.ended() == ["active"]
        whole = time.monotonic() - began
        for at in range(1, 51):
            one = office.copied(tmp_path / str(at))
            process = bob.begin(one, 2)
            time.sleep(rng.uniform(0, 1.2 * whole))
            bob.killed(process)

            state = _reopened(one)
            seen[state] += 1
            assert loaded(one).version == (2 if state == "active" else 1)
            if state == "submitted":
                assert one.approve("Bob", 2).state == "active"
                assert loaded(one).version == 2
    assert set(seen) == {"submitted", "active"}


def _reopened(office):
    """Return where version 2 stands for who opens everything anew, once each record has been looked at."""
    history = Book(office.trust, office.clock).history(afresh=True)
    standing = history.standing(MODEL, 2, office.clock(), office.desk._catalogue)
    signed = tuple(told.by for _, told in history.records(MODEL, 2) if told.action == "approve")
    noted = sum(e.draft.kind == "activated" and e.draft.version == 2 for e in history.events)
    assert (standing.state, signed, noted) in {
        ("submitted", ("Carol",), 0),
        ("active", ("Carol", "Bob"), 1),
    }
    return standing.state


@pytest.mark.slow
def test_a_server_that_restarts_in_the_middle_of_an_approval_leaves_nothing_of_it(
    postgres, new_database, tmp_path, monkeypatch
):
    office, publish = Office.opened(tmp_path, new_database()), Recorder.publish
    office.submit()
    office.approve("Carol")

    def restarted(recorder, *told):
        publish(recorder, *told)
        postgres.stop()
        postgres.start()

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "publish", restarted)
        with pytest.raises(LedgerError, match="may or may not have been recorded"):
            office.approve("Bob")

    assert office.desk.standing(MODEL, 1).missing == ("business",)
    with pytest.raises(NotApprovedError):
        loaded(office)

    assert office.approve("Bob").state == "active"
    assert loaded(office).version == 1
