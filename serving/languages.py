"""The two languages of answers, and which of them a browser prefers.

A resident manager's browser asks for the language of its user by itself; an address that says which (as a
link to one page does) counts more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
TAGS: Mapping[Language, bytes] = {"en": b"en", "zh": b"zh-CN"}
"""What HTTP calls the languages."""
MOST_RANGES = 32
"""Languages that are looked at in one request; browsers send fewer than ten."""
_WEIGHT = re.compile(rb"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


def named(text: str) -> Language | None:
    """Return the language of ours that a text names; None where it names none."""
    return next((one for one in LANGUAGES if one == text), None)


def preferred(headers: Sequence[tuple[bytes, bytes]]) -> Language:
    """Return the language of ours that ``Accept-Language`` prefers (RFC 9110, section 12.5.4).

    Parameters
    ----------
    headers : sequence of (bytes, bytes)
        ASGI's, with names in small letters.

    Returns
    -------
    {"en", "zh"}
        English where neither is asked for: an answer in it is of more use than a refusal.
    """
    asked = b",".join(value for name, value in headers if name == b"accept-language")
    best: Language = "en"
    weight = 0.0
    for one in asked.split(b",", MOST_RANGES)[:MOST_RANGES]:
        tag, _, rest = one.partition(b";")
        found = _language(tag)
        if found is not None and _weight(rest) > weight:
            best, weight = found, _weight(rest)
    return best


def _language(tag: bytes) -> Language | None:
    """Return which of ours a language range is of, whatever region or script follows."""
    primary = tag.strip().lower().partition(b"-")[0]
    return "zh" if primary == b"zh" else "en" if primary in {b"en", b"*"} else None


def _weight(rest: bytes) -> float:
    """Return a weight; 1 where none is given, 0 where it is none."""
    text = rest.replace(b" ", b"").replace(b"\t", b"")
    if not text:
        return 1.0
    found = _WEIGHT.fullmatch(text)
    return float(found[1]) if found else 0.0
