"""The short way of a request and its answer: taken where it is open, and the usual way everywhere else."""

import asyncio
from types import SimpleNamespace

import pytest
from uvicorn.server import ServerState

from serving.calls import Reply
from serving.protocol import Config, PatientProtocol
from serving.whole import JOINED, NAME, whole_of
from tests.serving import stand_in
from tests.serving.asgi import bearer, desk, route, token

BODY = b'{"a": 1}'
HEAD = b"%b /v1/segments:predict HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
KEY = b"Authorization: %b\r\n" % bearer(token(1))[1]
POST = HEAD % b"POST" + KEY + b"Content-Length: %d\r\n" % len(BODY)


class Pipe(asyncio.Transport):
    """A connection whose writes are kept one by one."""

    def __init__(self):
        super().__init__()
        self.writes, self.closed = [], False

    def write(self, data):
        self.writes.append(bytes(data))

    def is_closing(self):
        return self.closed

    def close(self):
        self.closed = True

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass

    def get_write_buffer_size(self):
        return 0


def writes(app, *pieces, before=None):
    """Send a request in pieces to an application behind our protocol; return each write of the answer."""

    async def talk():
        config = Config(
            lambda: app,
            SimpleNamespace(patience=5, proxies=(), most_bytes=10**6),
            10,
            log_config=None,
            ws="none",
        )
        config.load()
        state = ServerState()
        state.default_headers = [(b"date", b"today")]
        connection, pipe = PatientProtocol(config, state, {}), Pipe()
        connection.connection_made(pipe)
        for piece in pieces:
            connection.data_received(piece)
            if before is not None:
                before(connection)
            await asyncio.sleep(0)
        await asyncio.wait_for(asyncio.gather(*connection.tasks), 5)
        await asyncio.gather(*connection.tasks)  # those that waited behind others
        connection.connection_lost(None)
        return pipe.writes

    return asyncio.run(talk())


def saying(body, **more):
    """Return a handler that answers this."""

    def handler(call, state):
        return Reply(body, **more)

    return handler


def told(written):
    """Return the status, the fields but for those that differ each time, and the body."""
    head, body = b"".join(written).split(b"\r\n\r\n", 1)
    status, *fields = head.split(b"\r\n")
    return status, sorted(one for one in fields if not one.startswith((b"x-request-id", b"date"))), body


def predict(*pieces, handler=None, before=None):
    here = desk(route(handler) if handler else route())
    return writes(here.app, *pieces, before=before), here


def test_an_answer_to_a_whole_request_is_one_write():
    written, here = predict(POST + b"\r\n" + BODY)
    assert len(written) == 1
    assert written[0].startswith(b"HTTP/1.1 200 OK\r\ndate: today\r\n")
    assert written[0].endswith(b'{"bytes":8,"media":"application/json"}')
    assert here.spool.lines[0]["id"].encode() in written[0]


def test_a_body_that_comes_later_is_waited_for():
    written, _ = predict(POST + b"\r\n", BODY[:3], BODY[3:])
    assert written[0].endswith(b'{"bytes":8,"media":"application/json"}')


@pytest.mark.parametrize(
    "status", [pytest.param(200, id="good"), pytest.param(404, id="none"), pytest.param(503, id="no")]
)
def test_both_ways_say_the_same(status):
    def usual(connection):
        connection.cycle.scope["extensions"].clear()

    handler = saying(b"answer", status=status)
    short, _ = predict(POST + b"\r\n" + BODY, handler=handler)
    long, _ = predict(POST + b"\r\n" + BODY, handler=handler, before=usual)
    assert (len(short), len(long)) == (1, 2)
    assert told(short) == told(long)


def test_a_long_answer_is_written_behind_its_head_and_not_copied():
    body = b"x" * (JOINED + 1)
    written, _ = predict(POST + b"\r\n" + BODY, handler=saying(body))
    assert written[1:] == [body]


def test_a_connection_that_ends_with_the_answer_says_so():
    written, _ = predict(POST + b"Connection: close\r\n\r\n" + BODY)
    assert told(written)[1].count(b"connection: close") == 1


def test_a_header_of_the_answer_itself_goes_the_usual_way():
    written, _ = predict(POST + b"\r\n" + BODY, handler=saying(b"1", headers=((b"etag", b'"1"'),)))
    assert b'etag: "1"' in told(written)[1]


def test_an_answer_to_head_has_no_body():
    here = desk(route(saying(b"page"), method="GET", scope=None, media=()))
    written = writes(here.app, HEAD % b"HEAD" + b"\r\n")
    assert told(written)[2] == b""
    assert b"content-length: 4" in told(written)[1]


def test_a_client_that_is_gone_is_answered_nothing():
    def gone(connection):
        connection.cycle.disconnected = True
        connection.transport.close()

    written, here = predict(POST + b"\r\n" + BODY, before=gone)
    assert written == []
    assert here.spool.lines[0]["status"] == 400


def test_a_client_that_reads_nothing_is_not_written_to_before_it_does():
    def pause(connection):
        connection.pause_writing()
        asyncio.get_running_loop().call_later(0.01, connection.resume_writing)

    written, _ = predict(POST + b"\r\n" + BODY, before=pause)
    assert told(written)[0] == b"HTTP/1.1 200 OK"


def test_a_whole_body_that_is_too_large_is_refused():
    here = desk(most_bytes=10)
    chunked = HEAD % b"POST" + KEY + b"Transfer-Encoding: chunked\r\n\r\nb\r\n" + b"x" * 11 + b"\r\n0\r\n\r\n"
    assert told(writes(here.app, chunked))[0].startswith(b"HTTP/1.1 413 ")


def test_requests_behind_one_another_are_answered_in_order():
    written, here = predict(POST + b"\r\n" + BODY + POST + b"\r\n" + BODY)
    assert [part.count(b"HTTP/1.1 200 OK") for part in written] == [1, 1]
    assert len(here.spool.lines) == 2


def test_another_application_may_send_messages_as_it_is_used_to():
    assert told(writes(stand_in.app, POST + b"\r\n" + BODY))[2] == b"8"


@pytest.mark.parametrize(
    "scope",
    [
        pytest.param({}, id="none"),
        pytest.param({"extensions": None}, id="nothing"),
        pytest.param({"extensions": {"other": {}}}, id="others"),
    ],
)
def test_a_server_that_offers_no_short_way_has_none(scope):
    assert whole_of(scope) is None


def test_the_short_way_is_taken_out_of_the_scope_that_it_refers_to():
    offered = {"extensions": {NAME: 1, "other": 2}}
    assert whole_of(offered) == 1
    assert offered == {"extensions": {"other": 2}}
