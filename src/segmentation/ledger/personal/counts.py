"""How many residents, as a reader may know it: a small count can point at one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SMALL = 10
"""Residents from which on it is told how many; that there is none may be told as well."""


def told(count: int) -> str:
    """Return a count in words: ``1,204``, ``none``, or ``fewer than 10``."""
    if count == 0:
        return "none"
    return f"{count:,}" if count >= SMALL else f"fewer than {SMALL}"


def all_shown(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return counts that have a known sum, for machines; none of them where any is small.

    With the sum and the others, one that is hidden alone could be worked out.
    """
    is_small = any(shown(count) is None for count in counts.values())
    return {what: None if is_small else count for what, count in counts.items()}


def shown(count: int) -> int | None:
    """Return a count for machines; None where it is small."""
    return count if count == 0 or count >= SMALL else None
