"""What the prediction API answers, as data: each answer comes back from its own JSON, and none is changed."""

import msgspec
import pytest

from segmentation.answers import (
    Described,
    Explanation,
    Fault,
    Feature,
    Model,
    Place,
    PlannedService,
    Prediction,
    Problem,
    Reason,
    Segment,
    Texts,
    Version,
    Versions,
)

TEXT = Texts("Phone first", "电话优先")
PLAN = (PlannedService("patrol", TEXT, TEXT, "burden", 2.5, 2.0, True, ("evening_share",)),)
SEGMENT = Segment(TEXT, PLAN)
REASON = Reason("S1", "S2", 0.4, False, 2.5, {"evening_share": 2.0}, 0.5, TEXT)
ANSWERS = [
    Prediction(
        "needs", 3, "sha256:0", {"S1": SEGMENT}, (Place("S1", 0.5, False), Place("S1", 0.0, True, ("area",)))
    ),
    Explanation("needs", 3, "sha256:0", {"S1": SEGMENT}, (REASON,), ("area",)),
    Model(
        *("needs", TEXT, 3, "sha256:0", "2026-12-31", "sha256:1", "sha256:2", "sha256:3", TEXT, (TEXT,)),
        segments=(Described("S1", TEXT, 0.25, None, PLAN), Described("S2", TEXT, 0.75, TEXT, ())),
        features=(
            Feature("area", TEXT, "number", False, True, TEXT, TEXT, (1.0, 500.0)),
            Feature("channel", TEXT, "category", True, True, TEXT, values=("app", "phone")),
        ),
    ),
    Versions("needs", (Version(1, "revoked", "2026-07-01T08:00:00+00:00", "Revoked.", ("business",), None),)),
    Problem(
        "urn:x",
        "No",
        422,
        "Why not.",
        "urn:uuid:0",
        (Fault("/a", "must be", "mend it", "PIPL Art. 6", TEXT),),
        7,
    ),
]


def kind(answer):
    return type(answer).__name__


@pytest.mark.parametrize("answer", ANSWERS, ids=kind)
def test_it_comes_back_from_its_json(answer):
    assert msgspec.json.decode(msgspec.json.encode(answer), type=type(answer)) == answer


@pytest.mark.parametrize("answer", ANSWERS, ids=kind)
def test_it_cannot_be_changed(answer):
    with pytest.raises(AttributeError):
        setattr(answer, answer.__struct_fields__[0], None)


@pytest.mark.parametrize("margin", [-0.1, 1.1])
def test_a_margin_is_within_0_and_1(margin):
    raw = b'{"segment": "S1", "margin": %f, "borderline": false}' % margin
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(raw, type=Place)


def test_what_there_is_nothing_to_say_of_is_left_out():
    assert msgspec.json.encode(Place("S1", 0.5, False)) == b'{"segment":"S1","margin":0.5,"borderline":false}'
    assert b"faults" not in msgspec.json.encode(Problem("urn:x", "No", 401, "Why not.", "urn:uuid:0"))


def test_an_older_client_reads_what_a_newer_server_adds():
    raw = b'{"segment": "S1", "margin": 0.5, "borderline": false, "since": "2027"}'
    assert msgspec.json.decode(raw, type=Place) == Place("S1", 0.5, False)
