"""How many residents, as a reader may know it: a small count can point at one of them."""

from __future__ import annotations

SMALL = 10
"""Residents from which on it is told how many; that there is none may be told as well."""


def told(count: int) -> str:
    """Return a count in words: ``1,204``, ``none``, or ``fewer than 10``."""
    if count == 0:
        return "none"
    return f"{count:,}" if count >= SMALL else f"fewer than {SMALL}"


def shown(count: int) -> int | None:
    """Return a count for machines; None where it is small."""
    return count if count == 0 or count >= SMALL else None
