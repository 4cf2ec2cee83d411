"""Who asked is found by a pseudonym of the log's own, whoever wrote the line."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from segmentation.errors import ReviewError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.entries import MASS
from segmentation.rights.beheld import beheld
from segmentation.rights.readings import mark_of, note_reading, readings_of

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def found(records, subject):
    with beheld(records) as seen:
        return readings_of(seen.look.connection, mark_of(records.keyring, subject))


def test_a_reading_is_told_to_whom_it_is_of_alone(records, subject):
    note_reading(records, subject, "Carol", "resident show", "rights", NOW)
    (one,) = found(records, subject)

    assert (one.by, one.route, one.purpose, one.status) == ("Carol", "resident show", "rights", 200)
    assert datetime.fromisoformat(one.at) == NOW
    assert found(records, records.keyring.subject_of("R-2")) == ()
    assert AccessLog(records.ledger).verify().number == 1


def test_lines_of_the_service_are_told_and_others_left_aside(records, subject):
    mark = mark_of(records.keyring, subject)
    lines = [
        {"at": NOW.isoformat(), "key": "0a1b2c3d4e5f", "route": "resident_segment", "status": 403,
         "purpose": "other", "subject": mark},
        {"at": NOW.isoformat(), "key": "0a1b2c3d4e5f", "route": "predict", "status": 200, "note": mark},
        [mark],
    ]  # fmt: skip
    content = b"".join(json.dumps(line).encode() + b"\n" for line in lines) + mark.encode() + b"\n"
    AccessLog(records.ledger).append("a", 0, content, NOW)

    (one,) = found(records, subject)
    assert (one.by, one.status) == ("0a1b2c3d4e5f", 403)


def test_the_log_does_not_name_whom_the_tables_name(records, subject):
    note_reading(records, subject, "Carol", "resident show", "rights", NOW)
    (line,) = AccessLog(records.ledger).lines()

    assert subject.hex() not in line
    assert records.keyring.marker("rights")(subject).hex() not in line


def test_who_asks_about_too_many_is_refused_and_noted_as_an_alert(records, subject):
    def ask(by, at):
        note_reading(records, subject, by, "resident show", "rights", at, most=2)

    for minute in (0, 20):
        ask("Carol", NOW + timedelta(minutes=minute))
    with pytest.raises(ReviewError, match="Carol was told of 2 residents within an hour"):
        ask("Carol", NOW + timedelta(minutes=40))
    ask("Bob", NOW + timedelta(minutes=41))
    with pytest.raises(ReviewError):
        ask("Carol", NOW + timedelta(minutes=59))
    ask("Carol", NOW + timedelta(minutes=120))

    events = [json.loads(line) for line in AccessLog(records.ledger).lines()]
    assert [event.get("alert", "") for event in events] == ["", "", MASS, "", MASS, ""]
    assert [event["status"] for event in events] == [200, 200, 429, 200, 429, 200]
