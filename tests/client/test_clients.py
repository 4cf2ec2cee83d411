"""Both clients ask, answer, fail and wait alike; neither shows the key."""

import asyncio
import hashlib
import inspect
import socket
from threading import Thread

import httpx
import msgspec
import pytest

from segmentation.answers import Texts, Version, Versions
from segmentation.client import AsyncClient, Client
from segmentation.errors import (
    AnswerError,
    NoAnswerError,
    NotAllowedError,
    NotServedError,
    OverloadedError,
    RefusedError,
)
from serving.examples import MODEL
from tests.client.served import ADDRESS, KEY, Service, fault, problem

KINDS = ["sync", "async"]
VERSIONS = Versions("m", (Version(1, "active", None, "In service.", (), None),))


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def test_residents_by_row_get_their_segments_in_order(kind):
    service = Service()

    found = service.call(kind, "predict", [{"repairs": 3}, {"repairs": 4}])

    assert [place.segment for place in found.results] == ["S1", "S2"]
    assert found.segments["S1"].name == Texts("Often", "较多")
    (asked,) = service.asked
    assert str(asked.url) == f"{ADDRESS}/v1/segments:predict"
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.headers["Content-Type"] == "application/json"
    assert msgspec.json.decode(asked.content) == {"residents": [{"repairs": 3}, {"repairs": 4}]}


@pytest.mark.parametrize("method", ["predict", "explain"])
def test_residents_by_column_get_an_answer_of_the_right_type(kind, method):
    service = Service()

    found = service.call(kind, method, columns={"repairs": [3, 4]})

    assert type(found).__name__ == {"predict": "Prediction", "explain": "Explanation"}[method]
    assert [one.segment for one in found.results] == ["S1", "S2"]
    assert msgspec.json.decode(service.asked[0].content) == {"columns": {"repairs": [3, 4]}}


@pytest.mark.parametrize(
    ("method", "path", "given", "expected"),
    [
        ("model", "/v1/model", msgspec.json.encode(MODEL), MODEL),
        ("versions", "/v1/model/versions", msgspec.json.encode(VERSIONS), VERSIONS),
        ("card", "/v1/model/card", b'{"name": "m"}', {"name": "m"}),
        ("card_file", "/v1/model/card", b'{ "name": "m" }\n', b'{ "name": "m" }\n'),
        ("ready", "/readyz", b'{"status": "ready"}', True),
    ],
    ids=["model", "versions", "card", "card file", "ready"],
)
def test_what_is_served_is_answered_as_its_type(kind, method, path, given, expected):
    service = Service([httpx.Response(200, content=given)])

    assert service.call(kind, method) == expected
    assert service.asked[0].url.path == path
    assert service.asked[0].method == "GET"


@pytest.mark.parametrize(
    ("heard", "error"),
    [
        (problem("invalid", 422, faults=(fault(),)), RefusedError),
        (problem("malformed", 400), RefusedError),
        (problem("too-large", 413), RefusedError),
        (problem("no-key", 401), NotAllowedError),
        (problem("not-allowed", 403), NotAllowedError),
        (problem("not-approved", 503), NotServedError),
        (problem("too-often", 429, retry_after="3600"), OverloadedError),
        (httpx.Response(500, content=b"oops"), AnswerError),
        (httpx.Response(404, content=b"<html>"), AnswerError),
        (httpx.Response(302, headers={"location": "https://elsewhere.example"}), AnswerError),
        (httpx.Response(200, content=b"<html>hello"), AnswerError),
        (httpx.Response(200, content=b'{"model": 3}'), AnswerError),
        (httpx.ReadTimeout("timed out"), NoAnswerError),
    ],
    ids=[*range(13)],
)
def test_every_refusal_has_its_error_and_is_not_asked_again(kind, heard, error):
    service = Service([heard])

    with pytest.raises(error) as raised:
        service.call(kind, "predict", [{"repairs": 3}])

    assert type(raised.value) is error
    assert len(service.asked) == 1
    assert KEY not in str(raised.value)


def test_what_passes_is_asked_again_after_a_wait(kind):
    told = [httpx.ConnectError("refused"), problem("busy", 503, retry_after="2")]
    service = Service(told)

    assert len(service.call(kind, "predict", [{"repairs": 3}]).results) == 1
    assert len(service.asked) == 3
    assert service.slept == [0.1, 2.1]


def test_what_does_not_pass_is_told_with_how_often_it_was_tried(kind):
    service = Service([httpx.ConnectError("refused by 10.0.0.7")] * 9)

    with pytest.raises(NoAnswerError) as raised:
        service.call(kind, "predict", [{"repairs": 3}])

    assert len(service.asked) == 3
    assert "ConnectError, also when asked 2 more times" in str(raised.value)
    assert ADDRESS in str(raised.value)
    assert "10.0.0.7" not in str(raised.value)


@pytest.mark.parametrize(
    "heard",
    [problem("not-approved", 503), httpx.ConnectError("refused"), httpx.Response(500)],
    ids=["not approved", "nobody there", "failed"],
)
def test_a_service_that_may_not_serve_is_not_ready_and_is_asked_once(kind, heard):
    service = Service([heard])

    assert service.call(kind, "ready") is False
    assert len(service.asked) == 1


@pytest.mark.parametrize("made", [Client, AsyncClient])
def test_no_repr_and_no_attribute_that_is_printed_shows_the_key(made):
    client = made(ADDRESS, KEY)

    assert repr(client) == f"{made.__name__}('{ADDRESS}')"
    assert KEY not in repr(vars(client))


def test_both_clients_have_the_same_methods_with_the_same_parameters():
    def public(kind):
        return {name for name in vars(kind) if not name.startswith("_")} - {"close", "aclose"}

    assert public(Client) == public(AsyncClient)
    for name in public(Client):
        assert inspect.signature(getattr(Client, name)) == inspect.signature(getattr(AsyncClient, name))
    for name in ("__init__",):
        assert list(inspect.signature(getattr(Client, name)).parameters) == list(
            inspect.signature(getattr(AsyncClient, name)).parameters
        )


def test_over_a_real_connection_that_breaks_once():
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        listener.accept()[0].close()
        connection, _ = listener.accept()
        connection.recv(65536)
        body = msgspec.json.encode(VERSIONS)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
        connection.close()

    server = Thread(target=serve)
    server.start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with Client(address, KEY, sleep=[].append) as client:
        assert client.versions() == VERSIONS
    server.join()
    listener.close()


@pytest.mark.slow
def test_the_service_itself_is_asked_as_the_client_asks_it(kind, tmp_path):
    import pandas as pd

    from tests.serving.made import REQUIRED, Office, residents
    from tests.serving.over_http import running

    office = Office.opened(tmp_path / "office")
    office.approve(1)
    key = office.issue()
    rows = residents(25, missing=0.3)
    with running(office, most_rows=9) as address:

        def ask(method, *given, key=key):
            if kind == "sync":
                with Client(address, key) as client:
                    return getattr(client, method)(*given)

            async def asked():
                async with AsyncClient(address, key) as client:
                    return await getattr(client, method)(*given)

            return asyncio.run(asked())

        by_row, by_column = ask("predict", rows), ask("predict", pd.DataFrame(rows))
        model, told = ask("model"), ask("explain", rows)
        with pytest.raises(RefusedError) as raised:
            ask("predict", [{REQUIRED: 1}, {REQUIRED: 1, "ethnicity": "Han"}])
        with pytest.raises(NotAllowedError):
            ask("model", key=KEY)
        assert ask("ready") is True
        card = ask("card_file")

    assert by_row == by_column
    assert [one.segment for one in by_row.results] == [one.segment for one in told.results]
    assert len(by_row.results) == 25
    assert (by_row.version, by_row.decision) == (model.version, model.decision)
    assert model.card == f"sha256:{hashlib.sha256(card).hexdigest()}"
    assert raised.value.faults[0].where == "/residents/1/ethnicity"
    assert raised.value.faults[0].article.startswith("PIPL")
    assert "Han" not in str(raised.value)
