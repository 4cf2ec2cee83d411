"""The events of a ledger as a text file, a line each: the line is what the event's digest is of.

So the chain can be followed with nothing but `sha256sum`: each line names, as ``previous``, the digest of the
line before it.
"""

# No `from __future__ import annotations`: pydantic reads these.
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, StrictInt, ValidationError

from segmentation.errors import LedgerError, SigningError
from segmentation.ledger.event import Draft, Event, Kind
from segmentation.signing import Signed, canonical, sha256


class _Signed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    document: str
    signature: str


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    seq: int
    at: AwareDatetime
    kind: Kind
    model: str | None
    version: int | None
    signed: _Signed | None
    body: dict[str, str | StrictInt]
    previous: str


def write_chain(events: Iterable[Event]) -> bytes:
    """Return events as canonical JSON (RFC 8785), a line each, with a line feed at its end."""
    return b"".join(line_of(event) + b"\n" for event in events)


def line_of(event: Event) -> bytes:
    """Return what an event's digest is of."""
    signed = event.draft.signed
    content: dict[str, Any] = {
        "seq": event.seq,
        "at": _moment(event.at),
        "kind": event.draft.kind,
        "model": event.draft.model,
        "version": event.draft.version,
        "signed": None if signed is None else {"document": signed.document, "signature": signed.signature},
        "body": dict(event.draft.body or {}),
        "previous": event.previous,
    }
    return canonical(content)


def read_chain(text: bytes) -> tuple[Event, ...]:
    """Read what `write_chain` wrote; whether the events follow each other and the rules, `History` says.

    Raises
    ------
    LedgerError
        A line is not an event as it is written; names the first.
    """
    return tuple(_event(line, place) for place, line in enumerate(text.splitlines(keepends=True), start=1))


def _event(line: bytes, place: int) -> Event:
    try:
        told = _Line.model_validate_json(line)
        signed = None if told.signed is None else Signed(told.signed.document, told.signed.signature)
        draft = Draft(told.kind, signed, told.model, told.version, told.body or None)
        event = Event(told.seq, told.at.astimezone(UTC), draft, told.previous, sha256(line[:-1]))
        fits = line == line_of(event) + b"\n"
    except (ValidationError, SigningError, ValueError):
        fits = False
    if not fits:
        raise LedgerError(
            f"Line {place} of chain.jsonl is no event as it is written; the file was altered. Take "
            "the dossier anew from its source."
        )
    return event


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
