"""Offices for tests of pages; see `made`."""

import pytest

from tests.reviews.office import Office
from tests.serving.pages.made import PageOffice, blocked


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


# ---- A real browser: see `browser` -------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    from tests.serving.pages.browser import playwright_browser

    yield from playwright_browser()


@pytest.fixture(scope="session")
def first_furnished_office(tmp_path_factory):
    from tests.serving.pages.browser import furnish

    office = Office.opened(tmp_path_factory.mktemp("furnished"))
    furnish(office)
    return office


@pytest.fixture
def furnished(first_furnished_office, tmp_path):
    """An office with a version in every state."""
    made = PageOffice(first_furnished_office.copied(tmp_path))
    yield made
    made.pages.close()
    made.office.book.close()


@pytest.fixture
def tabs_of(browser, tmp_path):
    """Serve an office in a thread, and open browsers before it."""
    from contextlib import contextmanager
    from types import SimpleNamespace

    from tests.serving.over_http import running
    from tests.serving.pages.browser import shots_folder, tabs

    @contextmanager
    def opened(desk):
        served = SimpleNamespace(settings=desk.settings, clock=desk.office.clock)
        with running(served) as address, tabs(browser, address, shots_folder(tmp_path)) as open_tab:
            yield open_tab

    return opened


@pytest.fixture(scope="session")
def seen(first_page_office, tmp_path_factory):
    """Version 1 is active and version 2 waits, with findings that block it; for tests that change nothing."""
    made = PageOffice(first_page_office.copied(tmp_path_factory.mktemp("seen")))
    made.office.activated(1)
    made.office.submit(blocked())
    yield made
    made.pages.close()
    made.office.book.close()
