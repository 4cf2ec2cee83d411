"""A request reads the ledger once, and everything on its page is of that one look."""

import pytest

from segmentation.ledger.book import Book
from tests.serving.pages.browsing import Browser, Site


@pytest.fixture
def looks(monkeypatch):
    """Count the looks at the ledger, and which of them read all of it."""
    found, own = [], Book.history

    def history(book, *, afresh=False):
        found.append(afresh)
        return own(book, afresh=afresh)

    monkeypatch.setattr(Book, "history", history)
    return found


@pytest.fixture
def carol(desk):
    desk.office.activated(1)
    desk.office.submit(2)
    site = Site(desk)
    browser = Browser(site)
    browser.sign_in("Carol")
    yield browser
    site.close()


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("/review", [False]),
        ("/review/versions/1", [False]),
        ("/review/compare?before=1&after=2", [False]),
        ("/review/versions/2/reject", [False]),
        ("/review/ledger", [False, True]),
    ],
)
def test_a_page_reads_the_ledger_once_and_what_is_verified_anew_once_more(carol, looks, page, expected):
    looks.clear()

    assert carol.get(page).status == 200
    assert looks == expected


def test_what_was_read_to_know_who_asks_is_what_the_page_is_made_of(desk, looks):
    known = desk.pages.history()
    visit = desk.visit(read=known)
    desk.office.submit(1)
    looks.clear()

    assert visit.history is known
    assert looks == []


def test_where_nothing_was_read_yet_it_is_read_once(desk, looks):
    visit = desk.visit(read=None)
    looks.clear()

    assert visit.history is visit.history
    assert len(looks) == 1
