"""Where to and with which key: what cannot be one is refused before anything is sent, and not shown."""

import socket

import httpx
import pytest

from segmentation.client import AsyncClient, Client
from segmentation.errors import ClientError, NoAnswerError
from tests.client.served import ADDRESS, KEY


@pytest.mark.parametrize("made", [Client, AsyncClient])
@pytest.mark.parametrize(
    "address",
    [
        "segments.example",
        "ftp://segments.example",
        "https://",
        f"https://me:{KEY}@host",
        "http://host:port",
        "http://h?x=1",
    ],
    ids=["no scheme", "another scheme", "no host", "with a password", "broken", "with a question mark"],
)
def test_an_address_that_is_none_is_refused_before_anything_is_sent(made, address):
    with pytest.raises(ClientError) as raised:
        made(address, KEY)

    assert KEY not in str(raised.value)


@pytest.mark.parametrize("made", [Client, AsyncClient])
@pytest.mark.parametrize(
    "address",
    ["http://segments.example", "http://10.0.0.2:8000", "http://localhost.example", "http://[2001:db8::1]"],
)
def test_another_machine_is_asked_unencrypted_only_where_that_is_asked_for(made, address):
    with pytest.raises(ClientError, match="https://, or `plain=True`"):
        made(address, KEY)

    assert repr(made(address, KEY, plain=True)) == f"{made.__name__}({address!r})"


@pytest.mark.parametrize("made", [Client, AsyncClient])
@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8000",
        "http://127.1.2.3",
        "http://[::1]:8000",
        "http://localhost",
        "https://h.example",
    ],
)
def test_this_machine_is_asked_as_it_is_and_any_other_encrypted(made, address):
    assert made(address, KEY)


def test_a_proxy_of_the_environment_gets_neither_key_nor_needs(monkeypatch):
    with (
        socket.create_server(("127.0.0.1", 0)) as stranger,
        socket.create_server(("127.0.0.1", 0)) as service,
    ):
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            for spelled in (name, name.lower()):
                monkeypatch.setenv(spelled, f"http://127.0.0.1:{stranger.getsockname()[1]}")
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        address = f"http://127.0.0.1:{service.getsockname()[1]}"
        with Client(address, KEY, timeout=0.2, retries=0) as client, pytest.raises(NoAnswerError):
            client.predict([{"repairs": 3}])

        service.settimeout(5)
        with service.accept()[0] as connection:
            assert KEY in connection.recv(65536).decode()
        stranger.setblocking(False)
        with pytest.raises(BlockingIOError):
            stranger.accept()


def test_a_password_of_a_file_in_the_home_does_not_take_the_place_of_the_key(monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine host.example login me password another\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    asked = []
    transport = httpx.MockTransport(lambda request: asked.append(request.headers) or httpx.Response(200))

    with Client("https://host.example", KEY, transport=transport) as client:
        client.ready()

    assert asked[0]["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "密钥"])
def test_a_key_that_no_header_can_hold_is_refused_and_not_shown(key):
    with pytest.raises(ClientError) as raised:
        Client(ADDRESS, key)

    assert not key or key not in str(raised.value)


def test_a_path_of_a_proxy_before_the_routes_is_kept():
    asked = []
    transport = httpx.MockTransport(lambda request: asked.append(request.url) or httpx.Response(200))

    with Client("https://host.example/segments/", KEY, transport=transport) as client:
        assert client.ready()

    assert str(asked[0]) == "https://host.example/segments/readyz"


def test_a_file_of_certificates_that_is_none_is_refused(tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate", encoding="utf-8")

    for file in ("ca.pem", "absent.pem"):
        with pytest.raises(ClientError, match="PEM"):
            Client("https://host.example", KEY, verify=str(tmp_path / file))
