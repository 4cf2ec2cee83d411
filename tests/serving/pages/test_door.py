"""Pages over HTTP: who comes in, what is refused, and what is written down of it."""

import pytest

from tests.serving.pages.browsing import Browser, Site


@pytest.fixture
def site(desk):
    made = Site(desk)
    yield made
    made.close()


def test_a_stranger_is_sent_to_sign_in_and_then_to_where_they_wanted_to_go(site):
    browser = Browser(site)
    found = browser.get("/review/ledger?kind=decision")
    assert (found.status, found.headers["location"]) == (
        303,
        "/review/sign-in?next=%2Freview%2Fledger%3Fkind%3Ddecision",
    )
    found = browser.sign_in(next="/review/ledger?kind=decision")
    assert (found.status, found.headers["location"]) == (303, "/review/ledger?kind=decision")
    assert browser.get("/review").status == 200
    assert [event.get("person") for event in site.events] == ["Carol", "Carol"]
