"""What is kept of a request: nothing that its body, its address or its client held."""

import json
from types import SimpleNamespace

import msgspec

from serving.accesses import Access, access_of, encoded
from serving.calls import Call
from tests.serving.asgi import NOW, issued

PLANTED = "410103198001011234"


def call(**told):
    scope = {"path": f"/{PLANTED}", "query_string": PLANTED.encode(), "client": (PLANTED, 1), "headers": []}
    return Call("an id", scope, PLANTED.encode(), issued(1).record, **told)


def test_a_record_names_the_key_the_route_and_the_decision():
    approved = SimpleNamespace(version=3, decision="sha256:ab", card=PLANTED)
    event = access_of(call(rows=7, served=SimpleNamespace(approved=approved)), "predict", 200, "needs", NOW)
    assert json.loads(encoded(event)) == {
        "at": "2026-07-02T09:00:00Z",
        "id": "an id",
        "key": "000000000001",
        "route": "predict",
        "status": 200,
        "rows": 7,
        "model": "needs",
        "version": 3,
        "decision": "sha256:ab",
    }


def test_a_record_is_one_line_that_can_be_read_back_and_has_nothing_of_the_request():
    line = encoded(access_of(call(), "predict", 401, "needs", NOW))
    assert b"\n" not in line
    assert PLANTED.encode() not in line
    found = msgspec.json.decode(line, type=Access)
    assert (found.at, found.version, found.decision) == (NOW, None, None)
