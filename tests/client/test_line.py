"""Where to and with which key: what cannot be one is refused before anything is sent, and not shown."""

import httpx
import pytest

from segmentation.client import AsyncClient, Client
from segmentation.errors import ClientError
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
