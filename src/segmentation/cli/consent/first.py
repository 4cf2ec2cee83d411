"""Telling what follows from the first consent on record: from then on, those on record alone count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.cli.plain import say

if TYPE_CHECKING:
    from collections.abc import Iterable


def tell_first(purposes: Iterable[str]) -> None:
    """Say of each purpose of which nothing was on record before what counts from now on."""
    for purpose in purposes:
        say(
            f"This is the first event on record for {purpose}. From now on the consents on record alone "
            "count for it: building, scoring and the audit leave out everybody else, whatever their table "
            "says. Bring in what you have with `segmentation consent import`."
        )
