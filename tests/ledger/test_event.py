"""An event's digest covers everything that it says, and nothing else makes it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from segmentation.ledger.event import GENESIS, Draft, Event, digest_of, linked
from segmentation.signing import Signed, is_digest, sha256

AT = datetime(2026, 7, 1, 8, 0, 0, 5, tzinfo=UTC)
SIGNED = Signed('{"a":1}', "c2lnbmF0dXJl")
DRAFT = Draft("decision", SIGNED, "resident_needs", 3)


@pytest.fixture
def event():
    return linked(DRAFT, AT, None)


def test_the_digest_is_of_canonical_json_written_by_hand(event):
    written = (
        '{"at":"2026-07-01T08:00:00.000005+00:00","body":{},"kind":"decision","model":"resident_needs",'
        f'"previous":"{GENESIS}","seq":1,'
        '"signed":{"document":"{\\"a\\":1}","signature":"c2lnbmF0dXJl"},"version":3}'
    )

    assert json.loads(written)["seq"] == 1
    assert event.digest == sha256(written.encode())


def test_the_first_event_follows_nothing(event):
    assert (event.seq, event.previous) == (1, GENESIS)
    assert is_digest(GENESIS)


def test_the_next_event_follows_the_one_before(event):
    after = linked(Draft("activated", None, "resident_needs", 3, {"bundle": "x"}), AT, event)

    assert (after.seq, after.previous) == (2, event.digest)
    assert after.digest == after.computed


CHANGES = {
    "seq": {"seq": 2},
    "time": {"at": AT + timedelta(microseconds=1)},
    "previous": {"previous": sha256(b"other")},
    "kind": {"draft": replace(DRAFT, kind="adoption")},
    "model": {"draft": replace(DRAFT, model="other")},
    "no model": {"draft": replace(DRAFT, model=None)},
    "version": {"draft": replace(DRAFT, version=4)},
    "body": {"draft": replace(DRAFT, body={"bundle": "x"})},
    "document": {"draft": replace(DRAFT, signed=replace(SIGNED, document='{"a":2}'))},
    "signature": {"draft": replace(DRAFT, signed=replace(SIGNED, signature="other"))},
    "unsigned": {"draft": replace(DRAFT, signed=None)},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_is_changed_changes_the_digest(event, change):
    other = replace(event, **change)

    assert other.computed != event.digest


@pytest.mark.parametrize("body", [None, {}])
def test_no_body_is_an_empty_one(event, body):
    assert replace(event, draft=replace(DRAFT, body=body)).computed == event.digest


def test_a_digest_that_was_stored_is_not_believed():
    event = Event(1, AT, DRAFT, GENESIS, sha256(b"stored"))

    assert event.computed == digest_of(1, AT, DRAFT, GENESIS)
    assert event.computed != event.digest


def test_one_moment_told_in_another_zone_is_another_text():
    there = AT.astimezone(timezone(timedelta(hours=8)))

    assert there == AT
    assert digest_of(1, there, DRAFT, GENESIS) != digest_of(1, AT, DRAFT, GENESIS)
