"""The fields of a table of consents, what each must hold, and what is said where it does not.

Names are those of ISO/IEC TS 27560:2023. Its other fields are of the notice and the controller, which are the
same for everybody: the policy and the notice on record say them once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from segmentation.ledger.personal.events import STATES
from segmentation.policy.base import NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

SCHEMA = "ISO/IEC TS 27560:2023"
WHO, PURPOSE, STATE, TIME = "pii_principal_id", "purpose", "event_state", "event_time"
NOTICE, LANGUAGE, CHANNEL, ENTITY = "privacy_notice", "language", "collection_method", "entity_id"
REQUIRED = (WHO, PURPOSE, STATE, TIME)
FIELDS = (*REQUIRED, NOTICE, LANGUAGE, CHANNEL, ENTITY)
"""The columns that are read; the first four must be there."""
PSEUDONYM = "pseudonym:"
"""Before the 32 hexadecimal digits that stand for a resident whose reference is not known."""
LONGEST = 64
"""Letters of a notice's version, a channel, or who recorded."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


class Rule(NamedTuple):
    """What does not hold of a cell, and the way out, as clauses."""

    text: str
    fix: str


RULES = {
    "missing": Rule("is empty", "say who, for which purpose, what and when"),
    "reference": Rule("is no reference of 1 to 200 letters that can be read", "write the company's own id"),
    "purpose": Rule(
        "is no key of a purpose: small letters, digits and underscores", "write it as the policy does"
    ),
    "other": Rule(
        "is no purpose that may be recorded here",
        "take one of the policy, or one of which a notice is on record",
    ),
    "state": Rule(f"is none of {', '.join(STATES)}", "write one of them"),
    "time": Rule("is no time in ISO 8601", "write 2026-01-05T09:30:00+08:00"),
    "zone": Rule("has no time zone", "write 2026-01-05T09:30:00+08:00, or say which zone all are in"),
    "future": Rule("lies in the future", "write when it was"),
    "text": Rule(f"is longer than {LONGEST} letters, or cannot be read", "shorten it"),
    "language": Rule("is no language as RFC 5646 names it", "write zh or en"),
}
"""What may be wrong with a cell, in the order in which it is told."""


def judges(purposes: Collection[str] | None) -> dict[str, Callable[[str], str | None]]:
    """Return, for each column of few values, what says which rule a text breaks; None where it breaks none.

    Parameters
    ----------
    purposes : collection of str or None
        Those that may be recorded; None: any.
    """
    return {
        PURPOSE: lambda text: _purpose(text, purposes),
        STATE: lambda text: None if text in STATES else "state",
        NOTICE: _short,
        LANGUAGE: lambda text: None if _LANGUAGE.fullmatch(text) and _short(text) is None else "language",
        CHANNEL: _short,
        ENTITY: _short,
    }


def _purpose(text: str, purposes: Collection[str] | None) -> str | None:
    if not re.fullmatch(NAME, text):
        return "purpose"
    return None if purposes is None or text in purposes else "other"


def _short(text: str) -> str | None:
    return None if len(text) <= LONGEST and text.isprintable() else "text"
