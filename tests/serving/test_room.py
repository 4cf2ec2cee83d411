"""How much is in hand at once: of all, and of one key."""

import pytest

from serving.calls import Refused
from serving.room import ABOUT_ONE, BYTES, LONG, SHARE, Room, Taken

MIB = 2**20


def refused(function, *told):
    with pytest.raises(Refused) as caught:
        function(*told)
    assert caught.value.headers == ((b"retry-after", b"1"),)
    return caught.value.slug


def test_a_room_has_so_many_places_and_each_is_free_again():
    room = Room(4, MIB)
    places = [room.enter(str(key)) for key in range(4)]
    assert refused(room.enter, "another") == "busy"
    places[0].leave()
    room.enter("another").leave()
    for place in places[1:]:
        place.leave()
    assert room.taken == Taken()


def test_a_key_has_a_share_of_the_places_and_others_still_have_theirs():
    room = Room(40, MIB)
    for _ in range(10):
        room.enter("one")
    assert refused(room.enter, "one") == "too-often"
    room.enter("another")


def test_in_a_small_room_a_key_may_have_a_few_places():
    room = Room(8, MIB)
    for _ in range(LONG):
        room.enter("one")
    assert refused(room.enter, "one") == "too-often"


def test_bytes_are_held_as_they_arrive_and_given_back():
    room = Room(40, 16 * MIB)
    place = room.enter("one")
    for size in (1, MIB, 16 * MIB, 16 * MIB):
        place.hold(size)
        assert room.taken.size == size
    place.leave()
    assert room.taken.size == 0


def test_a_key_holds_a_share_of_the_bytes_and_all_of_them_no_more_than_there_are():
    room, each = Room(400, 16 * MIB), BYTES // SHARE // (16 * MIB)
    for key in range(SHARE):
        for _ in range(each):
            room.enter(str(key)).hold(16 * MIB)
        assert refused(room.enter(str(key)).hold, 1) == ("too-often" if key < SHARE - 1 else "busy")
    assert room.taken.size == BYTES


def test_there_is_room_for_one_body_however_large_bodies_may_be():
    room = Room(40, 2 * BYTES)
    room.enter("one").hold(2 * BYTES)
    assert refused(room.enter("another").hold, 1) == "busy"


def test_a_key_has_a_few_long_requests_in_hand_and_others_are_not_kept():
    room = Room(40, MIB)
    places = [room.enter("one") for _ in range(LONG + 1)]
    for place in places[:-1]:
        place.take_long()
        place.take_long()
    assert refused(places[-1].take_long) == "too-often"
    room.enter("another").take_long()
    places[0].leave()
    places[-1].take_long()


def test_who_needs_no_key_is_told_that_the_service_is_busy():
    room = Room(40, MIB)
    for _ in range(LONG):
        room.enter("").take_long()
    assert refused(room.enter("").take_long) == "busy"


def test_more_of_those_about_one_resident_are_in_hand_at_once():
    room = Room(1_000, 1)
    places = [room.enter("key") for _ in range(ABOUT_ONE + 1)]
    for place in places[:-1]:
        place.take_long(ABOUT_ONE)

    assert refused(places[-1].take_long, ABOUT_ONE) == "too-often"
