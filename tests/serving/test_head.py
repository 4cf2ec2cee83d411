"""Heads of requests that no server may answer, those that it may, and one without its offer to upgrade."""

import pytest

from serving.calls import Reply
from serving.head import CODING, HOST, TUNNEL, VERSION, fault_of, without_upgrade, written
from serving.sending import SECURITY

ONE = (b"host", b"here")
CHUNKED = (b"transfer-encoding", b"chunked")


@pytest.mark.parametrize(
    ("method", "version", "fields", "fault"),
    [
        (b"GET", "1.1", [ONE], None),
        (b"POST", "1.1", [(b"accept", b"*/*"), ONE, (b"transfer-encoding", b"Chunked")], None),
        (b"GET", "1.0", [], None),
        (b"GET", "1.1", [(b"host", b"")], None),
        (b"GET", "1.1", [], HOST),
        (b"GET", "1.1", [ONE, ONE], HOST),
        (b"GET", "1.0", [ONE, ONE], HOST),
        (b"POST", "1.1", [ONE, (b"transfer-encoding", b"gzip, chunked")], CODING),
        (b"POST", "1.1", [ONE, CHUNKED, CHUNKED], CODING),
        (b"POST", "1.1", [ONE, (b"transfer-encoding", b"")], CODING),
        (b"POST", "1.0", [CHUNKED], CODING),
        (b"GET", "0.9", [], VERSION),
        (b"GET", "2.0", [ONE], VERSION),
        (b"CONNECT", "1.1", [ONE], TUNNEL),
    ],
)
def test_a_head_is_refused_where_the_protocol_says_so(method, version, fields, fault):
    assert fault_of(method, version, fields) is fault


def test_an_offer_is_left_out_and_all_else_is_kept():
    fields = [ONE, (b"upgrade", b"h2c"), (b"connection", b"Upgrade, close"), (b"upgrade", b"x"), (b"a", b"")]
    assert without_upgrade(b"POST", b"/a?b=c", "1.1", fields) == (
        b"POST /a?b=c HTTP/1.1\r\nhost: here\r\nconnection: Upgrade, close\r\na: \r\n\r\n"
    )


def test_an_answer_is_written_with_its_length_and_closes():
    reply = Reply(b"{}", 400, b"application/json", headers=((b"retry-after", b"1"),))
    assert written(reply) == (
        b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: 2\r\n"
        b"connection: close\r\nretry-after: 1\r\n"
        + b"".join(b"%b: %b\r\n" % field for field in SECURITY)
        + b"\r\n{}"
    )
