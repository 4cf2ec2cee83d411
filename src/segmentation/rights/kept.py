"""The segment that is kept of a resident, and where the version stands that gave it.

What was kept outlives the version: it may have been replaced, suspended or revoked since, and nobody is told
of a segment as if it were used that may not be used any more (PIPL Art. 24, 44).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.ledger.personal.overrides import Overrides
from segmentation.ledger.personal.segments import Segments
from segmentation.policy.catalogue import load_catalogue
from segmentation.rights.beheld import Purposes

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from segmentation.ledger.history import History
    from segmentation.ledger.personal.overrides import Override
    from segmentation.ledger.personal.segments import Segment
    from segmentation.ledger.standing import State
    from segmentation.rights.beheld import Beheld

    States = Callable[[str, int], State]
    """Returns where a version of a model stands."""

TAKEN_BACK: frozenset[str] = frozenset({"revoked", "suspended", "expired", "rejected"})
"""States of a version whose segments are not used any more; of one that was replaced, they are."""


def states_of(history: History, now: datetime) -> States:
    """Return what tells where a version stands, under the law as this program knows it."""
    catalogue = load_catalogue().digest
    return lambda model, version: history.standing(model, version, now, catalogue).state


def latest(
    seen: Beheld, subject: bytes, model: str, known: Purposes | None = None
) -> tuple[Segment | None, Override | None]:
    """Return the segment that a model gave a resident last, and what a person put in its place.

    It is found by what is on record, and asks for no policy: a right does not wait for a version that is
    served. One that has expired is returned as well, as long as it is kept.

    Parameters
    ----------
    seen : Beheld
    subject : bytes
        `Keyring.subject_of` the resident.
    model : str
    known : Purposes, optional
        Kept by who asks often.
    """
    found = [
        (purpose, kept)
        for purpose in (known or Purposes()).of(seen)
        for kept in Segments(seen).history(subject, purpose, model)[-1:]
    ]
    if not found:
        return None, None
    purpose, kept = max(found, key=lambda one: one[1].number)
    return kept, Overrides(seen).standing(subject, purpose, model)
