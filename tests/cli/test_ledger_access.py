"""`segmentation ledger access`, and what `ledger verify` says of the access log."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from segmentation.ledger.access import AccessLog
from segmentation.ledger.anchoring import anchor
from segmentation.ledger.event import Draft
from segmentation.ledger.personal.entries import Line
from segmentation.ledger.personal.erasing import Erasures
from segmentation.ledger.personal.records import Records, tell
from segmentation.ledger.personal.tombstones import Tombstones
from segmentation.ledger.store import open_ledger
from segmentation.reviews.api_keys import issue_api_key
from segmentation.vault import Keyring
from tests.ledger.personal.planted import NOW, keep

DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


def line(at=DAY, **changed):
    """An access event as the service writes one."""
    told = {
        "at": at.isoformat().replace("+00:00", "Z"), "id": "r1", "key": "0a1b2c3d4e5f",
        "route": "predict", "status": 200, "rows": 3, "model": "small_needs", "version": 1,
        "decision": "sha256:1",
    }  # fmt: skip
    return json.dumps(told | changed).encode() + b"\n"


@pytest.fixture
def log(office):
    """The access log of the office."""
    with open_ledger(office.trust.ledger) as ledger:
        yield AccessLog(ledger)


@pytest.fixture
def two_days(log):
    """Three requests on two days, moved a while later."""
    log.append("a", 0, line() + line(DAY, rows=1, status=422, id="r2"), DAY + timedelta(hours=20))
    log.append("b", 0, line(DAY + timedelta(days=1), id="r3"), DAY + timedelta(days=1, hours=1))
    return log


@pytest.fixture
def tampered(office):
    """Change the ledger's database as somebody would who may write to it, and drops its triggers first."""

    def done(statement):
        with closing(sqlite3.connect(office.home.ledger)) as connection:
            names = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'access'"
            ).fetchall()
            for (name,) in names:
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute(statement)
            connection.commit()

    return done


def test_requests_are_told_one_a_line(run, office, two_days):
    ended = run("ledger", "access")

    rest = "version 1 of small_needs; request"
    assert ended.out.splitlines() == [
        f"2026-03-02T12:00:00Z; key 0a1b2c3d4e5f; predict; 200; 3 residents; {rest} r1",
        f"2026-03-02T12:00:00Z; key 0a1b2c3d4e5f; predict; 422; 1 resident; {rest} r2",
        f"2026-03-03T12:00:00Z; key 0a1b2c3d4e5f; predict; 200; 3 residents; {rest} r3",
    ]


def test_an_event_of_many_refusals_says_how_many(run, log):
    log.append("a", 0, line(rows=0, status=429, version=None, requests=4_998), DAY)
    told = run("ledger", "access").out.strip()
    assert told.endswith("no version; request r1, the last of 4998 that were refused")


def test_an_alert_stands_out(run, log):
    log.append("a", 0, line(rows=1, status=429, purpose="rights", alert="mass-reading"), DAY)
    assert "; 429; 1 resident; for rights; ALERT: mass-reading; " in run("ledger", "access").out


def test_a_key_is_told_with_its_name(run, office, log):
    _, record = issue_api_key(
        office.book, office.signer("Adam"), "billing", ("predict",), DAY + timedelta(days=9), 5, "R.",
        lambda size: b"\1" * size,
    )  # fmt: skip
    log.append("a", 0, line(key=record.id, version=None, rows=0), DAY)

    assert "; key 010101010101 (billing); predict; 200; no version; request r1" in run("ledger", "access").out


def test_a_person_is_told_by_name_and_who_was_not_let_in_by_none(run, log):
    page = {"key": "", "rows": 0, "version": None, "decision": None}
    log.append(
        "a",
        0,
        line(route="page_version", person="Carol", **page | {"version": 1})
        + line(route="page_enter", status=403, **page),
        DAY,
    )
    first, second = run("ledger", "access").out.splitlines()
    assert "; Carol; page_version; 200; version 1 of small_needs; request" in first
    assert "; nobody who is signed in; page_enter; 403; no version; request" in second


def test_the_same_is_told_to_machines(run, office, two_days):
    events = run("ledger", "access", "--json").content["events"]

    assert [event["id"] for event in events] == ["r1", "r2", "r3"]
    assert events[0] == json.loads(line())


@pytest.mark.parametrize(("day", "ids"), [("2026-03-02", 3), ("2026-03-03", 1), ("2026-03-04", 0)])
def test_only_what_was_since_a_day_is_told(run, office, two_days, day, ids):
    assert len(run("ledger", "access", "--json", "--since", day).content["events"]) == ids


def test_an_event_counts_by_its_own_time_and_not_by_when_it_was_moved(run, office, two_days):
    """The first two were moved on the third of March, and are of the second."""
    told = run("ledger", "access", "--since", "2026-03-03").out

    assert "request r3" in told
    assert "request r1" not in told


def test_an_empty_log_says_so(run, office):
    assert run("ledger", "access").out == "No request was moved into the ledger yet, or none since then.\n"
    assert run("ledger", "access", "--json").content == {"events": []}


def test_a_line_that_is_no_event_is_told_and_moves_no_cursor(run, office, log):
    log.append("a", 0, b"\x1b[2J\n[]\n", DAY)

    assert run("ledger", "access").out == (
        "A line that is no access event: \\x1b[2J\nA line that is no access event: []\n"
    )
    assert run("ledger", "access", "--json", "--since", "2026-03-01").content["events"] == [
        {"unreadable": "\x1b[2J"},
        {"unreadable": "[]"},
    ]


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_log_that_was_altered_is_printed_and_called_so(run, office, two_days, tampered, form):
    tampered("UPDATE access SET lines = replace(lines, 'predict', 'explain') WHERE number = 2")
    ended = run("ledger", "access", *form)

    assert ended.code == 1
    assert "Error: Batch 2 of the access log was altered" in ended.err
    assert "Do not rely on what is printed above." in ended.err
    assert "r1" in ended.out


def test_a_log_whose_end_was_cut_off_behind_an_anchor_is_called_so(run, office, two_days, tampered):
    anchor(office.book, two_days, office.clock.now)
    tampered("DELETE FROM access WHERE number = 2")
    ended = run("ledger", "access", "--since", "2026-03-02")

    assert ended.code == 1
    assert "The access log ends at batch 1" in ended.err


def test_a_log_that_holds_is_printed_without_a_word_more(run, office, two_days):
    anchor(office.book, two_days, office.clock.now)
    ended = run("ledger", "access")

    assert (ended.code, ended.err) == (0, "")


# ---- Verifying --------------------------------------------------------------------------------------


def test_a_log_that_holds_is_told_with_its_anchor(run, office, two_days):
    assert "The access log holds 2 batches, each follows the one before it, and none of it is anchored" in (
        run("ledger", "verify").out
    )
    anchor(office.book, two_days, office.clock.now)

    assert "what is before batch 3 was anchored on 2026-03-02 08:00 UTC." in run("ledger", "verify").out
    told = run("ledger", "verify", "--json").content["access"]
    assert told == {"batches": 2, "head": two_days.head().digest, "anchored": 2}


def test_an_empty_log_is_told(run, office):
    assert "The access log is empty.\n" in run("ledger", "verify").out


def test_a_batch_that_was_altered_is_named_and_ends_with_one(run, office, two_days, tampered):
    tampered("UPDATE access SET lines = replace(lines, 'predict', 'explain') WHERE number = 2")
    ended = run("ledger", "verify")

    assert (ended.code, ended.out) == (1, "")
    assert "Error: Batch 2 of the access log was altered" in ended.err
    assert "the trigger access_no_update is missing" in ended.err


def test_an_end_that_was_cut_off_is_seen_by_the_anchor(run, office, two_days, tampered):
    anchor(office.book, two_days, office.clock.now)
    tampered("DELETE FROM access WHERE number = 2")
    ended = run("ledger", "verify")

    assert ended.code == 1
    assert (
        "The access log ends at batch 1, and batch 2 was anchored among the events on 2026-03-02" in ended.err
    )


def test_a_log_that_was_rewritten_is_seen_by_the_anchor(run, office, two_days, tampered):
    anchor(office.book, two_days, office.clock.now)
    tampered("DELETE FROM access")
    two_days.append("a", 0, line(), DAY)
    two_days.append("b", 0, line(), DAY)
    ended = run("ledger", "verify")

    assert ended.code == 1
    assert "Batch 2 of the access log is not the one that was anchored among the events" in ended.err


def test_a_log_that_was_rewritten_is_seen_also_where_the_new_one_was_anchored(
    run, office, two_days, tampered
):
    anchor(office.book, two_days, office.clock.now)
    tampered("DELETE FROM access")
    for spool in "abc":
        two_days.append(spool, 0, line(), DAY)
    body = {"log": "access", "number": 3, "digest": two_days.head().digest}
    office.book.record(lambda *_: [Draft("anchored", body=body)])
    ended = run("ledger", "verify")

    assert ended.code == 1
    assert "Batch 2 of the access log is not the one that was anchored among the events" in ended.err
    assert "Batch 3" not in ended.err


def test_a_log_is_verified_also_where_the_events_are_not_believed(run, office, two_days, tampered):
    tampered("UPDATE access SET count = 9 WHERE number = 1")
    tampered("DROP TRIGGER events_no_update")
    tampered("UPDATE events SET at = '2026-03-02T09:00:00.000000+00:00' WHERE seq = 4")
    ended = run("ledger", "verify")

    assert ended.code == 1
    assert "Event 4" in ended.err
    assert "Batch 1 of the access log was altered" in ended.err


def test_a_ledger_that_cannot_be_reached_ends_with_two(run, office, monkeypatch):
    from segmentation.errors import UnreachableError

    def away(*_):
        raise UnreachableError("The ledger cannot be read: it is away.")

    monkeypatch.setattr(AccessLog, "verify", away)
    ended = run("ledger", "verify")

    assert (ended.code, ended.out) == (2, "")
    assert "it is away" in ended.err


# ---- Anchoring --------------------------------------------------------------------------------------


def test_somebody_anchors_what_no_service_would(run, office, two_days):
    ended = run("ledger", "anchor", "--yes")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "Anchored: batch 2 of the access log, at 2026-03-02 08:00 UTC.\n"
    assert [one.number for one in office.book.history(afresh=True).anchors] == [2]


def test_where_nothing_is_new_nothing_is_anchored(run, office, two_days):
    run("ledger", "anchor", "--yes")
    ended = run("ledger", "anchor", "--yes")

    assert (ended.code, ended.out) == (
        0, "Nothing was moved into the access log since it was anchored last.\n"
    )  # fmt: skip
    assert len(office.book.history(afresh=True).anchors) == 1


@pytest.mark.parametrize(("answer", "code", "anchored"), [("n", 1, 0), ("y", 0, 1)])
def test_somebody_is_asked_whether_the_clock_is_right(
    run, office, two_days, monkeypatch, answer, code, anchored
):
    monkeypatch.setattr("segmentation.cli.secrets.is_asked", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda _: answer == "y")

    assert run("ledger", "anchor").code == code
    assert len(office.book.history(afresh=True).anchors) == anchored


def test_where_nobody_can_be_asked_nothing_is_anchored(run, office, two_days, monkeypatch):
    monkeypatch.setattr("segmentation.cli.secrets.is_asked", lambda: False)
    ended = run("ledger", "anchor")

    assert ended.code == 2
    assert "say --yes" in ended.err
    assert office.book.history(afresh=True).anchors == ()


def test_a_false_anchor_is_told_and_the_log_anchored_beside_it(run, office, two_days):
    body = {"log": "access", "number": 2**31 - 1, "digest": two_days.head().digest}
    office.book.record(lambda *_: [Draft("anchored", body=body)])
    ended = run("ledger", "anchor", "--yes")

    assert ended.code == 1
    assert "Anchored: batch 2 " in ended.out
    assert "somebody who writes the database added that anchor" in ended.err
    assert run("ledger", "verify").code == 1


def test_writes_of_personal_data_are_told_beside_requests(run, office, log):
    ring = Keyring.generate(NOW)
    with open_ledger(office.trust.ledger) as ledger:
        records = Records(ledger, lambda: ring)
        (subject, _) = keep(records, "R-1", "R-2")
        log.append("a", 0, line(rows=1, purpose="service_planning"), NOW)
        Erasures(records, Tombstones(office.home.tombstones)).erase([subject], "Carol", NOW)
    at, rest = NOW.isoformat().replace("+00:00", "Z"), "version 1 of small_needs; request r1"

    assert run("ledger", "access").out.splitlines() == [
        f"{at}; Test; kept 2 rows of consents; for service_planning",
        f"2026-03-02T12:00:00Z; key 0a1b2c3d4e5f; predict; 200; 1 resident; for service_planning; {rest}",
        f"{at}; Carol; wrote 1 tombstone",
        f"{at}; Carol; erased 1 row of consents",
    ]
    first, *_ = run("ledger", "access", "--json").content["events"]
    assert (first["what"], first["table"], first["count"], first["by"]) == ("write", "consents", 2, "Test")


def test_a_backup_is_told_as_one(run, office, log):
    with open_ledger(office.trust.ledger) as ledger, ledger.writer("Not written") as connection:
        tell(connection, [Line(NOW, "0", "backup", "backup", "data_keys", 0, 2, "")], None)

    assert run("ledger", "access").out.endswith("; backup; copied, sealed, 2 rows of data_keys\n")


def test_alerts_alone_are_told_where_they_are_asked_for(run, log, two_days):
    assert run("ledger", "access", "--alerts").out.startswith("No alert was moved")
    log.append("c", 0, line(route="resident_segment", status=429, alert="mass-reading", requests=40), DAY)
    (told,) = run("ledger", "access", "--alerts").out.splitlines()

    assert "; resident_segment; 429;" in told
    assert "ALERT: mass-reading" in told
    assert [one["alert"] for one in run("ledger", "access", "--alerts", "--json").content["events"]] == [
        "mass-reading"
    ]
    assert len(run("ledger", "access").out.splitlines()) == 4
