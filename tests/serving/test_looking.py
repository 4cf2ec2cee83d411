"""How often a look reads all of the ledger, and what it makes of a ledger that is in doubt."""

from contextlib import suppress
from itertools import pairwise

import pytest

from segmentation.errors import LedgerError
from segmentation.ledger.book import Book
from serving.looking import Looker
from tests.serving.made import Ticks


@pytest.fixture
def ticks():
    return Ticks()


@pytest.fixture
def looker(office, ticks):
    found = Looker(office.settings(), office.clock, ticks)
    yield found
    found.close()


@pytest.fixture
def fuller(monkeypatch, ticks):
    """When the ledger was read from its start; a test says how long that takes."""
    found, read = [], Book.history

    def history(self, *, afresh=False):
        if afresh:
            found.append(ticks.now)
            ticks.wait(found.takes)
        return read(self, afresh=afresh)

    class Found(list):
        takes = 0.0

    found = Found()
    monkeypatch.setattr(Book, "history", history)
    return found


def looks(looker, ticks, seconds, interval=0.5):
    ends = ticks.now + seconds
    while ticks.now < ends:
        with suppress(LedgerError):
            looker.look()
        ticks.wait(interval)


def test_a_quick_look_at_all_of_the_ledger_is_taken_every_second(looker, ticks, fuller):
    looks(looker, ticks, 10)
    assert [round(later - one, 6) for one, later in pairwise(fuller)] == [1.0] * 9


def test_a_slow_one_takes_a_twentieth_of_the_time_at_most(looker, ticks, fuller):
    fuller.takes = 0.3
    looks(looker, ticks, 60)
    assert len(fuller) >= 9
    assert len(fuller) * fuller.takes <= 0.05 * 60 + fuller.takes


def test_while_it_is_in_doubt_all_of_it_is_read_at_every_look(office, looker, ticks, fuller):
    looker.look()
    office.run("UPDATE events SET digest = replace(digest, substr(digest, 12, 1), 'x') WHERE seq = 3")
    ticks.wait(1)
    fuller.takes = 0.3
    before = len(fuller)
    for _ in range(5):
        with pytest.raises(LedgerError, match="vent 3"):
            looker.look()
    assert len(fuller) == before + 5


def test_what_is_seen_counts_from_before_the_look_began(looker, ticks, fuller):
    fuller.takes = 7.0
    began = ticks.now
    seen = looker.look()
    assert seen.looked == began
    assert seen.trusted_until == seen.served_until == began + 2
