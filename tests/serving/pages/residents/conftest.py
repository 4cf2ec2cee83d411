"""An office that keeps residents; see `kept`."""

import pytest

from tests.serving.pages.residents.kept import Keeping


@pytest.fixture
def keeping(desk):
    """It has a keyring, and nothing is kept of anybody."""
    made = Keeping(desk)
    yield made
    made.close()


@pytest.fixture
def keeping_at(desk_at):
    """The same in each kind of database."""
    made = Keeping(desk_at)
    yield made
    made.close()
