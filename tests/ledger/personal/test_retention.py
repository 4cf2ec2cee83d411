"""Retention: what is due goes, what law keeps or what still holds stays, and a run goes on after another."""

from datetime import UTC, datetime, timedelta

import pytest

from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.events import Told as Event
from segmentation.ledger.personal.overrides import Overrides, Told
from segmentation.ledger.personal.requests import Requests
from segmentation.ledger.personal.requests import Told as Said
from segmentation.ledger.personal.retention import Retention
from segmentation.ledger.personal.segments import By, Placed, Segments

THEN = datetime(2020, 2, 29, 9, 30, tzinfo=UTC)
NOTHING = {"consents": 0, "segments": 0, "overrides": 0, "requests": 0}
PURPOSE, MODEL = "service_planning", "resident_needs"
BY = By(PURPOSE, MODEL, 3, timedelta(days=730))
PLACED = Placed("S2", 0.25, borderline=False, decision="sha256:d")
MOMENT = timedelta(microseconds=1)


def years(count):
    """The first day from which that many years have passed."""
    return datetime(2020 + count, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture
def retention(records):
    return Retention(records, stretch=2)


@pytest.fixture
def residents(records):
    return [records.keyring.subject_of(f"R-{at}") for at in range(5)]


def place(records, subjects, at=THEN):
    for subject in subjects:
        Segments(records).keep(subject, PLACED, BY, "Test", at)


def consent(records, subject, state, at):
    assert Consents(records).record(subject, PURPOSE, Event(state, "2026-01"), "Test", at)


def run(retention, now):
    """Take out, and return what, by what a look had said before."""
    due = retention.due(now)
    taken = retention.run("Test", now)
    assert taken.rows == due
    assert taken.is_swept
    assert retention.due(now) == NOTHING
    return taken


def test_a_segment_goes_when_its_time_is_over_and_not_before(records, retention, residents):
    place(records, residents[:3])
    place(records, residents[2:4], THEN + timedelta(days=1))
    end = THEN + BY.retention

    assert retention.due(end - MOMENT) == NOTHING
    assert run(retention, end).rows == NOTHING | {"segments": 3}
    table = Segments(records)
    assert [len(table.history(one, PURPOSE)) for one in residents] == [0, 0, 1, 1, 0]
    assert set(records.keys(residents)) == set(residents[2:4])


def test_what_is_taken_out_leaves_its_digest_and_a_line(records, retention, residents, sql):
    place(records, residents)
    before = sql("SELECT number, digest FROM segments ORDER BY number")
    retention.run("Carol", THEN + BY.retention)

    assert sql("SELECT count(*) FROM segments WHERE subject IS NOT NULL OR sealed IS NOT NULL") == [(0,)]
    assert sql("SELECT number, digest FROM segments ORDER BY number") == before
    log = AccessLog(records.ledger)
    told = [line for line in log.lines() if '"what":"retention"' in line]
    assert ['"first":1,"count":2' in told[0], '"first":5,"count":1' in told[2]] == [True, True]
    assert all('"by":"Carol"' in line for line in told)
    assert '"table":"data_keys"' in told[3]
    assert log.verify().number > 0


def test_a_run_goes_on_where_another_was_interrupted(records, retention, residents):
    place(records, residents)

    class KilledError(Exception):
        pass

    def kill(_table, _count):
        raise KilledError

    with pytest.raises(KilledError):
        retention.run("Test", years(3), kill)
    assert retention.due(years(3))["segments"] == 3
    taken = run(retention, years(3))
    assert (taken.rows["segments"], taken.keys) == (3, 5)


def test_where_nothing_is_due_nothing_is_written(records, retention, residents):
    place(records, residents)
    before = list(AccessLog(records.ledger).lines())

    assert run(retention, THEN + timedelta(days=2)).keys == 0
    assert list(AccessLog(records.ledger).lines()) == before


def test_what_a_withdrawal_took_out_leaves_the_files_with_the_next_run(records, retention, residents, sql):
    one = residents[0]
    consent(records, one, "given", THEN)
    place(records, [one])
    (sealed,) = sql("SELECT sealed FROM segments")[0]
    consent(records, one, "withdrawn", THEN + MOMENT)

    assert retention.run("Test", THEN + MOMENT).is_swept
    path = records.ledger.place.path
    files = [] if path is None else [path, path.with_name(f"{path.name}-wal")]
    assert not any(bytes(sealed) in one.read_bytes() for one in files if one.exists())


def test_an_override_stays_as_long_as_a_segment_is_kept(records, retention, residents):
    one = residents[0]
    Overrides(records).set(one, PURPOSE, MODEL, Told("S3", "Because.", "Carol"), THEN)
    place(records, [one], years(2))

    assert run(retention, years(3)).rows == NOTHING
    assert run(retention, years(5)).rows == NOTHING | {"segments": 1, "overrides": 1}


def test_an_override_is_kept_for_three_years_after_another_replaced_it(records, retention, residents):
    one, kept = residents[0], Overrides(records)
    place(records, [one], years(4))
    kept.set(one, PURPOSE, MODEL, Told("S3", "Because.", "Carol"), THEN)
    kept.lift(one, PURPOSE, MODEL, Told(None, "Not any more.", "Carol"), years(1))

    assert run(retention, years(4) - MOMENT).rows == NOTHING
    assert run(retention, years(4)).rows == NOTHING | {"overrides": 1}
    assert [found.segment for found in kept.history(one, PURPOSE)] == [None]


def test_a_request_is_kept_for_three_years_after_its_answer(records, retention, residents):
    asked = Requests(records)
    answered = asked.receive(residents[0], "access", Said("Carol"), THEN)
    asked.done(residents[0], answered.id, Said("Carol", identity="login"), years(1))
    waiting = asked.receive(residents[1], "access", Said("Carol"), THEN)

    assert run(retention, years(4) - MOMENT).rows == NOTHING
    assert run(retention, years(4)).rows == NOTHING | {"requests": 2}
    assert asked.of(residents[0]) == ()
    assert [one.id for one in asked.of(residents[1])] == [waiting.id]


def test_consents_go_three_years_after_they_ended_and_never_while_they_hold(records, retention, residents):
    given, withdrawn, objecting, refused, back = residents
    for one in (given, withdrawn, objecting, back):
        consent(records, one, "given", THEN)
    for one in (withdrawn, objecting, back):
        consent(records, one, "withdrawn", years(1))
    consent(records, objecting, "objected", years(1) + MOMENT)
    consent(records, back, "given", years(2))
    consent(records, refused, "refused", THEN)

    assert run(retention, years(3)).rows == NOTHING | {"consents": 1}
    taken = run(retention, years(9))
    assert (taken.rows, taken.keys) == (NOTHING | {"consents": 2}, 1)
    found = [Consents(records).standing(one, PURPOSE) for one in residents]
    assert [one.state for one in found] == ["given", None, "withdrawn", None, "given"]
    assert found[2].objected is not None


def test_consents_stay_as_long_as_what_is_kept_beside_them(records, retention, residents):
    one = residents[0]
    consent(records, one, "objection_lifted", THEN)
    place(records, [one], years(2))
    Overrides(records).set(one, PURPOSE, MODEL, Told("S3", "Because.", "Carol"), years(3))

    assert run(retention, years(3)).rows == NOTHING
    assert run(retention, years(5)).rows == NOTHING | {"segments": 1}
    assert run(retention, years(6)).rows == NOTHING | {"consents": 1, "overrides": 1}


def test_what_a_destroyed_key_leaves_behind_goes_as_well(records, retention, residents, sql):
    consent(records, residents[0], "given", THEN)
    sql("DELETE FROM data_keys")

    assert run(retention, years(4)).rows == NOTHING | {"consents": 1}
