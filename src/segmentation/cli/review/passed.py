"""Waivers on a terminal: dozens of findings that were let pass, so that a person still sees what they are.

A version may have sixty, most of them with one reason. They are told by attribute with their number, the
worst first, a line each; a reason stands once above all that it is given for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from segmentation.ledger.records import Waiver
    from segmentation.reviews.waivers import Blocking

WORST = ("broken", "undetermined")


@dataclass(frozen=True)
class Passed:
    """A finding that people let pass.

    Attributes
    ----------
    finding : str
        Its key.
    expires : date
    reason : str
    by : tuple of str
        Who did; empty where that is plain.
    """

    finding: str
    expires: date
    reason: str
    by: tuple[str, ...] = ()

    @classmethod
    def of(cls, waiver: Waiver) -> Passed:
        """Return what a waiver says."""
        return cls(waiver.finding, waiver.expires, waiver.reason)


def counted(number: int, what: str = "finding") -> str:
    """Return a number of things: ``1 finding``, ``60 findings``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def attribute_of(key: str) -> str:
    """Return the attribute that the key of a finding names, or ``structure``."""
    check, _, rest = key.partition(":")
    return check if check == "structure" else rest.partition(":")[0]


def worst_first(keys: Sequence[str], told: Mapping[str, Blocking]) -> dict[str, list[str]]:
    """Return keys by attribute: those with most broken findings first, and in each the broken ones first."""
    groups: dict[str, list[str]] = {}
    for key in sorted(keys, key=lambda key: (_rank(key, told), key)):
        groups.setdefault(attribute_of(key), []).append(key)
    return dict(sorted(groups.items(), key=lambda group: _weight(group[1], told)))


def statuses(keys: Sequence[str], told: Mapping[str, Blocking]) -> str:
    """Return how many findings are how: `` (34 broken, 26 undetermined)``; empty where nobody can say."""
    found: Counter[str] = Counter(told[key].status for key in keys if key in told)
    parts = [f"{found[status]:,} {status}" for status in WORST if found[status]]
    return f" ({', '.join(parts)})" if parts else ""


def passed(
    waivers: Sequence[Passed], blocking: Sequence[Blocking] = (), *, full: bool = False
) -> Iterator[str]:
    """Yield what was let pass, a line at a time.

    Parameters
    ----------
    waivers : sequence of Passed
    blocking : sequence of Blocking
        What the card tells of the findings: how they are, and in a sentence.
    full : bool
        Whether to tell the sentences.
    """
    if not waivers:
        return
    told = {one.key: one for one in blocking}
    keys = [one.finding for one in waivers]
    yield f"  waived: {counted(len(keys))}{statuses(keys, told)}"
    shared = {(one.reason, one.by) for one in waivers}
    if len(shared) == 1:
        yield f"  reason of all: {_reason(waivers[0])}"
    for attribute, group in worst_first(list(dict.fromkeys(keys)), told).items():
        of_group = [one for key in group for one in waivers if one.finding == key]
        yield f"  {attribute}: {len(of_group):,}"
        yield from _group(of_group, told, full=full, reasons=len(shared) > 1)


def _group(
    waivers: Sequence[Passed], told: Mapping[str, Blocking], *, full: bool, reasons: bool
) -> Iterator[str]:
    by_reason: dict[str, list[Passed]] = {}
    for one in waivers:
        by_reason.setdefault(_reason(one), []).append(one)
    for reason, alike in by_reason.items():
        if reasons:
            yield f"    reason: {reason}"
        for one in alike:
            status = f"{told[one.finding].status:<12} " if one.finding in told else ""
            yield f"    {status}{one.finding}, until {one.expires}"
            if full and one.finding in told:
                yield f"      {told[one.finding].sentence.en}"


def _reason(waiver: Passed) -> str:
    by = f" (by {' and '.join(waiver.by)})" if waiver.by else ""
    return f"{waiver.reason}{by}"


def _rank(key: str, told: Mapping[str, Blocking]) -> int:
    return WORST.index(told[key].status) if key in told else len(WORST)


def _weight(keys: Sequence[str], told: Mapping[str, Blocking]) -> tuple[int, int]:
    """Return what sorts a group: how many are broken, then how many there are, most first."""
    return -sum(key in told and told[key].status == WORST[0] for key in keys), -len(keys)
