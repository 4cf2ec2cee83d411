"""Addresses: which page they are of, and whether somebody may be sent on to one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.pages.paths import MOST, exact_paths, ours, place_of, shown_at
from serving.pages.table import ACTIONS, address, all_pages
from tests.serving.pages.made import PLACES


@pytest.mark.parametrize("route", all_pages(), ids=lambda route: f"{route.method} {route.name}")
def test_every_page_is_found_at_its_address(route):
    path = route.path.format_map(PLACES)
    place = place_of(path)
    assert place.routes[route.method] == route
    assert place.path == {name: str(told) for name, told in PLACES.items() if f"{{{name}}}" in route.path}
    assert (path in exact_paths()) == ("{" not in route.path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/review/",
        "/reviews",
        "/review/versions",
        "/review/versions/",
        "/review/versions/0",
        "/review/versions/01",
        "/review/versions/-1",
        "/review/versions/1/",
        "/review/versions/1.0",
        "/review/versions/１",
        "/review/versions/1\n",
        "/review/versions/1\0",
        "/review/versions/" + "9" * 11,
        "/review/versions/" + "9" * 10_000,
        "/review/versions/..",
        "/review/residents/" + "0" * 31,
        "/review/residents/" + "A" * 32,
        "/review/residents/R-1",
        "/review/residents/requests/R-1",
        "/review/versions/../versions/1",
        "/review/versions/1/../../ledger",
        "/review/versions/1/approve/",
        "/review/versions/1/request_changes",
        "/review/versions/{version}",
        "/review/static/",
        "/review/static/.",
        "/review/static/..",
        "/review/static/../door.py",
        "/review/static/a/b",
        "/review/static/a\\b",
        "/review/static/a\0b",
        "/review/static/" + "a" * 65,
        "//review",
        "/REVIEW",
    ],
    ids=range(35),
)
def test_nothing_else_is_an_address(path):
    assert place_of(path) is None


@pytest.mark.parametrize(
    "target",
    [
        "/",
        address("start"),
        address("ledger", query={"kind": "decision", "who": "Carol Chen"}),
        address("version", version=3),
        f"{address('version', version=3)}?a=https://elsewhere.example/",
        *(address(action, version=1) for action in ACTIONS),
    ],
)
def test_somebody_is_sent_on_to_a_page(target):
    assert ours(target) == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        "review",
        "https://elsewhere.example/review",
        "//elsewhere.example/review",
        "///review",
        "/\\elsewhere.example",
        "\\/elsewhere.example",
        "/review\\",
        "javascript:alert(1)",
        "/review\r\nset-cookie: a=b",
        "/review%0d%0a",
        "/review?a=\r\nb",
        "/review\t",
        " /review",
        "/review?名=1",
        "/review#main",
        "/review/language?language=en",
        "/review/static/pages.css",
        "/review/sign-out",
        "/review/versions/1/notes",
        "/review/nowhere",
        "/v1/model",
        "http://[::1/review",
        "/review?" + "a" * MOST,
    ],
    ids=range(24),
)
def test_nobody_is_sent_anywhere_else(target):
    assert ours(target) == ""


@pytest.mark.parametrize(
    ("here", "shown"),
    [
        ("/review/versions/2", "/review/versions/2"),
        ("/review/ledger?kind=decision", "/review/ledger?kind=decision"),
        ("/review/versions/2/notes", "/review/versions/2"),
        ("/review/versions/2/notes?a=/b", "/review/versions/2"),
        ("/review/sign-out", "/review"),
        ("//elsewhere.example/x", ""),
        ("//[::1/x", ""),
        ("https://elsewhere.example/review/x", ""),
        ("", ""),
    ],
    ids=range(9),
)
def test_what_a_form_answers_with_is_the_page_above_it(here, shown):
    assert shown_at(here) == shown


@given(st.text(max_size=80))
def test_no_text_leads_off_the_site(text):
    found = ours(text)
    assert found in {"", text}
    assert not found or found == "/" or found.startswith("/review")
