"""A body is held to its type, and a refusal says where and never what."""

import json

import pytest

from serving.calls import Refused
from serving.residents.answers import ConsentSaid, RequestMade
from serving.residents.bodies import body_of

PLANTED = "410103198001011234"
SOUND = {"purpose": "service_planning", "event_state": "given"}


def refused(body, kind=ConsentSaid):
    with pytest.raises(Refused) as caught:
        body_of(body if isinstance(body, bytes) else json.dumps(body).encode(), kind)
    assert PLANTED not in repr(caught.value)
    return caught.value


def test_a_sound_body_is_read():
    assert body_of(json.dumps(SOUND).encode(), ConsentSaid) == ConsentSaid("service_planning", "given")


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"event_state": PLANTED}, "/event_state"),
        ({"purpose": 3}, "/purpose"),
        ({"language": PLANTED * 20}, "/language"),
        ({"event_time": PLANTED}, "/event_time"),
        ({PLANTED: 1}, ""),
    ],
)
def test_a_fault_is_told_by_its_place(changed, pointer):
    (fault,) = refused(SOUND | changed).faults

    assert (fault.pointer, bool(fault.rule), bool(fault.fix)) == (pointer, True, True)


def test_a_fault_in_a_list_is_told_by_its_place():
    (fault,) = refused({"right": "objection", "purposes": ["a", 3]}, RequestMade).faults

    assert fault.pointer.startswith("/purposes")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'"' + PLANTED.encode()])
def test_what_is_no_json_is_malformed(body):
    assert refused(body).slug == "malformed"


def test_a_field_that_is_lacking_is_told():
    assert refused({"purpose": "a"}).faults[0].rule.startswith("lacks a field")
