"""An account holds everything that is kept, as of one moment, and nothing of anybody else."""

from datetime import UTC, datetime, timedelta

import msgspec

from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.overrides import Overrides
from segmentation.ledger.personal.overrides import Told as Put
from segmentation.ledger.personal.requests import Requests
from segmentation.ledger.personal.requests import Told as Said
from segmentation.ledger.personal.segments import By, Placed, Segments
from segmentation.rights.account import Account
from segmentation.rights.gathering import account_of

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
BY = By("planning", "needs", 3, timedelta(days=1))
PLACED = Placed("S1", 0.5, borderline=False, decision="sha256:0")


def fill(records, subject):
    Consents(records).record(subject, "planning", Told("given", "1", "zh", "app"), "key", NOW)
    Consents(records).record(subject, "letters", Told("objected"), "key", NOW)
    Segments(records).keep(subject, PLACED, BY, "key", NOW)
    put = Put("S2", "Works at night.", "Carol", "R0a1b2c3d4e5f")
    Overrides(records).set(subject, "planning", "needs", put, NOW)
    Requests(records).receive(subject, "access", Said("key", "All of it."), NOW)


def test_an_account_holds_everything_of_one_resident(records, subject):
    fill(records, subject)
    fill(records, records.keyring.subject_of("R-2"))
    found = account_of(records, subject, ("planning", "audit"), NOW + timedelta(hours=1))

    assert [(one.purpose, one.state, one.objected is None) for one in found.purposes] == [
        ("planning", "given", True),
        ("audit", None, True),
        ("letters", None, False),
    ]
    assert [(one.purpose, one.event_state) for one in found.consents] == [
        ("planning", "given"),
        ("letters", "objected"),
    ]
    assert [(one.segment, one.version, one.is_expired) for one in found.segments] == [("S1", 3, False)]
    assert [(one.segment, one.reason, one.request) for one in found.overrides] == [
        ("S2", "Works at night.", "R0a1b2c3d4e5f")
    ]
    assert [(one.right, one.steps[0].text) for one in found.requests] == [("access", "All of it.")]
    assert msgspec.json.decode(msgspec.json.encode(found), type=Account) == found
    assert not found.is_empty


def test_what_has_expired_is_told_as_such(records, subject):
    fill(records, subject)

    found = account_of(records, subject, (), NOW + timedelta(days=1))
    assert [one.is_expired for one in found.segments] == [True]


def test_where_its_version_stands_is_told_of_each_segment(records, subject):
    fill(records, subject)

    (plain,) = account_of(records, subject, (), NOW).segments
    (told,) = account_of(records, subject, (), NOW, states=lambda *of: f"{of}").segments
    assert (plain.state, told.state) == ("", "('needs', 3)")


def test_of_who_is_not_there_nothing_is_kept(records):
    found = account_of(records, records.keyring.subject_of("R-9"), ("planning",), NOW)

    assert found.is_empty
    assert [one.state for one in found.purposes] == [None]
    assert "S1" not in repr(found)
