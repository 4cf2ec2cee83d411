"""A service with a keyring, on SQLite or on each kind of database."""

import pytest

from tests.serving.residents.front import Front


@pytest.fixture
def front(office):
    """It keeps nothing of anybody yet."""
    front = Front.of(office)
    yield front
    front.close()


@pytest.fixture
def front_at(office_at):
    """The same on each kind of database."""
    front = Front.of(office_at)
    yield front
    front.close()


@pytest.fixture
def placed(front):
    """One resident consents and is placed."""
    assert front.consent().status == 200
    assert front.place().status == 200
    return front
