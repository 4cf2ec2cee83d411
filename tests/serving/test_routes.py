"""The table of addresses: unambiguous, in both languages, and open only where nothing is told."""

from collections import Counter

from segmentation.ledger.api_keys import SCOPES
from serving.routes import NEVER, all_routes

OPEN = {"healthz", "readyz", "ping", "version", "document", "docs", "docs_file"}


def test_names_and_addresses_are_each_given_once():
    routes = all_routes()
    assert max(Counter(route.name for route in routes).values()) == 1
    assert max(Counter((route.method, route.path) for route in routes).values()) == 1


def test_only_what_tells_nothing_of_the_model_is_open():
    assert {route.name for route in all_routes() if route.scope is None} == OPEN
    assert {route.scope for route in all_routes()} == {None, *SCOPES}


def test_what_takes_a_body_says_which_and_nothing_else_does():
    assert all(bool(route.media) == (route.method == "POST") for route in all_routes())


def test_every_address_is_told_in_both_languages():
    for route in all_routes():
        assert route.summary.en.isascii()
        assert not route.summary.zh.isascii()


def test_what_is_read_with_care_runs_beside_the_event_loop_whatever_its_size():
    for route in all_routes():
        assert route.beside_from == (0 if route.scope or route.name == "document" else NEVER)
    about = {route for route in all_routes() if route.is_about_one}
    assert {route.path.startswith("/v1/residents/{ref}") for route in about} == {True}
    assert {route.name for route in all_routes() if route.quickly} == {"predict", "invocations"}
