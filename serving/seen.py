"""What one look at the ledger and the published bundle found: what may be answered, and until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from math import inf
from typing import TYPE_CHECKING, Literal

from serving.calls import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.approved import Approved
    from segmentation.ledger.api_keys import ApiKeyStanding
    from segmentation.ledger.history import History
    from serving.served import Served
    from serving.settings import Settings

Condition = Literal["starting", "serving", "unreachable", "not-approved", "not-trusted"]
"""Unreachable: it serves on what it saw last, for as long as the grace lasts."""

LOG = "Whoever runs the service finds the reason in its log."
STARTING = "The service has not looked at its ledger yet. Ask again in a moment."
NO_LEDGER = f"The ledger cannot be vouched for, so nothing is served. {LOG}"
NO_LOOK = (
    "The ledger has not been looked at for longer than the service may do without, so nothing is served. "
    f"{LOG}"
)
NO_BUNDLE = (
    "What is published of the approved version is not what was signed, or cannot be read, so nothing is "
    f"served. {LOG}"
)
EXPIRED = (
    "No version of {0.name} may be served: version {0.version} has expired. Submit it anew, or submit "
    "another version."
)

HEEDED = 2.0
"""Seconds after which nothing may be answered that was revoked."""
FEW = 4
"""Looks that may be missed before the service takes it that nobody looks."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What was seen; never changed, so that whoever reads it needs no lock.

    Attributes
    ----------
    condition : Condition
    reason : str
        Why it is not serving, for the log; it may name people and places. Empty where all is well.
    slug, told : str
        The problem with which a request is refused that `served` does not answer, or no longer; it names
        nobody and no place.
    looked : float
        When the last look began that reached the ledger, on the clock that never goes back; 0 for never.
    history : History or None
        None where it is not trusted.
    keys : mapping of str to ApiKeyStanding
        By id; empty where the ledger is not trusted.
    served : Served or None
    trusted_until, served_until : float
        When the history and the keys, and the version, count no longer unless somebody looks again.
    """

    condition: Condition
    reason: str
    slug: Literal["not-approved", "not-trusted"]
    told: str
    looked: float = 0.0
    history: History | None = None
    keys: Mapping[str, ApiKeyStanding] = field(default_factory=dict)
    served: Served | None = None
    trusted_until: float = -inf
    served_until: float = -inf

    @property
    def version(self) -> int:
        """The version that is served; 0 where none is."""
        return 0 if self.served is None else self.served.approved.version

    def refusal(self, now: float) -> Refused:
        """Return why nothing is served at a moment of the clock that never goes back."""
        if -inf < self.trusted_until <= now:
            return Refused("not-trusted", NO_LOOK, headers=((b"retry-after", b"1"),))
        return Refused(self.slug, self.told)


def heeded(settings: Settings) -> float:
    """Return for how many seconds a look counts by itself: two, or where looks are rare for a few of them.

    A machine that is too busy to look stops the service, too: only a look that found the ledger away lets an
    earlier one count for longer.
    """
    return max(HEEDED, FEW * settings.interval)


def left(approved: Approved, now: datetime) -> float:
    """Return how many seconds a version may still be served: until its last day has ended, in UTC."""
    last = approved.valid_until
    if last is None:
        return inf
    return (datetime.combine(last + timedelta(days=1), time(), UTC) - now).total_seconds()
