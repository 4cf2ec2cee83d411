"""Every address of the service, as one table: the application, its OpenAPI document and the tests read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from segmentation.answers import Texts
    from segmentation.ledger.api_keys import Scope
    from serving.calls import Handler


@dataclass(frozen=True)
class Route:
    """One address.

    Attributes
    ----------
    name : str
        Of the operation: in OpenAPI, in access events and in metrics.
    method : {"GET", "POST"}
    path : str
    scope : str or None
        What the API key must allow; None needs no key.
    handler : callable
    summary : Texts
    slow : Literal or callable
        Where it works long (many rows), it runs beside the event loop: from how many bytes of body on.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    scope: Scope | None
    handler: Handler
    summary: Texts
    beside_from: int = 64 * 2**10
