"""Offices for tests; see `office`."""

import pytest

from tests.reviews.office import Office


@pytest.fixture(scope="session")
def first_office(tmp_path_factory):
    return Office.opened(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(first_office, tmp_path):
    """A ledger with everybody entered, and nothing submitted."""
    return first_office.copied(tmp_path)


@pytest.fixture
def any_office(url, tmp_path):
    """The same in each kind of database."""
    office = Office.opened(tmp_path, url)
    yield office
    office.book.close()
