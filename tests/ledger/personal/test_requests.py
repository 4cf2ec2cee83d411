"""The register of requests: answered once, in time, and with what they bring about in the same moment."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from segmentation.errors import LedgerError, ReviewError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.entries import Entry, Write, micros
from segmentation.ledger.personal.events import Told as Event
from segmentation.ledger.personal.events import encode
from segmentation.ledger.personal.register import RIGHTS
from segmentation.ledger.personal.requests import AT_ONCE, PURPOSE, Requests, Told
from segmentation.ledger.personal.stones import PURPOSE as TOMBSTONE
from segmentation.ledger.personal.tables import consents, data_keys
from segmentation.policy.base import NAME
from segmentation.rights.readings import MARKED

OBJECTED = encode(Event("objected"))
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=3)


@pytest.fixture
def register(records):
    return Requests(records)


def subject(records, reference="R-1"):
    return records.keyring.subject_of(reference)


def told(text="", by="key 1", **more):
    return Told(by=by, text=text, **more)


def asked(register, records, right="access", reference="R-1", **more):
    return register.receive(subject(records, reference), right, told("Please.", **more), NOW)


# ---- Receiving ----------------------------------------------------------------------------------------


def test_a_request_waits_for_its_answer_until_its_day(register, records):
    found = asked(register, records, channel="front_desk", language="zh")

    assert (found.state, found.received, found.due) == ("received", NOW, NOW + timedelta(days=30))
    assert not found.is_late(found.due - timedelta(microseconds=1))
    assert found.is_late(found.due)
    assert register.register(waiting=True) == (found,)
    (whole,) = register.of(subject(records))
    assert (whole.id, whole.steps[0].told) == (
        found.id,
        told("Please.", channel="front_desk", language="zh"),
    )


@pytest.mark.parametrize("right", RIGHTS)
def test_what_asks_nothing_is_done_when_it_is_received_and_the_rest_waits(register, records, right):
    found = asked(register, records, right)

    assert (found.state == "done") == (found.ended is not None) == (right in AT_ONCE)
    assert len(register.register(waiting=True)) == (right not in AT_ONCE)


def test_the_same_is_asked_for_once_until_it_is_answered(register, records):
    first = asked(register, records)
    with pytest.raises(ReviewError, match=r"asked for before \(access\)"):
        asked(register, records)

    asked(register, records, "copy")
    asked(register, records, reference="R-2")
    register.done(subject(records), first.id, told(identity="login"), LATER)
    assert asked(register, records).id != first.id


def test_an_objection_is_never_one_too_many(register, records):
    assert asked(register, records, "objection").id != asked(register, records, "objection").id


def test_what_a_request_brings_about_is_written_with_it_or_not_at_all(register, records):
    who = subject(records)
    beside = Write(consents, "planning", [Entry(who, micros(NOW), OBJECTED)])
    register.receive(who, "objection", told(), NOW, [beside])
    assert [row.content for row in records.of(consents, "planning", who)] == [OBJECTED]

    asked(register, records)
    with pytest.raises(ReviewError):
        register.receive(who, "access", told(), NOW, [beside])
    assert len(records.of(consents, "planning", who)) == 1


@pytest.mark.parametrize(
    ("right", "text", "said"), [("pardon", "", "There is no such right"), ("access", "a" * 2001, "2,000")]
)
def test_what_is_no_request_is_refused(register, records, right, text, said):
    with pytest.raises(ReviewError, match=said):
        register.receive(subject(records), right, told(text), NOW)
    assert register.register() == ()


# ---- Answering ----------------------------------------------------------------------------------------


def test_a_request_is_extended_once_and_then_answered(register, records):
    found, who = asked(register, records), subject(records)
    later = register.extend(who, found.id, told("Papers are in the archive."), LATER)
    assert (later.state, later.due) == ("extended", NOW + timedelta(days=60))
    with pytest.raises(ReviewError, match="extended before"):
        register.extend(who, found.id, told("Again."), LATER)

    done = register.done(who, found.id, told("Handed over.", identity="in_person"), LATER)
    assert (done.state, done.ended, done.due) == ("done", LATER, later.due)
    assert register.one(found.id) == done
    assert [step.state for step in register.of(who)[0].steps] == ["received", "extended", "done"]


@pytest.mark.parametrize("right", ["access", "copy", "erasure"])
def test_nothing_is_handed_over_or_erased_before_it_was_checked_who_asks(register, records, right):
    found, who = asked(register, records, right), subject(records)
    with pytest.raises(ReviewError, match="Nothing says how it was checked"):
        register.done(who, found.id, told("Handed over."), LATER)
    assert register.one(found.id) == found

    register.done(who, found.id, told("Handed over.", identity="guardian"), LATER)
    assert register.of(who)[0].steps[-1].told.identity == "guardian"
    other = asked(register, records, right, identity="login")
    assert register.done(who, other.id, told("Handed over."), LATER).state == "done"


def test_who_asks_may_be_refused_for_it_cannot_be_checked(register, records):
    found = asked(register, records)
    assert register.refuse(subject(records), found.id, told("It is not them."), LATER).state == "refused"


def test_a_number_of_a_document_is_not_kept(register, records):
    with pytest.raises(ReviewError, match="never the number of a document"):
        asked(register, records, identity="410103198001011234")
    assert register.register() == ()


@pytest.mark.parametrize("right", ["correction", "erasure"])
def test_what_was_asked_for_in_an_app_has_fifteen_working_days_and_never_more(register, records, right):
    found, who = asked(register, records, right, channel="app"), subject(records)
    assert found.due == NOW + timedelta(days=21)
    with pytest.raises(ReviewError, match="15 working days and is not extended"):
        register.extend(who, found.id, told("Many asked."), LATER)

    assert register.refuse(who, found.id, told("It is another's."), LATER).state == "refused"
    other = asked(register, records, right, channel="letter")
    assert other.due == NOW + timedelta(days=30)
    assert register.extend(who, other.id, told("Many asked."), LATER).state == "extended"


@pytest.mark.parametrize("answer", ["done", "refuse", "extend"])
def test_an_answer_stays(register, records, answer):
    found, who = asked(register, records), subject(records)
    register.refuse(who, found.id, told("It is another's."), LATER)

    with pytest.raises(ReviewError, match="was answered on 2026-11-23: it is refused"):
        getattr(register, answer)(who, found.id, told("No.", identity="login"), LATER)


@pytest.mark.parametrize("answer", ["refuse", "extend"])
def test_who_does_not_do_as_asked_says_why(register, records, answer):
    found = asked(register, records)

    with pytest.raises(ReviewError, match="Say why"):
        getattr(register, answer)(subject(records), found.id, told(" "), LATER)
    assert register.one(found.id) == found


def test_a_request_is_answered_to_whom_it_is_of(register, records):
    found = asked(register, records)
    asked(register, records, "copy", "R-2")

    with pytest.raises(ReviewError, match="There is no such request"):
        register.done(subject(records, "R-2"), found.id, told(), LATER)
    assert register.subject_of(found.id) == subject(records)


@pytest.mark.parametrize(
    ("request_id", "said"), [("R" + "0" * 12, "no such request"), ("R-1", "12 hexadecimal digits")]
)
def test_a_request_that_nobody_made_is_not_found(register, records, request_id, said):
    for ask in (register.one, register.subject_of):
        with pytest.raises(ReviewError, match=said):
            ask(request_id)
    with pytest.raises(ReviewError, match=said):
        register.done(subject(records), request_id, told(), NOW)


# ---- Erasing ------------------------------------------------------------------------------------------


def erase(ledger, who):
    with ledger.writer("") as connection:
        connection.execute(delete(data_keys).where(data_keys.c.subject == who))


def test_an_erasure_is_noted_when_nothing_is_left_to_seal_it_under(register, records, ledger, sql):
    found, who = asked(register, records, "erasure"), subject(records)
    erase(ledger, who)

    done = register.erased(found.id, "Carol", LATER)
    assert (done.state, done.ended) == ("done", LATER)
    assert register.one(found.id) == done
    assert register.of(who) == ()
    assert register.subject_of(found.id) is None
    assert sql("SELECT subject, sealed FROM requests ORDER BY number DESC LIMIT 1")[0][:2] == (None, None)
    with pytest.raises(ReviewError, match="was answered"):
        register.erased(found.id, "Carol", LATER)


def test_nothing_is_entered_of_who_is_erased_in_that_moment(register, records, ledger):
    who, ensured = subject(records), records.ensured

    def erased(subjects, now):
        keys = ensured(subjects, now)
        erase(ledger, who)
        return keys

    records.ensured = erased
    with pytest.raises(LedgerError, match="taken out in the same moment"):
        register.receive(who, "access", told(), NOW)
    assert register.register() == ()


def test_every_step_is_a_line_of_the_access_log_that_names_nobody(register, records, sql):
    found, who = asked(register, records, by="0a1b2c3d4e5f"), subject(records)
    register.done(who, found.id, told("Handed over.", by="Carol", identity="code"), LATER)

    lines = [json.loads(line) for line in AccessLog(records.ledger).lines()]
    assert [(one["table"], one["by"], one["purpose"]) for one in lines] == [
        ("requests", "0a1b2c3d4e5f", "own rights"),
        ("requests", "Carol", "own rights"),
    ]
    assert who.hex() not in str(lines)
    assert "Handed over" not in str(sql("SELECT * FROM requests"))


@pytest.mark.parametrize("own", [PURPOSE, TOMBSTONE, MARKED])
def test_what_the_program_marks_for_itself_is_no_purpose_that_a_policy_may_state(own):
    assert re.fullmatch(NAME, own) is None
