"""What is kept of one resident, as rows of a page: in the words of a reader, and with times as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from serving.pages.residents.named import Entry


@dataclass(frozen=True)
class Standing:
    """Where consent to one purpose stands.

    Attributes
    ----------
    key, purpose : str
        Key of the purpose, and what it is called.
    kind, state : str
        Kind of its chip, and its word.
    since : datetime or None
    notice : str
    objected : datetime or None
    is_given : bool
        Whether there is anything to withdraw.
    """

    key: str
    purpose: str
    kind: str
    state: str
    since: datetime | None
    notice: str
    objected: datetime | None
    is_given: bool


@dataclass(frozen=True)
class Said:
    """One event of consent."""

    purpose: str
    state: str
    at: datetime
    notice: str
    channel: str
    language: str
    by: str


@dataclass(frozen=True)
class Placed:
    """One row of the classification table.

    `standing` says where its version stands now, empty where nobody could tell.
    """

    purpose: str
    model: str
    segment: str
    version: int
    decision: str
    margin: float
    borderline: bool
    imputed: tuple[str, ...]
    at: datetime
    expires: datetime
    is_expired: bool
    standing: str


@dataclass(frozen=True)
class Put:
    """A segment that a person put in the place of the computed one; no `segment` lets that hold again."""

    purpose: str
    segment: str
    reason: str
    by: str
    request: str
    at: datetime


@dataclass(frozen=True)
class Holds:
    """What holds for a resident and a purpose now.

    Attributes
    ----------
    purpose, model, segment : str
        The segment is empty where none is kept: what a person put rests then.
    placed : Placed or None
        The computed one, where it has not expired and its version was not taken back.
    put : Put or None
        What a person decided, where it stands.
    """

    purpose: str
    model: str
    segment: str
    placed: Placed | None
    put: Put | None


@dataclass(frozen=True)
class StepTold:
    """What was done about a request."""

    state: str
    at: datetime
    by: str
    text: str
    channel: str
    language: str
    identity: str


@dataclass(frozen=True)
class Requested:
    """A request with everything that was said of it."""

    entry: Entry
    steps: tuple[StepTold, ...]


@dataclass(frozen=True)
class Looked:
    """Somebody who asked about the resident."""

    at: datetime
    by: str
    what: str
    purpose: str
    is_told: bool
