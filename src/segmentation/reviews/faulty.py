"""What is wrong with a waiver that somebody wrote, and how a whole file of them is refused in few lines."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from typing import TYPE_CHECKING

from segmentation.errors import Fault
from segmentation.impact.unwritten import RULE
from segmentation.ledger.records import LONGEST_TEXT
from segmentation.policy.base import UNWRITTEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEAST = 20
"""Letters that a reason has; a Chinese character counts as two."""


def refusal(title: str, faults: Sequence[Fault]) -> str:
    """Return one message for all faults: what is still to be written by key, each other on its line.

    Parameters
    ----------
    title : str
        What is refused.
    faults : sequence of Fault
        Places are such as ``waiver 3 (KEY), reason``.
    """
    open_: dict[str, list[int]] = {}
    others: list[Fault] = []
    for fault in faults:
        place, _, key = fault.where.rpartition(", ")
        if fault.rule == RULE:
            open_.setdefault(key, []).append(int(place.split()[1]))
        else:
            others.append(fault)
    lines = [
        f"  - {key}: {RULE} in {_listed(numbers)}; write what is marked, or delete the entry."
        for key, numbers in open_.items()
    ]
    lines += [f"  - {fault}" for fault in others]
    return f"{title}, {len(faults)} fault{'s' if len(faults) != 1 else ''}:\n" + "\n".join(lines)


def _listed(numbers: Sequence[int]) -> str:
    """Return numbers of waivers in order, those that follow each other as one stretch."""
    stretches: list[list[int]] = []
    for number in sorted(numbers):
        if stretches and number == stretches[-1][-1] + 1:
            stretches[-1] = [stretches[-1][0], number]
        else:
            stretches.append([number])
    told = ", ".join(" to ".join(map(str, one)) for one in stretches)
    return f"waiver{'s' if len(numbers) > 1 else ''} {told}"


def finding(finding: object, where: str, keys: set[str]) -> Iterator[Fault]:
    """Yield what is wrong with the finding that a waiver names; `keys` are those that block."""
    if not isinstance(finding, str):
        yield Fault(f"{where}, finding", "is missing", "name the finding by its key, as the draft does")
    elif finding not in keys:
        rule = "is no finding that blocks this version"
        yield Fault(f"{where}, finding", rule, "draft the waivers anew, or delete the entry")


def reason(reason: object, where: str) -> Iterator[Fault]:
    """Yield what is wrong with the reason of a waiver."""
    place = f"{where}, reason"
    if not isinstance(reason, str):
        yield Fault(place, "is missing", "write why the finding may pass")
    elif UNWRITTEN in reason:
        yield Fault(place, RULE, "replace the marked text, or delete the entry")
    elif _letters(reason) < LEAST:
        rule = f"has fewer than {LEAST} letters ({LEAST // 2} Chinese characters)"
        yield Fault(place, rule, "say why the finding may pass and what is done about it")
    elif len(reason) > LONGEST_TEXT:
        rule = f"is longer than {LONGEST_TEXT} characters"
        yield Fault(place, rule, "put details into the impact assessment")


def day(expires: object, where: str, today: date) -> Iterator[Fault]:
    """Yield what is wrong with the last day of a waiver."""
    place = f"{where}, expires"
    if isinstance(expires, str) and UNWRITTEN in expires:
        yield Fault(place, RULE, "write a day, or delete the entry")
    elif not isinstance(expires, date) or isinstance(expires, datetime):
        yield Fault(place, "is not a day", "write it as 2027-06-30")
    elif expires < today:
        yield Fault(
            place, f"lies before today, {today.isoformat()}", "write a later day, or delete the entry"
        )


def _letters(text: str) -> int:
    """Return how many letters a text has; one as wide as two, as Chinese characters are, counts as two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text if one.isalpha())
