"""Whether a form came from a page of ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.pages.entrance import attending, door
from serving.pages.entrance.csrf import LENGTH, is_from_us, is_good, token_of
from tests.serving.pages.browser import browsed

SECRET = "s" * 43
HOST = {b"host": b"pages.example:8443"}


def test_a_token_is_good_for_its_secret_alone_and_is_another_each_time():
    one, other = token_of(SECRET), token_of(SECRET)
    assert one != other
    assert len(one) == len(other) == LENGTH
    assert is_good(one, SECRET)
    assert is_good(other, SECRET)
    assert not is_good(one, "t" * 43)


def test_what_every_page_has_alike_stands_in_none_of_them():
    """Without a mask, the half behind it would be the same."""
    one, other = (token_of(SECRET, lambda size, n=n: bytes([n]) * size) for n in (1, 2))
    assert one[43:] != other[43:]


@given(st.text(max_size=120) | st.binary(max_size=90).map(lambda raw: raw.decode("latin-1")))
def test_no_other_text_is_a_token(text):
    assert not is_good(text, SECRET)


def test_a_token_is_not_good_with_one_letter_changed():
    token = token_of(SECRET)
    for at in range(LENGTH - 1):
        changed = "A" if token[at] != "A" else "B"
        assert not is_good(token[:at] + changed + token[at + 1 :], SECRET)


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({b"sec-fetch-site": b"same-origin"}, True),
        ({b"sec-fetch-site": b"none"}, True),
        ({b"sec-fetch-site": b"same-site"}, False),
        ({b"sec-fetch-site": b"cross-site"}, False),
        ({b"sec-fetch-site": b""}, False),
        ({b"sec-fetch-site": b"same-origin", b"origin": b"null"}, True),
        ({b"sec-fetch-site": b"cross-site", b"origin": b"https://pages.example:8443"}, False),
        ({b"origin": b"https://pages.example:8443"}, True),
        ({b"origin": b"https://PAGES.example:8443"}, True),
        ({b"origin": b"https://pages.example"}, False),
        ({b"origin": b"https://pages.example:8443.elsewhere.example"}, False),
        ({b"origin": b"null"}, False),
        ({b"origin": b""}, False),
        ({b"origin": b"http://[::1"}, False),
    ],
)
def test_what_the_browser_says_counts_and_where_it_says_nothing_the_token_does(headers, ours):
    assert is_from_us(HOST | headers) is ours


def test_no_origin_is_that_of_a_request_without_a_host():
    assert not is_from_us({b"origin": b"https://"})


# ---- A real browser ------------------------------------------------------------------------------------


@browsed[0]
@browsed[1]
def test_a_browser_that_knows_no_fetch_metadata_uses_the_forms_by_its_origin(desk, tabs_of, monkeypatch):
    """So does Safari before 16.4: it says where a form was, unless the page bids it say nothing."""
    told = []
    is_from = attending.csrf.is_from_us
    monkeypatch.setattr(door, "READ", door.READ - {b"sec-fetch-site"})
    monkeypatch.setattr(attending.csrf, "is_from_us", lambda sent: told.append(dict(sent)) or is_from(sent))
    with tabs_of(desk) as open_tab:
        tab = open_tab("en")
        tab.sign_in("Carol")
        assert tab.at() == "/review"
        tab.send('form[action$="/sign-out"]')
        assert tab.at() == "/review/sign-in"
    assert [one[b"origin"] for one in told] == [b"http://" + one[b"host"] for one in told]
    assert len(told) == 2
    assert all(b"sec-fetch-site" not in one for one in told)
