"""What the routes about one resident take and answer; times are in UTC, ISO 8601."""

# No `from __future__ import annotations`: msgspec reads these when it makes the types.
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from segmentation.answers import Reason, Segment
from segmentation.rights.account import Consent, Held, Purpose, Request

Short = Annotated[str, Meta(max_length=64)]
Long = Annotated[str, Meta(max_length=2_000)]


class KeptSegment(Struct, frozen=True):
    """The segment that holds for a resident, and the one that was computed.

    They differ where a person put another in its place: then `is_override` is true. `told` is the name and
    the service plan of `segment`, None where the version that is served now does not know it. It may be used
    for `purpose` alone, and not from `expires` on.
    """

    purpose: str
    model: str
    version: int
    decision: str
    segment: str
    computed: str
    is_override: bool
    margin: Annotated[float, Meta(ge=0, le=1)]
    borderline: bool
    imputed: tuple[str, ...]
    at: str
    expires: str
    told: Segment | None
    unused: tuple[str, ...] = ()


class OwnExplanation(Struct, frozen=True):
    """Why a resident is in a segment, and whether the needs that were sent give the one that is kept.

    It is told by the version that gave the kept segment, whether it is served or not; `held` says where that
    version stands. Where none is kept, `agrees` is None, and the version that is served tells. Needs are
    read, and not kept.
    """

    model: str
    version: int
    decision: str
    segments: dict[str, Segment]
    reason: Reason
    held: Held | None
    agrees: bool | None
    unused: tuple[str, ...] = ()


class ConsentSaid(Struct, frozen=True, forbid_unknown_fields=True):
    """What a resident says of one purpose, with the field names of ISO/IEC TS 27560.

    `privacy_notice` is the version of the notice that they were told; `event_time` when it was, if not now.
    """

    purpose: Short
    event_state: Literal["given", "refused", "withdrawn", "objected", "objection_lifted"]
    privacy_notice: Short = ""
    language: Short = ""
    collection_method: Short = ""
    event_time: datetime | None = None


class ConsentKept(Struct, frozen=True):
    """Whether an event was put on record; `added` is false where the very same was there already.

    What else is on record is not told: who writes reads nothing, and needs no allowance for reading.
    """

    added: bool


class Consents(Struct, frozen=True):
    """Where consent to each purpose stands, and every event that is on record."""

    purposes: tuple[Purpose, ...]
    events: tuple[Consent, ...]


class RequestMade(Struct, frozen=True, forbid_unknown_fields=True):
    """What a resident asks for, in their own words where they said some.

    An objection and a withdrawal take effect at once: for `purposes`, or where there are none for the purpose
    for which residents are placed, and for all that the policy states. `identity` is how it was checked who
    asks; access, a copy and erasure are not answered before somebody says so.
    """

    right: Literal[
        "access", "copy", "correction", "explanation", "objection", "review", "erasure", "withdrawal"
    ]
    text: Long = ""
    channel: Short = ""
    language: Short = ""
    purposes: tuple[Short, ...] = ()
    identity: Literal["", "login", "code", "callback", "in_person", "authority", "guardian", "kin"] = ""


class RequestEntered(Struct, frozen=True):
    """A request as it stands; keep its id, for the register names nobody."""

    id: str
    right: str
    state: str
    received: str
    due: str
    ended: str | None


class Requests(Struct, frozen=True):
    """What a resident asked for, the oldest first."""

    requests: tuple[Request, ...]
