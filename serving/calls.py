"""What a route is given and what it gives back: plain data between HTTP and the work behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from segmentation.answers import Fault
    from segmentation.approved import Former
    from segmentation.ledger.api_keys import ApiKey
    from serving.room import Place
    from serving.served import Served
    from serving.state import State

    Handler = Callable[["Call", "State"], "Reply"]
    """Does the work of a route; raises `Refused`."""
    Quickly = Callable[["Call", "State"], "Reply | None"]
    """Does it too, but returns None where it would take long."""

JSON = b"application/json"
PROBLEM = b"application/problem+json"


@dataclass(slots=True)
class Call:
    """One request, once its key and its size were found good.

    Attributes
    ----------
    id : str
        Of the request; in the header of the answer, the access event, and the log where the service failed.
    scope : mapping
        ASGI's.
    body : bytes
        All of it.
    key : ApiKey or None
        Who asks; None on routes that need no key.
    media : str
        Content type of the body, one of the route's `media`, without parameters; empty where none is read.
    served : Served or None
        The version that the handler took, for the access event: handlers set it.
    former : Former or None
        The version that the answer is from, where it need not be served any more: handlers set it.
    rows : int
        Residents that the request held, for the access event and the metrics: handlers set it.
    wait : float
        Seconds until its key may ask again; 0 where its allowance is not spent. Where it is, or the key
        counts no more, the request is refused, for this reason or another.
    place : Place or None
        The room that it takes; None where it was answered at once.
    slot : int
        Of its key, where what it spends is counted.
    purpose, subject, alert : str
        Of a request about one resident, for the access event: handlers set them. `subject` is a pseudonym.
    """

    id: str
    scope: Mapping[str, Any]
    body: bytes
    key: ApiKey | None
    media: str = ""
    served: Served | None = None
    former: Former | None = None
    rows: int = 0
    wait: float = 0.0
    place: Place | None = None
    slot: int = 0
    purpose: str = ""
    subject: str = ""
    alert: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, encoded.

    Attributes
    ----------
    body : bytes
    status : int
    media : bytes
        Content type.
    headers : tuple of (bytes, bytes)
        Beside those that every answer has.
    """

    body: bytes
    status: int = 200
    media: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(eq=False)
class Refused(Exception):  # noqa: N818 - it is an answer, and no fault of the program
    """An answer that says no, as `problems` writes it (RFC 9457).

    Attributes
    ----------
    slug : str
        Of the problem: `problems.PROBLEMS` has its title and status.
    detail : str
        One or two sentences for this request: the field, the rule, the way out; never a value.
    faults : tuple of Fault
    more : int
        Faults beyond those listed.
    headers : tuple of (bytes, bytes)
    """

    slug: str
    detail: str
    faults: tuple[Fault, ...] = ()
    more: int = 0
    headers: tuple[tuple[bytes, bytes], ...] = field(default=())
