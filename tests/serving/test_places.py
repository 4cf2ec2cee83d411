"""Who may connect, and when idle connections are looked for."""

import pickle

import pytest

from serving.places import SWEEP, Places


@pytest.mark.parametrize(
    ("peer", "is_let_in"),
    [
        ("10.1.2.3", True),
        ("192.0.2.7", True),
        ("2001:db8::7", True),
        ("::ffff:10.1.2.3", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("fe80::1%eth0", False),
        ("192.0.2.8", False),
        ("::ffff:192.0.2.8", False),
        ("2001:db9::7", False),
    ],
)
def test_behind_proxies_they_and_this_machine_may_connect_and_nobody_else(peer, is_let_in):
    places = Places(10, ("10.0.0.0/8", "192.0.2.7", "2001:db8::/32"))
    assert pickle.loads(pickle.dumps(places)).admits(peer) == is_let_in


def test_without_a_proxy_anybody_may_connect():
    assert Places(10).admits("192.0.2.8")


def test_more_than_there_are_places_for_is_full():
    assert [Places(10).is_full(taken) for taken in (9, 10, 11)] == [False, False, True]


def test_idle_connections_are_looked_for_where_more_than_half_is_taken_and_not_at_each_connection():
    places = Places(10)
    assert not places.is_to_sweep(5, 100.0)
    assert places.is_to_sweep(6, 100.0)
    assert not places.is_to_sweep(6, 100.0 + SWEEP / 2)
    assert places.is_to_sweep(10, 100.0 + SWEEP)
