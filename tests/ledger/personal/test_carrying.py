"""What residents took back outlives the database: in the file first, and said again after a restore."""

from datetime import timedelta

import pytest

from segmentation.errors import LedgerError, StorageError, VaultError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.erasing import Erased
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.requests import Requests
from segmentation.ledger.personal.requests import Told as Asked
from segmentation.ledger.personal.taken_back import opened
from segmentation.ledger.personal.verify import verify_personal
from segmentation.rights.exercise import receive
from segmentation.vault import Keyring
from tests.ledger.personal.planted import NOW, kept_of, restore

LATER = NOW + timedelta(hours=1)
PURPOSE = "service_planning"


@pytest.fixture
def records(ledger, keyring, tombstones):
    """Records that keep outside of the database what is taken back."""
    return Records(ledger, lambda: keyring, tombstones)


def say(records, reference, *states, now=LATER):
    subject = records.keyring.subject_of(reference)
    for state in states:
        assert Consents(records).record(subject, PURPOSE, Told(state, "2026-01", "zh", "app"), "Test", now)
    return subject


def states(records, subject):
    return [one.told.event_state for one in Consents(records).events(subject, PURPOSE)]


@pytest.mark.parametrize("state", ["refused", "withdrawn", "objected"])
def test_what_was_taken_back_after_a_backup_is_on_record_again(records, erasures, tombstones, state):
    subject = say(records, "R-1", "given", now=NOW)
    backup = kept_of(records.ledger)
    say(records, "R-1", state)
    before = Consents(records).standing(subject, PURPOSE)
    (line,) = tombstones.read()
    restore(records.ledger, backup)
    assert states(records, subject) == ["given"]

    assert erasures.carry_out("restore", LATER) == Erased(0, 0, taken_back=1)

    assert states(records, subject) == ["given", state]
    after = Consents(records).standing(subject, PURPOSE)
    assert (after.state, after.objected) == (before.state, before.objected)
    assert after.since == before.since
    assert tombstones.read() == (line,)
    assert erasures.carry_out("restore", LATER) == Erased(0, 0)


def test_what_allows_more_is_not_kept_outside_and_what_is_kept_names_nobody(records, tombstones, keyring):
    subject = say(records, "R-1", "given", "objected", "objection_lifted", "given")

    (line,) = tombstones.read()
    assert (line.mark, line.key) == ("", "")
    content = tombstones.path.read_bytes()
    for secret in (b"R-1", b"objected", subject, subject.hex().encode(), PURPOSE.encode()):
        assert secret not in content
    (told,) = opened(keyring, line)
    assert (told.subject, told.purpose, told.state) == (subject, PURPOSE, "objected")


def test_who_came_after_the_backup_is_refused_too_and_an_old_consent_does_not_count(records, erasures):
    backup = kept_of(records.ledger)
    subject = say(records, "R-9", "given", "withdrawn")
    restore(records.ledger, backup)

    assert erasures.carry_out("restore", LATER).taken_back == 1

    assert Consents(records).record(subject, PURPOSE, Told("given"), "Import", LATER, NOW)
    assert Consents(records).standing(subject, PURPOSE).state == "withdrawn"


def test_a_request_that_takes_consent_back_outlives_a_restore(records, erasures):
    subject = say(records, "R-1", "given", now=NOW)
    backup = kept_of(records.ledger)
    told = Asked("Test", "app")
    receive(records, Requests(records), subject, "withdrawal", told, [PURPOSE, "fairness_audit"], LATER)
    restore(records.ledger, backup)

    assert erasures.carry_out("restore", LATER).taken_back == 2
    assert Consents(records).standing(subject, PURPOSE).state == "withdrawn"
    assert Consents(records).standing(subject, "fairness_audit").state == "withdrawn"


def test_who_was_erased_after_a_withdrawal_stays_gone_and_who_withdrew_after_it_stays_refused(
    records, erasures
):
    gone, back = (say(records, one, "given", now=NOW) for one in ("R-1", "R-2"))
    backup = kept_of(records.ledger)
    say(records, "R-1", "withdrawn")
    erasures.erase([gone, back], "Carol", LATER)
    say(records, "R-2", "given", "withdrawn", now=LATER + timedelta(hours=1))
    restore(records.ledger, backup)

    assert erasures.carry_out("restore", LATER) == Erased(2, 2, taken_back=1)
    assert states(records, gone) == []
    assert states(records, back) == ["withdrawn"]


def test_a_withdrawal_that_cannot_be_kept_outside_is_not_recorded(records, tombstones, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    subject = say(records, "R-1", "given", now=NOW)
    with monkeypatch.context() as patched:
        patched.setattr("segmentation.ledger.personal.tombstones.os.fsync", full)
        with pytest.raises(StorageError, match=r"tombstones .* cannot be written: no space left on device"):
            say(records, "R-1", "withdrawn")

    assert states(records, subject) == ["given"]
    assert tombstones.read() == ()
    say(records, "R-1", "withdrawn")
    verify_personal(records.ledger, tombstones, records.keyring)


@pytest.fixture
def crashed(records, monkeypatch):
    """Two residents who consented; of the first a withdrawal was written to the file before a crash."""

    def die(*_):
        raise KeyboardInterrupt

    subjects = [say(records, one, "given", now=NOW) for one in ("R-1", "R-2")]
    with monkeypatch.context() as patched:
        patched.setattr("segmentation.ledger.personal.carrying.Work.bury", die)
        with pytest.raises(KeyboardInterrupt):
            say(records, "R-1", "withdrawn")
    assert states(records, subjects[0]) == ["given"]
    return subjects


def test_a_crash_after_the_line_is_mended_at_the_next_opening(crashed, records, erasures):
    assert erasures.carry_out("opening", LATER).taken_back == 1
    assert states(records, crashed[0]) == ["given", "withdrawn"]


def test_a_crash_after_the_line_is_mended_by_the_next_withdrawal(crashed, records, tombstones):
    say(records, "R-2", "withdrawn")

    assert [states(records, one)[-1] for one in crashed] == ["withdrawn", "withdrawn"]
    verify_personal(records.ledger, tombstones, records.keyring)
    AccessLog(records.ledger).verify()


def test_the_file_of_another_ledger_takes_no_withdrawal(records, erasures, tombstones):
    subject = say(records, "R-1", "given", "withdrawn")
    tombstones.path.unlink()

    with pytest.raises(LedgerError, match=r"knows 1 tombstones, and the file .* has 0"):
        say(records, "R-1", "objected")
    assert states(records, subject) == ["given", "withdrawn"]
    assert erasures.rewrite_file() == 1
    say(records, "R-1", "objected")


def test_a_line_that_was_made_up_is_refused(records, erasures, tombstones):
    with tombstones.writing() as pen:
        pen.say(["bm90aGluZw=="], LATER)

    with pytest.raises(VaultError, match=r"^Line 1 of the tombstones does not open: it was made up"):
        erasures.carry_out("opening", LATER)
    with pytest.raises(VaultError, match=r"^Line 1 of the tombstones does not open"):
        opened(Keyring.generate(NOW), tombstones.read()[0])


def test_without_a_file_a_withdrawal_is_recorded_all_the_same(ledger, keyring):
    records = Records(ledger, lambda: keyring)
    assert Consents(records).standing(say(records, "R-1", "withdrawn"), PURPOSE).state == "withdrawn"
