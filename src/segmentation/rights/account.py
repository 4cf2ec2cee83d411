"""Everything that is kept of one resident, as plain data: what a copy is (PIPL Art. 45), and JSON.

It holds no name and no reference: who asks for it knows of whom it is.
"""

# No `from __future__ import annotations`: msgspec reads these when it makes the types.
from typing import Literal

from msgspec import Struct

from segmentation.answers import Reason

TOLD = 200
"""Status of a reading that was answered."""


class Purpose(Struct, frozen=True):
    """Where consent to one purpose stands.

    `state` is None where nothing was ever said; `objected` is since when the resident objects to automated
    decisions (PIPL Art. 24).
    """

    purpose: str
    state: Literal["given", "refused", "withdrawn"] | None
    since: str | None
    notice: str
    objected: str | None


class Consent(Struct, frozen=True):
    """One event of consent, with the field names of ISO/IEC TS 27560; all of them are kept."""

    purpose: str
    event_state: str
    event_time: str
    privacy_notice: str
    language: str
    collection_method: str
    entity_id: str


class Kept(Struct, frozen=True):
    """One row of the classification table: where the resident was placed, when, by what, and until when.

    `decision` is the digest of the signed approval that the version was used on. `state` is where the version
    stands now, in the ledger's words: ``active`` is the one that is served; what a ``revoked``,
    ``suspended``, ``expired`` or ``rejected`` one gave is not used. Empty where nobody could tell.
    """

    purpose: str
    model: str
    version: int
    segment: str
    margin: float
    borderline: bool
    imputed: tuple[str, ...]
    decision: str
    at: str
    expires: str
    is_expired: bool
    state: str = ""


class Override(Struct, frozen=True):
    """A segment that a person put in the place of the computed one; None ends the one before."""

    purpose: str
    model: str
    segment: str | None
    reason: str
    by: str
    request: str
    at: str


class Step(Struct, frozen=True):
    """What was done about a request; `identity` is how it was checked who asks, where the step says so."""

    state: str
    at: str
    by: str
    text: str
    channel: str
    language: str
    identity: str = ""


class Request(Struct, frozen=True):
    """What the resident asked for, by when it is to be answered, and what came of it."""

    id: str
    right: str
    state: str
    received: str
    due: str
    ended: str | None
    steps: tuple[Step, ...]


class Reading(Struct, frozen=True):
    """One time that somebody asked about the resident: who, what for, and whether they were told.

    `by` is a person, the id of an API key, or a command; `status` is that of HTTP, 200 where they were told.
    """

    at: str
    by: str
    route: str
    purpose: str
    status: int

    @property
    def was_told(self) -> bool:
        """Whether who asked was told."""
        return self.status == TOLD


class Account(Struct, frozen=True):
    """Everything that is kept of one resident; times are in UTC, ISO 8601.

    `readings` are those that the access log has: what a service answered in the last seconds comes later.
    """

    at: str
    purposes: tuple[Purpose, ...]
    consents: tuple[Consent, ...]
    segments: tuple[Kept, ...]
    overrides: tuple[Override, ...]
    requests: tuple[Request, ...]
    readings: tuple[Reading, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept but who asked."""
        return not (self.consents or self.segments or self.overrides or self.requests)

    def __repr__(self) -> str:
        """Return how much it holds, and nothing of it."""
        return f"Account({len(self.consents)} consents, {len(self.segments)} segments)"


class Held(Struct, frozen=True):
    """The segment that is kept of a resident, and the one that a person put in its place, if one did.

    `state` is where the version that gave it stands now, as `Kept` has it; with `is_expired`, it says whether
    the segment may still be used.
    """

    segment: str
    version: int
    at: str
    expires: str
    override: str | None
    state: str = ""
    is_expired: bool = False


class Explained(Struct, frozen=True):
    """Why a resident is in a segment, and whether that is the one that is kept.

    The reason is of the version that gave the kept segment. `agrees` is None where no segment is kept: then
    it is what the version that is served makes of these needs.
    """

    reason: Reason
    held: Held | None
    agrees: bool | None
