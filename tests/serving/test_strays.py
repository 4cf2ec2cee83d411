"""Requests that no handler takes are answered in the form of all others."""

import asyncio
import json

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from serving.strays import framework_failed, framework_said_no
from tests.serving.asgi import desk, route

PLANTED = "410103198001011234"


@pytest.fixture
def here():
    return desk(route(), route(method="GET", path="/card", media=(), scope=None), route(path="/files/{file}"))


@pytest.mark.parametrize("path", ["/", "/v1", f"/{PLANTED}", "/v1/segments:predict/", "/files/a/b", "//card"])
def test_an_unknown_address_is_a_problem_that_does_not_repeat_it(here, path):
    found = here.ask("GET", path)
    assert (found.status, found.json()["type"]) == (404, "urn:segmentation:problem:not-found")
    assert PLANTED not in found.body.decode() + here.log.getvalue()


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "TRACE", "PATCH", "INVENTED"])
@pytest.mark.parametrize("path", ["/v1/segments:predict", "/files/a"])
def test_another_method_is_a_problem_that_names_the_right_ones(here, method, path):
    found = here.ask(method, path)
    assert (found.status, found.headers["allow"]) == (405, "OPTIONS, POST")
    assert found.json()["type"] == "urn:segmentation:problem:wrong-method"


def test_options_names_the_methods_of_an_address(here):
    found = here.ask("OPTIONS", "/card")
    assert (found.status, found.headers["allow"], found.body) == (200, "GET, HEAD, OPTIONS", b"")


def test_strays_are_counted_and_not_recorded(here):
    here.ask("GET", "/nowhere")
    here.ask("PUT", "/card")
    scraped = here.edge.state.metrics.text("needs", 0.0)
    assert b'{route="other",status="404"} 1.0' in scraped
    assert b'{route="other",status="405"} 1.0' in scraped
    assert here.spool.lines == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (HTTPException(404, PLANTED), 404),
        (HTTPException(405, PLANTED), 405),
        (HTTPException(413, PLANTED), 413),
        (HTTPException(418, PLANTED), 400),
        (ValueError(PLANTED), 400),
    ],
    ids=["nowhere", "method", "large", "teapot", "error"],
)
def test_what_the_framework_refuses_is_told_without_its_sentence(error, status):
    response = framework_said_no(Request({"type": "http", "headers": []}), error)
    assert response.status_code == status
    assert PLANTED not in response.body.decode()
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_what_fails_in_the_framework_is_told_without_its_sentence(here):
    request = Request({"type": "http", "headers": [], "app": here.app})
    response = framework_failed(request, ValueError(PLANTED))
    assert response.status_code == 500
    assert PLANTED not in response.body.decode() + here.log.getvalue()
    assert json.loads(here.log.getvalue())["request"] == response.headers["x-request-id"]


def test_a_failure_on_the_frameworks_own_way_is_answered_by_the_service(here):
    async def fails(scope, receive, send):
        raise ValueError(PLANTED)

    here.app.mount("/broken", fails)
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/broken/x", "headers": [], "query_string": b""}
    with pytest.raises(
        ValueError, match=PLANTED
    ):  # the server is told, too; its log is ours (`logs.take_over`)
        asyncio.run(here.app(scope, None, send))
    assert sent[0]["status"] == 500
    assert PLANTED.encode() not in sent[1]["body"]
