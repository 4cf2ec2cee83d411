import asyncio
import json
import socket
import threading
import time
from contextlib import contextmanager

import pytest
from uvicorn.server import Server, ServerState

from serving.protocol import MOST_FIELDS, MOST_HEADER, Config, PatientProtocol
from tests.serving import stand_in

PATIENCE = 0.4
HEAD = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n"
GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
CHUNKS = b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"


class Told:
    """As much of the settings as a connection asks for."""

    def __init__(self, patience=PATIENCE, proxies=(), most_bytes=10**6):
        self.patience, self.proxies, self.most_bytes = patience, proxies, most_bytes


@contextmanager
def served(patience=PATIENCE, most=100, **told):
    config = Config(
        lambda: stand_in.app,
        Told(patience, **told),
        most,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
    )
    server = Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = listening.getsockname()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.001)
        try:
            yield address, server
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def address():
    with served() as (found, _):
        yield found


@contextmanager
def connected(address):
    with socket.create_connection(address, timeout=20) as client:
        yield client


def rest(client):
    """Everything that comes until the server closes."""
    found = b""
    try:
        while more := client.recv(65_536):
            found += more
    except ConnectionResetError:
        pass
    return found


def one(client):
    """The head and the body of one short answer."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += client.recv(65_536)
    head, body = found.split(b"\r\n\r\n", 1)
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += client.recv(65_536)
    return head, body


def problem(told):
    head, body = told.split(b"\r\n\r\n", 1)
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    found = json.loads(body)
    assert head.startswith(b"HTTP/1.1 %d " % found["status"])
    return found["type"].rpartition(":")[2]


def test_a_request_at_once_and_one_after_it_are_answered(address):
    with connected(address) as client:
        for body in (b"12345", b"", b"x" * 100_000):
            client.sendall(HEAD % len(body) + b"\r\n" + body)
            assert one(client)[1] == b"%d" % len(body)


def test_large_bodies_one_after_another_are_no_long_header(address):
    with connected(address) as client:
        for _ in range(5):
            client.sendall(HEAD % 30_000 + b"\r\n" + b"x" * 30_000)
            assert one(client)[1] == b"30000"


def test_a_request_in_pieces_is_answered_as_long_as_it_is_in_time():
    with served(patience=30) as (address, _), connected(address) as client:
        for piece in (b"GET / HT", b"TP/1.1\r\nHo", b"st: here\r\n", b"\r\n"):
            client.sendall(piece)
            time.sleep(0.02)
        assert one(client)[1] == b"0"


def test_a_connection_that_outlives_the_patience_between_requests_is_kept(address):
    with connected(address) as client:
        for _ in range(3):
            client.sendall(GET)
            assert one(client)[1] == b"0"
            time.sleep(PATIENCE * 0.8)


def test_a_client_that_drips_its_header_is_told_and_closed(address):
    with connected(address) as client:
        told = dripped(client, b"GET / HTTP/1.1\r\nX: " + b"y" * 1_000)
    assert problem(told) == "too-slow"


def test_a_client_that_drips_line_breaks_after_a_request_is_closed(address):
    with connected(address) as client:
        client.sendall(GET)
        one(client)
        assert dripped(client, b"\r\n" * 500) is not None


def test_a_client_that_drips_a_second_header_is_closed(address):
    with connected(address) as client:
        client.sendall(GET)
        one(client)
        assert problem(dripped(client, GET[:-2] + b"X: " + b"y" * 1_000)) == "too-slow"


def test_a_second_header_that_came_with_a_first_request_and_never_ends_is_closed(address):
    with connected(address) as client:
        client.sendall(GET + b"GET / HTTP/1.1\r\nHost: h")
        assert one(client)[1] == b"0"
        assert rest(client) == b""


def test_a_connection_that_says_nothing_is_closed_without_a_word(address):
    with connected(address) as client:
        assert rest(client) == b""


def test_a_client_that_never_ends_its_body_is_closed(address, monkeypatch):
    monkeypatch.setattr("serving.protocol.LATER", 0.1)
    with connected(address) as client:
        client.sendall(HEAD % 1_000 + b"\r\n")
        assert dripped(client, b"y" * 900) is not None


def dripped(client, content):
    """Send letter by letter until the server closes; return what it said, None where it took everything."""
    client.settimeout(0.02)
    told = b""
    for at in range(len(content)):
        try:
            client.sendall(content[at : at + 1])
            found = client.recv(65_536)
        except TimeoutError:
            continue
        except OSError:
            return told
        told += found
        if not found:
            return told
    return None


def test_a_client_that_never_reads_a_long_answer_is_closed():
    with served() as (address, server), connected(address) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.sendall(b"GET /long HTTP/1.1\r\nHost: here\r\n\r\n")
        assert eventually(lambda: server.server_state.connections)
        assert eventually(lambda: not server.server_state.connections)


def test_a_client_that_reads_a_long_answer_slowly_has_all_of_it():
    with served(patience=0.8) as (address, _), connected(address) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        client.sendall(b"GET /long HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        found, began = 0, time.monotonic()
        while more := client.recv(400_000):
            found += len(more)
            time.sleep(0.02 if time.monotonic() - began < 1.7 else 0)
    assert found > 8_000_000


def eventually(condition):
    until = time.monotonic() + 20
    while not condition() and time.monotonic() < until:
        time.sleep(0.005)
    return bool(condition())


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GET / HTTP/1.1\r\nX: " + b"y" * 2 * MOST_HEADER, id="one endless field"),
        pytest.param(b"GET /" + b"y" * MOST_HEADER + b" HTTP/1.1\r\n\r\n", id="a long address"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * (MOST_FIELDS + 1) + b"\r\n", id="many fields"),
        pytest.param(b"GET / HTTP/1.1\r\nX: " + b"y" * MOST_HEADER + b"\r\n\r\n", id="whole and too long"),
    ],
)
def test_a_header_beyond_its_limits_is_refused(address, sent):
    with connected(address) as client:
        client.sendall(sent)
        assert problem(rest(client)) == "too-large"


def test_a_header_within_its_limits_is_read(address):
    fields = b"".join(b"X%d: %b\r\n" % (n, b"y" * 300) for n in range(MOST_FIELDS - 1))
    with connected(address) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n" + fields + b"\r\n")
        assert one(client)[1] == b"0"


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00", id="TLS"),
        pytest.param(b"hello\r\n\r\n", id="no HTTP"),
        pytest.param(b"GET / HTTP/1.1\r\nHost here\r\n\r\n", id="no colon"),
        pytest.param(HEAD % 5 + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", id="two lengths"),
        pytest.param(HEAD % 5 + b"Content-Length: 6\r\n\r\n123456", id="two other lengths"),
        pytest.param(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="a chunk of no size"),
        pytest.param(b"CONNECT here:80 HTTP/1.1\r\nHost: here\r\n\r\n", id="a tunnel"),
        pytest.param(b"CONNECT here:80 HTTP/1.1\r\n\r\n", id="a tunnel without a host"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: here\r\nHost: there\r\n\r\n", id="two hosts"),
        pytest.param(b"GET /\r\n\r\n", id="no version"),
        pytest.param(b"GET / HTTP/2.0\r\nHost: here\r\n\r\n", id="another version"),
        pytest.param(CHUNKS[:-2] + b"Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n", id="a coding behind"),
        pytest.param(CHUNKS.replace(b"chunked", b"gzip, chunked") + b"0\r\n\r\n", id="a coding before"),
        pytest.param(CHUNKS.replace(b"/1.1", b"/1.0") + b"0\r\n\r\n", id="chunks before their time"),
        pytest.param(b"GET /\xff\xfe HTTP/1.1\r\nHost: here\r\n\r\n", id="bytes that no address has"),
    ],
)
def test_what_is_no_http_is_a_problem_document(address, sent):
    with connected(address) as client:
        client.sendall(sent)
        assert problem(rest(client)) == "malformed"


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(CHUNKS.replace(b"chunked", b"Chunked") + b"3\r\nabc\r\n0\r\n\r\n", id="chunks"),
        pytest.param(
            CHUNKS + b"3;x=y\r\nabc\r\n0\r\nA: b\r\nExpect: 100-continue\r\n\r\n", id="fields behind them"
        ),
        pytest.param(
            CHUNKS + b"3\r\nabc\r\n0\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n", id="a late offer"
        ),
        pytest.param(
            b"POST / HTTP/1.0\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nabc", id="HTTP/1.0"
        ),
        pytest.param(HEAD % 3 + OFFER + b"abc", id="an offer of HTTP/2"),
        pytest.param(CHUNKS[:-2] + OFFER + b"3\r\nabc\r\n0\r\n\r\n", id="an offer before chunks"),
        pytest.param(HEAD % 3 + OFFER.replace(b"h2c", b"websocket") + b"abc", id="an offer of web sockets"),
    ],
)
def test_a_sound_request_has_its_whole_body_read_and_the_next_one_is_answered(sent):
    with served(patience=30) as (address, _):
        for pieces in ([sent], [sent[:-6], sent[-6:]], [sent[:70], sent[70:]]):
            with connected(address) as client:
                for piece in pieces:
                    client.sendall(piece)
                    time.sleep(0.02)
                assert one(client)[1] == b"3"
                if b"HTTP/1.0" not in sent:
                    client.sendall(GET)
                    assert one(client)[1] == b"0"


def test_many_offers_at_once_are_answered_one_after_another(address):
    with connected(address) as client:
        client.sendall((HEAD % 3 + OFFER + b"abc") * 20 + GET[:-2] + b"Connection: close\r\n\r\n")
        told = rest(client)
    assert told.count(b"HTTP/1.1 200 ") == 21
    assert told.count(b"\r\n\r\n3") == 20


def test_an_offer_is_no_way_around_the_limits_of_a_header(address):
    with connected(address) as client:
        client.sendall(GET[:-2] + b"X: " + b"y" * MOST_HEADER + b"\r\n" + OFFER)
        assert problem(rest(client)) == "too-large"


@pytest.mark.parametrize("path", [b"/", b"/at-once"])
@pytest.mark.parametrize("field", [b"A: b\r\n" * 1_000, b"x" * 6_000], ids=["many", "one without an end"])
def test_fields_behind_a_body_are_not_kept_and_end_the_connection_where_they_do_not_end(path, field):
    with served(patience=30) as (address, server), connected(address) as client:
        client.sendall(CHUNKS.replace(b" / ", b" %b " % path) + b"3\r\nabc\r\n0\r\n")
        assert eventually(lambda: server.server_state.tasks or server.server_state.total_requests)
        (connection,) = server.server_state.connections
        told, sent = flooded(client, field, 50_000_000)
        assert not connection.headers
    assert sent < 20_000_000
    assert told.startswith(b"HTTP/1.1 " + (b"200" if path == b"/at-once" else b"413")) or not told


def flooded(client, content, most):
    """Send the same thing again and again until the server closes; return what it said and what was sent."""
    sent = 0
    try:
        while sent < most:
            client.sendall(content)
            sent += len(content)
    except OSError:
        pass
    return rest(client), sent


def test_a_body_that_nobody_reads_ends_the_connection_where_it_does_not_end():
    with served(patience=30, most_bytes=100_000) as (address, _), connected(address) as client:
        client.sendall(CHUNKS.replace(b" / ", b" /at-once "))
        assert one(client)[1] == b"at once"
        _, sent = flooded(client, b"2710\r\n" + b"x" * 10_000 + b"\r\n", 50_000_000)
    assert sent < 20_000_000


def test_a_body_that_nobody_reads_and_that_ends_keeps_the_connection():
    with served(patience=30, most_bytes=100_000) as (address, _), connected(address) as client:
        for _ in range(3):
            client.sendall(HEAD.replace(b" / ", b" /at-once ") % 700_000 + b"\r\n")
            assert one(client)[1] == b"at once"
            client.sendall(b"x" * 700_000)
        client.sendall(GET)
        assert one(client)[1] == b"0"


def test_what_is_wrong_behind_an_answer_is_not_answered_twice(address):
    with connected(address) as client:
        client.sendall(CHUNKS.replace(b" / ", b" /at-once "))
        assert one(client)[1] == b"at once"
        client.sendall(b"zz\r\n")
        assert rest(client) == b""


class Asked:
    """A connection's transport, from an address."""

    def __init__(self, peer):
        self.peer, self.is_aborted = peer, False

    def get_extra_info(self, name):
        return (self.peer, 50_000) if name == "peername" else None

    def abort(self):
        self.is_aborted = True


@pytest.mark.parametrize(("peer", "is_let_in"), [("10.1.2.3", True), ("192.0.2.1", False)])
def test_behind_a_proxy_only_the_proxy_is_let_in_and_another_is_told_in_the_log(peer, is_let_in, caplog):
    config = Config(
        lambda: stand_in.app,
        Told(30, proxies=("10.0.0.0/8",)),
        10,
        loop="asyncio",
        lifespan="off",
        ws="none",
        log_config=None,
    )
    config.load()
    transport = Asked(peer)
    loop = asyncio.new_event_loop()
    connection = PatientProtocol(config, ServerState(), {}, loop)
    connection.connection_made(transport)
    connection.connection_lost(OSError())
    loop.close()
    assert transport.is_aborted != is_let_in
    assert [record.name for record in caplog.records] == ([] if is_let_in else ["serving.not_the_proxy"])
    assert peer not in caplog.text


def test_a_refused_header_is_told_in_the_log_by_its_cause_alone(address, caplog):
    with connected(address) as client:
        client.sendall(b"hello 410103198001011234\r\n\r\n")
        rest(client)
    assert [record.name for record in caplog.records] == ["serving.malformed"]
    assert "4101" not in caplog.text


def test_where_places_are_few_those_who_wait_idly_for_long_make_room(monkeypatch):
    monkeypatch.setattr("serving.protocol.BRIEF", 0.3)
    monkeypatch.setattr("serving.places.SWEEP", 0.0)
    with served(patience=30, most=8) as (address, server):
        idle = [socket.create_connection(address, timeout=20) for _ in range(4)]
        for client in idle:
            client.sendall(GET)
            one(client)
        time.sleep(0.5)
        with connected(address) as busy:
            busy.sendall(GET)
            assert one(busy)[1] == b"0"
            assert all(rest(client) == b"" for client in idle)
            assert len(server.server_state.connections) == 1
            busy.sendall(GET)
            assert one(busy)[1] == b"0"
        for client in idle:
            client.close()


def test_where_there_are_places_enough_those_who_wait_are_left_alone(monkeypatch):
    monkeypatch.setattr("serving.protocol.BRIEF", 0.0)
    monkeypatch.setattr("serving.places.SWEEP", 0.0)
    with served(patience=30, most=8) as (address, _):
        clients = [socket.create_connection(address, timeout=20) for _ in range(4)]
        for _ in range(2):
            for client in clients:
                client.sendall(GET)
                assert one(client)[1] == b"0"
        for client in clients:
            client.close()


def test_many_connections_are_taken_and_further_ones_are_closed():
    with served(patience=30, most=20) as (address, server):
        clients = [socket.create_connection(address, timeout=20) for _ in range(30)]
        assert eventually(lambda: len(server.server_state.connections) == 20)
        told = [client for client in clients if is_closed(client)]
        for client in clients:
            client.close()
        assert len(told) == 10
        assert eventually(lambda: not server.server_state.connections)
        with connected(address) as client:
            client.sendall(GET)
            assert one(client)[1] == b"0"


def is_closed(client):
    client.settimeout(0.05)
    try:
        return client.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_many_idle_connections_do_not_keep_a_request_waiting_and_go_away():
    with served(most=400) as (address, server):
        idle = [socket.create_connection(address, timeout=20) for _ in range(300)]
        with connected(address) as client:
            client.sendall(GET)
            assert one(client)[1] == b"0"
        assert eventually(lambda: not server.server_state.connections)
        for client in idle:
            client.close()


def test_a_request_that_is_on_its_way_at_a_stop_is_answered_and_the_connection_closed():
    with served(patience=30) as (address, server), connected(address) as client, connected(address) as fresh:
        client.sendall(GET)
        one(client)
        assert eventually(lambda: len(server.server_state.connections) == 2)
        server.should_exit = True
        time.sleep(0.15)  # uvicorn looks ten times a second whether it is to stop
        for one_of_both in (client, fresh):
            one_of_both.sendall(GET)
            told = rest(one_of_both)
            assert told.startswith(b"HTTP/1.1 200 ")
            assert b"connection: close" in told


def test_an_answer_in_hand_at_a_stop_is_finished():
    with served(patience=30) as (address, server), connected(address) as client:
        client.sendall(b"GET /wait HTTP/1.1\r\nHost: here\r\n\r\n")
        assert eventually(lambda: server.server_state.tasks)
        server.should_exit = True
        assert rest(client).endswith(b"\r\n\r\n0")


def test_it_is_the_protocol_of_the_configuration():
    assert Config(lambda: stand_in.app, Told(), 1).http is PatientProtocol
