"""What is from before somebody was erased never comes back, and what comes after it may."""

from datetime import timedelta

import pytest

from segmentation.errors import ReviewError
from segmentation.ledger.personal.ends import check_alive, end_of, ended_since
from segmentation.ledger.personal.entries import Entry, micros
from tests.ledger.personal.planted import NOW, keep

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def subjects(records, erasures):
    """Two residents: the first was erased twice, the second never."""
    first, second = keep(records, "R-1", "R-2")
    erasures.erase([first], "Carol", NOW)
    erasures.erase([first], "Carol", LATER)
    return first, second


def test_an_end_is_the_last_of_a_resident(subjects, ledger, keyring):
    with ledger.reading() as connection:
        assert [end_of(connection, keyring, one) for one in subjects] == [micros(LATER), None]


def test_only_what_is_later_than_the_end_is_written(subjects, ledger, keyring):
    first, second = subjects
    with ledger.reading() as connection:
        with pytest.raises(ReviewError, match="nothing of that comes back"):
            check_alive(connection, keyring, [Entry(first, micros(LATER), b"")])
        check_alive(
            connection, keyring, [Entry(first, micros(LATER) + 1, b""), Entry(second, micros(NOW), b"")]
        )


def test_who_ended_since_a_tombstone_is_told(subjects, ledger, keyring):
    with ledger.reading() as connection:
        found = [ended_since(connection, keyring, number, subjects) for number in (0, 1, 2)]

    assert found == [{subjects[0]}, {subjects[0]}, frozenset()]
