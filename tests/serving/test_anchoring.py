"""The service anchors once a day, and leaves it to a person where its clock may be ahead."""

from datetime import timedelta
from io import StringIO

import pytest

from segmentation.ledger.access import AccessLog
from segmentation.ledger.anchoring import anchor
from segmentation.ledger.event import Draft
from segmentation.ledger.store import open_ledger
from serving.watch import Watch
from tests.serving.made import Ticks
from tests.serving.test_mover import fill, lines, logged, mover_of


@pytest.fixture
def written():
    return StringIO()


@pytest.fixture
def ticks():
    return Ticks()


@pytest.fixture
def settled(office, written, ticks):
    """A mover whose clock has gone evenly for an hour, and a line that was moved."""
    fill(office, "one").close()
    mover = mover_of(office.settings(), office.clock, written, monotonic=ticks)
    wait(office, ticks, hours=1)
    return mover


def wait(office, ticks, **time):
    """Let time pass, as a clock that is right shows it."""
    office.clock.wait(**time)
    ticks.wait(timedelta(**time).total_seconds())


def anchors(office):
    with office.book(notes=False) as book:
        return [one.number for one in book.history().anchors]


def is_served(office):
    """Return whether another host, which has seen nothing, believes the ledger."""
    office.trust.witness.unlink(missing_ok=True)
    watch = Watch(office.settings(), office.clock)
    watch.look()
    return watch.condition == "serving"


def not_anchored(written):
    return [line["why"] for line in logged(written) if line["event"] == "access log not anchored"]


def test_the_log_is_anchored_once_a_day(office, settled, ticks):
    settled.move()
    assert anchors(office) == [1]
    wait(office, ticks, hours=23)
    fill(office, "two")
    settled.move()
    assert anchors(office) == [1]
    wait(office, ticks, hours=1)
    settled.move()
    assert anchors(office) == [1, 2]


def test_a_mover_does_not_anchor_before_its_clock_has_gone_evenly_for_a_while(office, written, ticks):
    mover = mover_of(office.settings(), office.clock, monotonic=ticks)
    fill(office, "one")
    mover.move()
    wait(office, ticks, minutes=9)
    mover.move()
    assert anchors(office) == []
    wait(office, ticks, minutes=1)
    mover.move()
    assert anchors(office) == [1]


@pytest.mark.parametrize("ahead", [timedelta(minutes=6), timedelta(hours=8), timedelta(days=30)])
def test_a_clock_that_is_ahead_for_a_moment_stops_nobody(office, settled, ticks, ahead):
    office.clock.now += ahead
    settled.move()
    assert anchors(office) == []
    wait(office, ticks, minutes=5)
    settled.move()
    office.clock.now -= ahead
    assert is_served(office)
    settled.move()
    wait(office, ticks, minutes=10)
    settled.move()
    assert anchors(office) == [1]


def test_a_service_that_starts_with_a_clock_far_ahead_leaves_anchoring_to_a_person(office, written, ticks):
    fill(office, "one")
    office.clock.wait(days=30)
    mover = mover_of(office.settings(), office.clock, written, monotonic=ticks)
    for _ in range(3):
        wait(office, ticks, hours=1)
        mover.move()
    assert lines(office) == ["one"]
    (why, *_) = not_anchored(written)
    assert why.startswith("The clock says 2026-07-31 09:00 UTC, and the last time known is 2026-07-01")
    assert "`segmentation ledger anchor`" in why
    office.clock.wait(days=-30)
    assert is_served(office)


def test_what_a_person_anchored_is_gone_on_from(office, written, ticks):
    fill(office, "one")
    office.clock.wait(days=30)
    mover = mover_of(office.settings(), office.clock, written, monotonic=ticks)
    wait(office, ticks, hours=1)
    mover.move()
    with open_ledger(office.trust.ledger) as ledger, office.book() as book:
        anchor(book, AccessLog(ledger), office.clock(), timedelta(0))
    wait(office, ticks, days=1)
    fill(office, "two")
    mover.move()
    assert anchors(office) == [1, 2]


def test_a_quiet_month_is_no_doubt_about_a_clock_that_went_evenly(office, settled, written, ticks):
    settled.move()
    for _ in range(30):
        wait(office, ticks, days=1)
        settled.move()
    fill(office, "two")
    wait(office, ticks, hours=1)
    settled.move()
    assert (anchors(office), not_anchored(written)) == ([1, 2], [])


@pytest.mark.parametrize(("apart", "anchored"), [(-400, []), (-200, [1]), (200, [1]), (400, [])])
def test_a_clock_that_is_not_that_of_the_database_is_not_believed(
    office, settled, written, monkeypatch, apart, anchored
):
    monkeypatch.setattr(AccessLog, "time", lambda _: office.clock() + timedelta(seconds=apart))
    settled.move()
    assert anchors(office) == anchored
    assert len(not_anchored(written)) == 1 - len(anchored)


def test_the_log_is_anchored_on_each_kind_of_database(office_at, ticks, written, monkeypatch):
    """The clock of a real server is not that of the test: it is the database's that does not count here."""
    office = office_at
    fill(office, "one")
    mover = mover_of(office.settings(), office.clock, written, monotonic=ticks)
    wait(office, ticks, hours=1)
    mover.move()
    is_server = office.trust.ledger.startswith("postgresql")
    assert anchors(office) == ([] if is_server else [1])
    monkeypatch.setattr(AccessLog, "time", lambda _: None)
    wait(office, ticks, hours=1)
    mover.move()
    assert anchors(office) == [1]


def test_a_false_anchor_is_told_and_the_log_anchored_beside_it(office, settled, written):
    body = {"log": "access", "number": 2**31 - 1, "digest": f"sha256:{'0' * 64}"}
    with office.book() as book:
        book.record(lambda *_: [Draft("anchored", body=body)])
    settled.move()
    assert anchors(office) == [2**31 - 1, 1]
    (told,) = (line for line in logged(written) if line["event"] == "access log does not fit an anchor")
    assert "batch 2147483647 was anchored" in told["why"]
