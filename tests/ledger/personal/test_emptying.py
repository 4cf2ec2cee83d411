"""Rows that are taken out lose pseudonym and seal, keep number and digest, and are told in runs."""

import pytest

from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.emptying import empty, empty_alone
from segmentation.ledger.personal.tables import consents
from tests.ledger.personal.planted import NOW, keep, told


@pytest.fixture
def taken(ledger, keyring):
    """Empty rows: ``taken(which)``."""

    def take(which, why="retention"):
        with ledger.writer("Not emptied") as connection:
            return empty(connection, consents, which, why, "Test", NOW, keyring)

    return take


def lines(ledger):
    return [
        line.split('"what":')[1].split(',"rows"')[0]
        for line in AccessLog(ledger).lines()
        if '"what":"write"' not in line
    ]


def test_rows_are_emptied_and_the_others_stay(records, taken, sql):
    subjects = keep(records, "R-1", "R-2", "R-3")
    before = sql("SELECT number, purpose, at, digest FROM consents ORDER BY 1")

    assert taken(consents.c.number >= 2) == 2

    assert sql("SELECT number, purpose, at, digest FROM consents ORDER BY 1") == before
    assert sql("SELECT number FROM consents WHERE subject IS NULL AND sealed IS NULL ORDER BY 1") == [
        (2,),
        (3,),
    ]
    assert [told(records, one) for one in subjects] == [[b"told of R-1"], [], []]


def test_what_is_empty_already_is_let_be(records, taken):
    keep(records, "R-1", "R-2", "R-3")
    taken(consents.c.number == 2)

    assert taken(consents.c.number >= 1) == 2
    assert taken(consents.c.number >= 1) == 0


def test_each_run_of_numbers_is_a_line_that_says_why(records, ledger, taken):
    keep(records, *(f"R-{at}" for at in range(8)))
    taken(consents.c.number.in_([1, 2, 3, 5, 8]), "erase")

    assert lines(ledger) == [
        '"erase","table":"consents","first":1,"count":3',
        '"erase","table":"consents","first":5,"count":1',
        '"erase","table":"consents","first":8,"count":1',
    ]
    AccessLog(ledger).verify()


def test_nothing_to_take_out_is_no_line(records, ledger, taken):
    keep(records, "R-1")

    assert taken(consents.c.number > 5) == 0
    assert lines(ledger) == []


def test_rows_that_are_emptied_alone_tell_some_seals_by_which_files_are_searched(records, ledger, sql):
    keep(records, "R-1", "R-2", "R-3")
    seals = {bytes(seal) for (seal,) in sql("SELECT sealed FROM consents WHERE number > 1")}

    rows, found = empty_alone(records, consents, consents.c.number > 1, "Not emptied", "Test", NOW)
    assert (rows, set(found)) == (2, seals)
    assert empty_alone(records, consents, consents.c.number > 1, "Not emptied", "Test", NOW) == (0, [])
    assert lines(ledger) == ['"retention","table":"consents","first":2,"count":2']
