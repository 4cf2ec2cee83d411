"""Requests that no handler takes, and faults outside of every handler, answered in the form of all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response

from segmentation.answers import Texts
from serving.arriving import headers_of, request_id
from serving.calls import Refused, Reply
from serving.edge import FAILED
from serving.problems import problem_reply
from serving.routes import NEVER, Route
from serving.sending import headers_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request

    from serving.calls import Call, Handler
    from serving.state import State

OTHER = Texts("Any other address", "其他地址")
NOWHERE = "There is nothing at this address; /docs lists those that the service has."
SLUGS = {404: "not-found", 405: "wrong-method", 413: "too-large"}
"""Of what the framework itself may refuse, by status; anything else is malformed."""


def nowhere() -> Route:
    """Return the route of every address that the service does not have."""
    return _route(_nowhere)


def wrong_method(allowed: Iterable[str]) -> Route:
    """Return the route of an address for methods that it does not answer to.

    Parameters
    ----------
    allowed : iterable of str
        Methods that it answers to.
    """
    told = ", ".join(sorted({*allowed, "OPTIONS"}))
    return _route(_wrong_method(told))


def _route(handler: Handler) -> Route:
    return Route("other", "GET", "", None, handler, OTHER, NEVER)


def _nowhere(call: Call, state: State) -> Reply:  # noqa: ARG001 - as every handler is called
    raise Refused("not-found", NOWHERE)


def _wrong_method(told: str) -> Handler:
    allow = ((b"allow", told.encode()),)

    def handler(call: Call, state: State) -> Reply:  # noqa: ARG001 - as every handler is called
        if call.scope["method"] == "OPTIONS":
            return Reply(b"", media=b"text/plain", headers=allow)
        raise Refused("wrong-method", f"This address answers to {told}.", headers=allow)

    return handler


def framework_said_no(request: Request, error: Exception) -> Response:
    """Answer what the framework itself refuses; its own sentence may quote the request, and is left out."""
    status = error.status_code if isinstance(error, HTTPException) else 400
    refused = Refused(SLUGS.get(status, "malformed"), "The request is not one that the service takes.")
    return _response(refused, _id_of(request))


def framework_failed(request: Request, error: Exception) -> Response:
    """Answer a fault outside of every handler; its sentence may quote the request, and is told nowhere."""
    id_ = _id_of(request)
    request.app.edge.log.failed("other", error, id_)
    return _response(Refused("failed", FAILED), id_)


def _id_of(request: Request) -> str:
    return request_id(headers_of(request.scope).get(b"x-request-id"))


def _response(refused: Refused, id_: str) -> Response:
    reply = problem_reply(refused, id_)
    response = Response(reply.body, reply.status)
    response.raw_headers = headers_for(reply, id_)
    return response
