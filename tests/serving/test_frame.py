"""What stands around results: the bytes that a plain encoder would write, with the segments that occur."""

import msgspec
import pytest

from segmentation.answers import Place, Prediction
from serving.frame import frame_of
from tests.serving.answering import Desk
from tests.serving.made import SEGMENTS


@pytest.fixture(scope="module")
def served(begun_office):
    return Desk.of(begun_office).served


def plain(served, names, results, unused=()):
    approved = served.approved
    return msgspec.json.encode(
        Prediction(
            approved.name,
            approved.version,
            approved.decision,
            {name: served.segments[name] for name in names},
            results,
            unused,
        )
    )


@pytest.mark.parametrize("occurring", [(), (1,), (2, 0), (0, 1, 2)])
def test_segments_stand_in_the_order_of_the_scorer(served, occurring):
    ids = list(SEGMENTS)
    results = tuple(Place(ids[at], 0.5, False) for at in occurring)
    told = served.frame.around(msgspec.json.encode(results), set(occurring))
    assert told == plain(served, [ids[at] for at in sorted(occurring)], results)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_result_is_framed_as_several_are(served, at):
    place = Place(list(SEGMENTS)[at], 0.05, True, ("home_area_m2",))
    told = served.frame.around_one(msgspec.json.encode(place), at)
    assert told == served.frame.around(msgspec.json.encode([place]), {at})


def test_what_was_sent_and_is_not_read_stands_at_the_end(served):
    (place,) = results = (Place("S1", 0.5, False),)
    told = served.frame.around(msgspec.json.encode(results), {0}, ("区域", "pets"))
    assert told == plain(served, ["S1"], results, ("区域", "pets"))
    assert served.frame.around_one(msgspec.json.encode(place), 0, ("区域", "pets")) == told


def test_a_name_of_any_script_is_encoded(served):
    segments = {'S"1\\': served.segments["S1"]}
    frame = frame_of(served.approved, segments)
    assert msgspec.json.decode(frame.around(b"[]", {0}), type=Prediction).segments == segments
