"""What the machines around the service ask: is it alive, may it answer, and how does it fare."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

import msgspec

from serving.calls import Refused, Reply
from serving.metrics import TEXT

if TYPE_CHECKING:
    from serving.calls import Call
    from serving.state import State

REASONS = {
    "not-approved": "No approved version may be served now.",
    "not-trusted": "The ledger cannot be read or trusted now.",
}
"""What somebody without a key is told, by slug: the full reason may name people."""


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(msgspec.Struct, frozen=True):
    """A version may be served."""

    status: Literal["ready"] = "ready"


ALIVE, READY = Reply(msgspec.json.encode(Alive())), Reply(msgspec.json.encode(Ready()))


def healthz(call: Call, state: State) -> Reply:  # noqa: ARG001 - it asks nothing: the process answers
    """Answer that the process is alive."""
    return ALIVE


def readyz(call: Call, state: State) -> Reply:  # noqa: ARG001 - nothing of a request counts
    """Answer whether a version may be served now."""
    try:
        state.watch.served()
    except Refused as refused:
        detail = REASONS.get(refused.slug, "The service is not ready.")
        raise Refused(refused.slug, detail, headers=refused.headers) from None
    return READY


def metrics(call: Call, state: State) -> Reply:  # noqa: ARG001 - nothing of a request counts
    """Answer what was counted, as Prometheus reads it."""
    return Reply(state.metrics.text(state.settings.model, time.monotonic()), media=TEXT)
