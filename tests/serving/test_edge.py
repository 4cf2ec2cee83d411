"""The edge: in which order requests are refused, what is recorded before an answer, what is never told."""

import asyncio
import json
import uuid
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.answers import Problem
from segmentation.errors import StorageError
from serving.app import Application
from serving.calls import Refused, Reply
from serving.edge import ClosedSpool
from serving.room import LONG, Room, Taken
from serving.routes import QUICK_BELOW
from tests.serving.asgi import JSON, NOW, asked, bearer, desk, echo, issued, route, token

PLANTED = "410103198001011234"
KEY = bearer(token(1))


def slug(answer):
    """Return the problem of an answer, which must be a whole document of one."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem = msgspec.json.decode(answer.body, type=Problem)
    assert problem.status == answer.status
    assert problem.instance == f"urn:uuid:{answer.headers['x-request-id']}"
    return problem.type.rpartition(":")[2]


def saying(body, **told):
    """Return a handler that answers this."""

    def handler(call, state):
        return Reply(body, **told)

    return handler


# ---- An answer ----------------------------------------------------------------------------------------


def test_a_request_of_a_known_key_is_answered_counted_and_recorded():
    here = desk()
    found = here.predict(b"{}")
    assert (found.status, found.json()) == (200, {"bytes": 2, "media": "application/json"})
    assert here.spool.lines == [
        {
            "at": "2026-07-02T09:00:00Z",
            "id": found.headers["x-request-id"],
            "key": "000000000001",
            "route": "predict",
            "status": 200,
            "rows": 1,
            "model": "needs",
            "version": 1,
            "decision": f"sha256:{1:064x}",
        }
    ]
    scraped = here.edge.state.metrics.text("needs", 0.0)
    assert b'segmentation_requests_total{route="predict",status="200"} 1.0' in scraped
    assert b'segmentation_residents_scored_total{route="predict"} 1.0' in scraped


def test_the_id_that_a_client_chose_is_in_the_answer_and_the_record():
    here, chosen = desk(), "6f9619ff-8b86-4011-b42d-00cf4fc964ff"
    found = here.predict(b"{}", JSON, KEY, (b"x-request-id", chosen.encode()))
    assert found.headers["x-request-id"] == here.spool.lines[0]["id"] == chosen


def test_an_id_that_is_none_is_neither_answered_nor_recorded():
    here = desk()
    found = here.predict(b"{}", JSON, KEY, (b"x-request-id", PLANTED.encode()))
    assert PLANTED not in found.headers["x-request-id"] + str(here.spool.lines)


# ---- Refusals, in their order -------------------------------------------------------------------------

WRONG = bearer(token(1, "y" * 43))
NARROW = issued(2, ["read"], per_second=1)


def test_each_refusal_comes_before_the_next():
    here = desk(keys=[NARROW], most_bytes=10, backlog=0, patience=0.01)
    text, long = (b"content-type", b"text/plain"), (b"content-length", b"11")
    tried = [
        (long, text, WRONG),
        (text, WRONG),
        (JSON, WRONG),
        (JSON, bearer(token(2))),
        (JSON, KEY),
    ]
    found = [slug(here.predict(b"{}", *headers)) for headers in tried]
    assert found == ["too-large", "wrong-media", "no-key", "not-allowed", "busy"]
    here.edge.room = Room(1, 10)
    assert slug(here.predict(b"{}", JSON, KEY, pieces=[b"{", 1.0, b"}"])) == "too-slow"
    assert here.predict(b"{}").status == 200


def test_a_refusal_of_a_known_key_is_recorded_and_that_of_an_unknown_one_is_not():
    late = issued(3, expires=NOW - timedelta(days=1))
    here = desk(keys=[NARROW, late], most_bytes=10)
    for headers in ((JSON, KEY, (b"content-length", b"11")), (KEY,), (JSON, bearer(token(2)))):
        here.predict(b"{}", *headers)
    here.predict(b"{}", JSON, bearer(token(3)))
    recorded = [(line["key"][-1], line["status"], line["version"]) for line in here.spool.lines]
    assert recorded == [("1", 413, None), ("1", 415, None), ("2", 403, None), ("3", 401, None)]
    here.predict(b"{}", JSON, WRONG)
    here.predict(b"{}", JSON)
    assert len(here.spool.lines) == 4
    assert b"segmentation_api_keys_refused_total 3.0" in here.edge.state.metrics.text("needs", 0.0)


def test_a_key_that_is_used_too_often_is_told_when_to_come_back():
    here = desk(keys=[issued(2, per_second=1)])
    headers = (JSON, bearer(token(2)))
    assert [here.predict(b"{}", *headers).status for _ in range(3)] == [200, 200, 429]
    found = here.predict(b"{}", *headers)
    assert (slug(found), found.headers["retry-after"]) == ("too-often", "1")
    assert here.predict(b"{}").status == 200, "another key has its own allowance"
    here.clock.wait(float(found.headers["retry-after"]))
    assert here.predict(b"{}", *headers).status == 200


def test_a_body_that_grows_beyond_the_limit_is_not_read_further():
    here = desk(most_bytes=10)
    found = here.predict(b"", pieces=[b"123456", b"789012", b"never asked for"])
    assert (slug(found), found.headers["connection"]) == ("too-large", "close")


def test_a_connection_that_ends_before_its_request_is_recorded_as_malformed():
    here = desk()
    assert slug(here.predict(b"", pieces=[b"{", None])) == "malformed"
    assert here.spool.lines[0]["status"] == 400


def test_a_full_service_asks_to_come_back_and_has_room_again_afterwards():
    here = desk(backlog=2)

    async def crowd():
        slow = [b"{", 0.05, b"}"]
        told = {"headers": (JSON, KEY), "pieces": slow}
        three = [asked(here.app, "POST", "/v1/segments:predict", **told) for _ in range(3)]
        return await asyncio.gather(*three)

    found = asyncio.run(crowd())
    assert [one.status for one in found] == [200, 200, 503]
    assert (slug(found[2]), found[2].headers["retry-after"]) == ("busy", "1")
    assert here.predict(b"{}").status == 200
    assert here.edge.room.taken == Taken()


def test_a_full_service_still_says_that_it_is_alive():
    here = desk(route(method="GET", path="/healthz", scope=None, media=()), backlog=0)
    assert here.ask("GET", "/healthz").status == 200


def test_nothing_is_answered_while_the_keys_cannot_be_trusted():
    here = desk()
    here.watch.refused = Refused("not-trusted", "The ledger was altered.")
    assert slug(here.predict(b"{}")) == "not-trusted"
    assert here.spool.lines == []


# ---- Recording ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [StorageError("no room"), OSError(28, PLANTED), ValueError(PLANTED)])
def test_what_cannot_be_recorded_is_not_answered(error):
    here = desk(route(saying(b'"segment S1"')))
    here.spool.error = error
    found = here.predict(b"{}")
    assert (found.status, slug(found)) == (503, "not-recorded")
    assert b"S1" not in found.body
    assert type(error).__name__ in here.log.getvalue()
    assert PLANTED not in here.log.getvalue() + found.body.decode()


def test_the_record_is_written_before_the_first_byte_leaves():
    here, order = desk(), []
    write = here.spool.write

    async def send(message):
        order.append(message["type"])

    async def receive():
        return {"type": "http.request", "body": b"{}", "more_body": False}

    here.edge.spool = type(
        "", (), {"write": staticmethod(lambda line: (order.append("recorded"), write(line)))}
    )
    scope = {"type": "http", "method": "POST", "path": "/v1/segments:predict", "headers": [JSON, KEY]}
    asyncio.run(here.app(scope, receive, send))
    assert order == ["recorded", "http.response.start", "http.response.body"]


def test_a_service_that_has_not_begun_answers_nobody():
    here = desk()
    here.edge.spool = ClosedSpool()
    assert slug(here.predict(b"{}")) == "not-recorded"


# ---- One key beyond its share ---------------------------------------------------------------------------

LATE = issued(3, expires=NOW - timedelta(days=1))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((JSON, bearer(token(2))), 403),
        ((bearer(token(2)),), 415),
        ((JSON, bearer(token(2)), (b"content-length", b"99")), 413),
    ],
    ids=["not-allowed", "wrong-media", "too-large"],
)
def test_refusals_spend_from_the_allowance_and_beyond_it_are_recorded_once_a_second(headers, status):
    here = desk(keys=[NARROW], most_bytes=10)
    assert [here.predict(b"{}", *headers).status for _ in range(100)] == [status] * 100
    assert [line.get("requests") for line in here.spool.lines] == [None] * 3, "the allowance is two"
    here.clock.wait(0.5)
    here.edge.record_counted(here.edge.monotonic())
    assert len(here.spool.lines) == 3
    here.clock.wait(0.5)
    here.edge.record_counted(here.edge.monotonic())
    assert [line.get("requests", 1) for line in here.spool.lines] == [1, 1, 1, 97]


def test_a_key_that_counts_no_more_has_no_allowance():
    here = desk(keys=[LATE])
    for _ in range(100):
        assert slug(here.predict(b"{}", JSON, bearer(token(3)))) == "no-key"
    here.clock.wait(1)
    here.predict(b"{}", JSON, bearer(token(3)))
    assert [line.get("requests", 1) for line in here.spool.lines] == [1, 100]


def test_requests_beyond_the_allowance_are_recorded_once_a_second_with_how_many():
    here = desk(keys=[issued(2, per_second=1)])
    for _ in range(50):
        here.predict(b"{}", JSON, bearer(token(2)))
    here.edge.record_counted()
    assert [(line["status"], line.get("requests", 1)) for line in here.spool.lines] == [
        (200, 1),
        (200, 1),
        (429, 1),
        (429, 47),
    ]


def test_a_key_within_its_allowance_has_an_event_for_each_request():
    here = desk()
    for _ in range(50):
        here.predict(b"{}", KEY)
    assert [line.get("requests", 1) for line in here.spool.lines] == [1] * 50


def test_what_was_counted_and_cannot_be_recorded_is_told_and_stays_counted():
    here = desk(keys=[issued(2, per_second=1)])
    for _ in range(5):
        here.predict(b"{}", JSON, bearer(token(2)))
    here.spool.error = StorageError("no room")
    here.edge.record_counted()
    assert "StorageError" in here.log.getvalue()
    here.spool.error = None
    here.edge.record_counted()
    assert here.spool.lines[-1]["requests"] == 2


def test_one_key_has_a_few_long_requests_in_hand_and_another_is_answered():
    here = desk(keys=[issued(2)])
    here.app = Application(here.edge, [route(beside_from=0)])

    async def crowd():
        keys = [1] * (LONG + 2) + [2]
        told = [(JSON, bearer(token(number))) for number in keys]
        return await asyncio.gather(
            *(asked(here.app, "POST", "/v1/segments:predict", headers=headers, body=b"1") for headers in told)
        )

    found = [one.status for one in asyncio.run(crowd())]
    assert found == [200] * LONG + [429] * 2 + [200]
    assert here.edge.room.taken == Taken()


def test_what_is_only_read_has_a_thread_of_its_own():
    import threading

    def where(call, state):
        return Reply(threading.current_thread().name.encode())

    here = desk(
        route(where, method="GET", path="/read", media=(), beside_from=0), route(where, beside_from=0)
    )
    with ThreadPoolExecutor(1, "beside") as here.edge.threads, ThreadPoolExecutor(1, "reader") as readers:
        here.edge.readers = readers
        assert here.ask("GET", "/read", headers=[KEY]).body.startswith(b"reader")
        assert here.predict(b"1").body.startswith(b"beside")


def test_bodies_that_still_arrive_are_held_to_the_room_there_is():
    here = desk()
    here.edge.room._size_each = 10
    found = here.predict(b"", pieces=[b"123456", b"78901", b"never asked for"])
    assert slug(found) == "too-often"
    assert here.predict(b"", pieces=[b"123456", b"7890"]).status == 200
    assert here.edge.room.taken == Taken()


@pytest.mark.parametrize("how", ["revoked", "expired", "not-trusted"])
def test_a_key_that_ends_while_its_body_arrives_is_refused(how):
    here = desk(keys=[issued(2, expires=NOW + timedelta(hours=1))])
    standing = here.watch.standings["000000000002"]

    async def day():
        asking = asked(
            here.app,
            "POST",
            "/v1/segments:predict",
            headers=(JSON, bearer(token(2))),
            pieces=[b"{", 0.01, b"}"],
        )
        task = asyncio.create_task(asking)
        await asyncio.sleep(0)
        if how == "revoked":
            standing.revoked = here.clock()
        elif how == "expired":
            here.clock.wait(3600)
        else:
            here.watch.refused = Refused("not-trusted", "The ledger was altered.")
        return await task

    assert slug(asyncio.run(day())) == ("not-trusted" if how == "not-trusted" else "no-key")
    assert [line["key"][-1] for line in here.spool.lines] == ["2"]


def test_a_key_that_ends_while_its_request_waits_for_a_thread_is_refused():
    here = desk()

    def handler(call, state):
        here.clock.wait(5.0)
        here.watch.standings["000000000001"].revoked = here.clock()
        return Reply(b"segment S1")

    here.app = Application(here.edge, [route(handler, beside_from=0)])
    found = here.predict(b"{}")
    assert slug(found) == "no-key"
    assert b"S1" not in found.body


# ---- Failures -----------------------------------------------------------------------------------------


def told_anywhere(here, answer):
    return answer.body.decode() + str(answer.headers) + here.log.getvalue() + str(here.spool.lines)


def fails(call, state):
    raise ValueError(f"{PLANTED} in {call.body!r}")


def test_a_failure_tells_nobody_what_the_exception_says():
    here = desk(route(fails))
    found = here.predict(f'{{"id": "{PLANTED}"}}'.encode())
    assert (found.status, slug(found), here.spool.lines[0]["status"]) == (500, "failed", 500)
    assert PLANTED not in told_anywhere(here, found)
    line = json.loads(here.log.getvalue())
    assert (line["event"], line["part"], line["error"]) == ("failed", "predict", "ValueError")
    assert line["where"].startswith("test_edge.py:")
    assert line["request"] == found.headers["x-request-id"] == here.spool.lines[0]["id"]


def test_a_service_that_told_it_would_be_noticed():
    """The control: a planted value is found wherever it could appear."""
    here = desk(route(saying(PLANTED.encode())))
    assert PLANTED in told_anywhere(here, here.predict(b"{}"))
    here = desk()
    here.edge.log.event("failed", value=PLANTED)
    assert PLANTED in told_anywhere(here, here.predict(b"{}"))


# ---- Beside the event loop ----------------------------------------------------------------------------


def test_a_long_request_runs_in_a_thread_and_a_short_one_does_not():
    import threading

    def where(call, state):
        return Reply(threading.current_thread().name.encode())

    here = desk(route(where, beside_from=10))
    with ThreadPoolExecutor(1, "beside") as here.edge.threads:
        assert here.predict(b"1" * 10).body.startswith(b"beside")
        assert not here.predict(b"1" * 9).body.startswith(b"beside")


def test_a_long_request_that_can_be_answered_quickly_is_answered_in_the_event_loop():
    tried = []

    def quickly(call, state):
        tried.append(len(call.body))
        return Reply(b"quick") if call.body.startswith(b"1") else None

    here = desk(most_bytes=2 * QUICK_BELOW)
    routes = [route(saying(b"careful"), beside_from=10, quickly=quickly)]
    here.app = Application(here.edge, routes)
    bodies = (b"1" * 9, b"1" * 10, b"2" * 11, b"1" * QUICK_BELOW)
    assert [here.predict(body).body for body in bodies] == [b"careful", b"quick", b"careful", b"careful"]
    assert tried == [10, 11]


def slow(here, versions, seconds=5.0):
    """Return a handler that takes seconds, while the version that is served becomes the next of some."""

    def handler(call, state):
        reply = echo(call, state)
        here.clock.wait(seconds)
        here.watch.version = versions.pop(0)
        return Reply(b"%d" % call.served.approved.version) if reply else reply

    return handler


@pytest.mark.parametrize(
    ("versions", "seconds", "answer"),
    [
        ([1], 5.0, (200, b"1")),
        ([2], 0.5, (200, b"1")),
        ([2, 2], 5.0, (200, b"2")),
        ([2, 3], 5.0, (503, None)),
        ([None], 5.0, (503, None)),
        ([None], 0.5, (200, b"1")),
    ],
    ids=["unchanged", "changed-just-now", "taken-over", "taken-over-twice", "revoked", "revoked-just-now"],
)
def test_a_long_answer_is_of_a_version_that_was_served_a_moment_ago(versions, seconds, answer):
    here = desk()
    here.app = Application(here.edge, [route(slow(here, versions, seconds), beside_from=0)])
    found = here.predict(b"{}")
    assert (found.status, found.body if found.status == 200 else None) == answer


# ---- Anything that may arrive -------------------------------------------------------------------------

NAMES = ("authorization", "x-api-key", "content-length", "content-type", "content-encoding", "x-request-id")
VALUES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from((JSON[1], KEY[1], b"Basic " + b64encode(b"a:b"), b"Bearer", b"2", b"-0", b"gzip")),
)


@cache
def shared():
    """Return an application that serves all that hypothesis thinks of."""
    return desk(most_bytes=12)


PIECES = st.lists(st.one_of(st.binary(max_size=8), st.none()), min_size=1, max_size=3)


@given(
    st.sampled_from(("POST", "GET", "HEAD", "OPTIONS", "TRACE", "\u00e9")),
    st.one_of(st.just("/v1/segments:predict"), st.text(max_size=12).map("/{}".format)),
    st.lists(st.tuples(st.sampled_from(NAMES).map(str.encode), VALUES), max_size=5),
    PIECES,
)
def test_whatever_arrives_is_answered_in_the_services_own_form(method, path, headers, pieces):
    found = shared().ask(method, path, headers=headers, pieces=pieces)
    assert found.status in {200, 400, 401, 404, 405, 413, 415}
    assert uuid.UUID(found.headers["x-request-id"])
    if found.status != 200:
        slug(found)
