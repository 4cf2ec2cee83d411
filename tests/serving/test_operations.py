"""What is told of each route, and what it may refuse."""

import pytest

from serving.operations import OPERATIONS, PAGES, TAGS
from serving.problems import PROBLEMS
from serving.routes import all_routes

ROUTES = {route.name: route for route in all_routes()}


def test_every_route_is_told_of_or_is_a_page_for_people():
    assert ROUTES.keys() == OPERATIONS.keys() | PAGES
    assert not OPERATIONS.keys() & PAGES
    assert {one.tag for one in OPERATIONS.values()} == TAGS.keys()


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_route_refuses_what_its_scope_and_its_body_call_for(name):
    told = set(OPERATIONS[name].refusals(ROUTES[name]))

    assert told <= PROBLEMS.keys()
    assert ("no-key" in told) == (ROUTES[name].scope is not None)
    assert ("invalid" in told) == bool(ROUTES[name].media)
    assert bool(OPERATIONS[name].body) == bool(ROUTES[name].media)


@pytest.mark.parametrize("name", OPERATIONS)
def test_it_is_told_in_both_languages(name):
    text = OPERATIONS[name].text

    assert text.en.endswith(".")
    assert text.zh.endswith("。")
