"""Who was asked about is found by an index that follows the access log, and is made anew from it."""

import json

import pytest
from sqlalchemy import delete, select

from segmentation.ledger.access import AccessLog, append_within
from segmentation.ledger.asked import WHOLE, about, fault, is_whole, mend
from segmentation.ledger.tables import asked_about
from tests.signed import START

ONE, OTHER = b"\x01" * 16, b"\x02" * 16


def line(mark, route="resident_segment"):
    subject = {"subject": mark.hex()} if mark else {}
    return json.dumps({"route": route, **subject}).encode() + b"\n"


@pytest.fixture
def log(ledger):
    """Two batches that name a resident, one of them another too, and one that names nobody."""
    log = AccessLog(ledger)
    for lines in (line(ONE) + line(ONE, "resident_account"), line(b""), line(OTHER) + line(ONE)):
        log.append("a", log.ended("a"), lines, START)
    return log


def told(ledger, mark):
    with ledger.reading() as connection:
        return list(about(connection, mark))


def index(ledger):
    with ledger.reading() as connection:
        return {
            (bytes(mark), batch, start) for mark, batch, start, _ in connection.execute(select(asked_about))
        }


def lose(ledger, *where):
    with ledger.writer("Nothing") as connection:
        connection.execute(delete(asked_about).where(*where))


FIRST, SECOND = line(ONE).decode().rstrip(), line(ONE, "resident_account").decode().rstrip()
BEHIND = len(FIRST) + 1
WHOLE_INDEX = {(WHOLE, 0, 0), (ONE, 1, 0), (ONE, 1, BEHIND), (ONE, 3, BEHIND), (OTHER, 3, 0)}


def test_the_index_says_which_lines_name_whom_and_nothing_of_others(ledger, log):
    assert index(ledger) == WHOLE_INDEX
    assert told(ledger, ONE) == [FIRST, SECOND, FIRST]
    assert told(ledger, b"\x03" * 16) == []
    assert fault(ledger) is None


def test_only_lines_of_the_index_are_looked_at(ledger, log):
    lose(ledger, asked_about.c.batch == 3, asked_about.c.mark == ONE)

    assert told(ledger, ONE) == [FIRST, SECOND]


def test_without_an_index_the_whole_log_is_looked_through(ledger, log):
    lose(ledger)

    assert told(ledger, ONE) == [FIRST, SECOND, FIRST]


def test_a_missing_index_is_made_anew_with_the_next_line_about_a_resident(ledger, log):
    lose(ledger)
    log.append("a", log.ended("a"), line(b""), START)
    assert index(ledger) == set()
    with ledger.writer("Nothing") as connection:
        append_within(connection, "b", line(OTHER), START)

    assert index(ledger) == {*WHOLE_INDEX, (OTHER, 5, 0)}


@pytest.mark.parametrize(
    ("where", "batch"),
    [((), 0), ((asked_about.c.batch == 3,), 3)],
    ids=["all of it", "a batch"],
)
def test_an_index_that_says_less_than_the_log_is_told_and_mended(ledger, log, where, batch):
    lose(ledger, *where)
    assert f"not what batch {batch} of the access log says" in fault(ledger)
    mend(ledger)

    assert fault(ledger) is None
    assert index(ledger) == WHOLE_INDEX


def test_a_row_that_somebody_planted_does_not_stop_the_log(ledger, log):
    with ledger.writer("Nothing") as connection:
        planted = {"mark": ONE, "batch": 4, "start": 0, "length": 9}
        connection.execute(asked_about.insert(), [planted])
    log.append("a", log.ended("a"), line(ONE), START)

    assert fault(ledger) is not None
    mend(ledger)
    assert told(ledger, ONE) == [FIRST, SECOND, FIRST, FIRST]


def test_a_line_is_cut_out_whole_behind_letters_of_more_than_one_byte(ledger, log):
    log.append("a", log.ended("a"), '{"person": "王芳"}\n'.encode() + line(OTHER)[:-1], START)

    assert told(ledger, OTHER)[-1] == line(OTHER).decode().rstrip()


def test_a_new_ledger_has_an_index_that_is_whole(ledger):
    with ledger.reading() as connection:
        assert is_whole(connection)
