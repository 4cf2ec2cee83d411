"""One link of the ledger's chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from segmentation.signing import canonical, sha256

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from segmentation.signing import Signed

Kind = Literal[
    "start",
    "person",
    "decision",
    "adoption",
    "activated",
    "api_key",
    "api_key_revoked",
    "anchored",
    "comment",
]
"""Nobody signs `activated`, which says that the bundle of an approved version was published, nor `anchored`,
which says how far another log went."""
GENESIS = "sha256:" + "0" * 64
"""What the first event names as the one before it."""


@dataclass(frozen=True)
class Draft:
    """An event that has no place in the chain yet.

    Attributes
    ----------
    kind : str
    signed : Signed or None
        Of every kind but ``activated`` and ``anchored``.
    model, version : str or None, int or None
        What it is about, where it is about a model or a version.
    body : mapping
        What an unsigned event says; empty for a signed one.
    """

    kind: Kind
    signed: Signed | None = None
    model: str | None = None
    version: int | None = None
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Event:
    """A draft in its place.

    Attributes
    ----------
    seq : int
        From 1, without gaps.
    at : datetime
        UTC, whole microseconds; never before that of the event before.
    draft : Draft
    previous : str
        Digest of the event before; `GENESIS` for the first.
    digest : str
        As stored; `computed` is what it must be.
    """

    seq: int
    at: datetime
    draft: Draft
    previous: str
    digest: str

    @property
    def computed(self) -> str:
        """The digest of what this event says."""
        return digest_of(self.seq, self.at, self.draft, self.previous)


def digest_of(seq: int, at: datetime, draft: Draft, previous: str) -> str:
    """Return the digest of an event: SHA-256 of its canonical JSON (RFC 8785)."""
    signed = draft.signed
    content = {
        "seq": seq,
        "at": at.isoformat(timespec="microseconds"),
        "kind": draft.kind,
        "model": draft.model,
        "version": draft.version,
        "signed": None if signed is None else {"document": signed.document, "signature": signed.signature},
        "body": dict(draft.body or {}),
        "previous": previous,
    }
    return sha256(canonical(content))


def linked(draft: Draft, at: datetime, before: Event | None) -> Event:
    """Return a draft as the event that follows another."""
    seq, previous = (1, GENESIS) if before is None else (before.seq + 1, before.digest)
    return Event(seq, at, draft, previous, digest_of(seq, at, draft, previous))
