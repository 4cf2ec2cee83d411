"""Offices for tests of pages; see `made`."""

import pytest

from tests.reviews.office import Office
from tests.serving.pages.made import PageOffice


@pytest.fixture(scope="session")
def first_page_office(tmp_path_factory):
    return Office.opened(tmp_path_factory.mktemp("pages"))


@pytest.fixture
def desk(first_page_office, tmp_path):
    """Everybody is entered, with a key file under `PASSPHRASE`, and nothing is submitted."""
    made = PageOffice(first_page_office.copied(tmp_path))
    yield made
    made.pages.close()
    made.office.book.close()


@pytest.fixture
def desk_at(url, tmp_path):
    """The same in each kind of database."""
    made = PageOffice(Office.opened(tmp_path, url))
    yield made
    made.pages.close()
    made.office.book.close()
