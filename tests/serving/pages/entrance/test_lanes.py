"""Which lane a request takes, and which sessions are known to be there."""

import pytest

from serving.calls import Refused
from serving.pages import table
from serving.pages.entrance.lanes import ARRIVING, LANES, Bounds, Lane, Remembered, lane_of
from serving.room import SHARE

PAGES = {route.name: route for route in table.all_pages()}


@pytest.mark.parametrize("name", [*PAGES, None])
def test_strangers_sign_in_in_one_lane_and_do_everything_else_in_another(name):
    route = PAGES.get(name)
    assert lane_of(route, is_known=False) == ("enter" if name == "enter" else "open")


@pytest.mark.parametrize(
    ("name", "lane"),
    [
        ("start", "read"),
        ("language", "read"),
        (None, "read"),
        ("dossier", "dossier"),
        ("sign_revoke", "act"),
        ("note", "act"),
        ("leave", "act"),
        ("enter", "enter"),
    ],
)
def test_who_has_a_session_shares_no_lane_with_strangers(name, lane):
    assert lane_of(PAGES.get(name), is_known=True) == lane


def test_every_lane_is_there_and_every_form_has_its_bounds():
    named = {lane_of(one, is_known=known) for one in (*PAGES.values(), None) for known in (True, False)}
    assert named | {"known"} == set(LANES)
    posts = {
        lane_of(one, is_known=k) for one in PAGES.values() if one.method == "POST" for k in (True, False)
    }
    assert posts == set(ARRIVING)


def test_what_strangers_may_send_is_little_beside_what_a_worker_has_in_hand():
    for name in ("enter", "open"):
        assert ARRIVING[name].places // SHARE * ARRIVING[name].most_bytes <= 2 * 2**20
        assert ARRIVING[name].patience <= 5


def test_a_lane_has_as_many_places_as_it_says():
    lane = Lane("test", Bounds(1, 2))
    first, second = lane.enter(), lane.enter()
    assert first is second
    with pytest.raises(Refused) as refused:
        lane.enter()
    assert (refused.value.slug, lane.taken) == ("busy", 2)
    lane.leave()
    assert lane.enter() is first
    lane.close()
    assert lane.threads is None


def test_one_session_has_half_of_a_lane_and_leaves_the_rest_to_others():
    lane = Lane("test", Bounds(1, 4))
    for _ in range(2):
        lane.enter("hers")
    with pytest.raises(Refused):
        lane.enter("hers")
    for _ in range(2):
        lane.enter("his")
    lane.leave("hers")
    lane.enter("hers")
    for session in ("hers", "hers", "his", "his"):
        lane.leave(session)
    assert (lane.taken, dict(lane._by_session)) == (0, {})
    lane.close()


def test_sessions_are_remembered_until_they_are_gone_or_too_many():
    there = Remembered(2)
    for token in ("one", "two", "one", "three"):
        there.add(token)
    assert [token in there for token in ("one", "two", "three")] == [True, False, True]
    there.discard("three")
    there.discard("nobody's")
    assert "three" not in there
    there.add("a token of 43 letters")
    assert "a token of" not in repr(vars(there))
