"""What was taken back after a backup holds in what is restored of it, and a drill misses what does not."""

from contextlib import closing
from dataclasses import replace

import pytest

from segmentation.backups.drilling import drill_erasures, older
from segmentation.backups.restoring import restore
from segmentation.errors import PurposeError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.carrying import Work
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.verify import verify_personal
from segmentation.ledger.store import open_ledger
from tests.backups.conftest import LATER, NOW
from tests.policies import small_policy


@pytest.fixture
def said(either):
    """A backup in which two residents consent; since then one withdrew and the other one objected."""
    for reference in ("R-1", "R-2"):
        either.say(reference, "given", NOW)
    made = either.backed_up()
    either.say("R-1", "withdrawn")
    either.say("R-2", "objected")
    return either, made


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_who_withdrew_since_an_older_backup_is_refused_as_withdrawn(said, target, kind, new_database):
    kept, made = said
    if kind == "postgresql":
        target = replace(target, ledger=new_database())
    assert restore(made.path, target, LATER).erased.taken_back == 2

    with closing(open_ledger(target.ledger)) as ledger:
        consents = Consents(Records(ledger, lambda: target.keyring))
        for reference, reason in (("R-1", "consent_withdrawn"), ("R-2", "consent_objected")):
            with pytest.raises(PurposeError) as refused:
                consents.check(kept.subject(reference), "service_planning", small_policy())
            assert refused.value.reason == reason
        AccessLog(ledger).verify()
        verify_personal(ledger, target.tombstones, target.keyring)


def test_a_drill_of_an_older_backup_proves_that_what_was_taken_back_stands(said):
    kept, made = said
    newest = kept.backed_up(LATER)

    assert older(kept.shelf.kept(), kept.source, newest.manifest) == made.path
    erased, taken_back = drill_erasures(made.path, kept.source, kept.trust, LATER)
    assert (erased.holds, taken_back.holds) == (True, True)
    assert erased.what.endswith("Erasures: nobody was erased yet, so nobody can come back.")
    assert taken_back.what == (
        "The backup of 2026-11-20 09:30 UTC: Taken back: 2 withdrawals, refusals and objections since the "
        "backup are on record again."
    )
    _, nothing = drill_erasures(newest.path, kept.source, kept.trust, LATER)
    assert nothing.what.endswith("Taken back: nothing was since the backup.")


def test_what_is_not_on_record_again_fails_the_drill(said, monkeypatch):
    kept, made = said
    monkeypatch.setattr(Work, "_say_again", lambda *_: None)
    _, missing = drill_erasures(made.path, kept.source, kept.trust, LATER)
    assert not missing.holds
    assert missing.what.endswith(
        "Taken back: 2 of 2 withdrawals, refusals and objections since the backup are not on record."
    )


def test_what_went_with_an_erased_resident_is_not_missed(said):
    kept, made = said
    kept.erase("R-2")
    erased, taken_back = drill_erasures(made.path, kept.source, kept.trust, LATER)
    assert (erased.holds, taken_back.holds) == (True, True)
    assert "Taken back: 1 withdrawals" in taken_back.what
