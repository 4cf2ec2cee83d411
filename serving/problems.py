"""Everything that the service says no with: one table of problems, as documents of RFC 9457."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from segmentation.answers import Problem
from serving.calls import PROBLEM, Refused, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPE = "urn:segmentation:problem:"


class Kind(NamedTuple):
    """The status and the title of a problem."""

    status: int
    title: str


PROBLEMS: Mapping[str, Kind] = {
    "malformed": Kind(400, "The request is not readable"),
    "no-key": Kind(401, "An API key is needed"),
    "not-allowed": Kind(403, "The API key does not allow this"),
    "not-found": Kind(404, "There is nothing at this address"),
    "wrong-method": Kind(405, "This address does not answer to this method"),
    "too-slow": Kind(408, "The request took too long to arrive"),
    "too-large": Kind(413, "The request is too large"),
    "wrong-media": Kind(415, "The content type is not one that this address reads"),
    "invalid": Kind(422, "The request does not fit the policy"),
    "too-often": Kind(429, "The API key is used too often"),
    "failed": Kind(500, "The service failed"),
    "not-approved": Kind(503, "No version may be served"),
    "not-trusted": Kind(503, "The service cannot vouch for what it serves"),
    "not-recorded": Kind(503, "The access could not be recorded"),
    "busy": Kind(503, "The service has too many requests in hand"),
}
"""By the slug that ends the problem's `type`."""


def problem_reply(refused: Refused, request: str) -> Reply:
    """Return a refusal as an answer.

    Parameters
    ----------
    refused : Refused
    request : str
        Id of the request.
    """
    kind = PROBLEMS[refused.slug]
    document = Problem(
        type=TYPE + refused.slug,
        title=kind.title,
        status=kind.status,
        detail=refused.detail,
        instance=f"urn:uuid:{request}",
        faults=refused.faults,
        more=refused.more,
    )
    return Reply(msgspec.json.encode(document), kind.status, PROBLEM, refused.headers)
