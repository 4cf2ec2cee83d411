"""Which tables an audit counts, and what of all of them together may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from math import prod
from typing import TYPE_CHECKING

from segmentation.audit.disclosure import Shown, disclose
from segmentation.errors import AuditError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.audit.cells import Cells, Crosstab
    from segmentation.policy import Policy

MOST_COUNTS = 2_000
"""Counts of all intersections together, beyond which it would take too long to see which must be hidden."""

Names = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Tables:
    """The counted tables of an audit.

    Attributes
    ----------
    asked : tuple of Shown
        Every attribute, then every intersection.
    stratified : tuple of Shown
        Every attribute by stratum; empty where nothing may explain a difference.
    outcomes : tuple of Shown
        Who needed each service, alone and by attribute; empty without outcomes.
    """

    asked: tuple[Shown, ...]
    stratified: tuple[Shown, ...]
    outcomes: tuple[Shown, ...]


def count_tables(
    policy: Policy, crosstab: Crosstab, by_stratum: Sequence[Names], outcomes: Sequence[Cells]
) -> Tables:
    """Return every table that a policy asks for, with the counts hidden that must be.

    Parameters
    ----------
    policy : Policy
    crosstab : Crosstab
    by_stratum : sequence of tuple of str
        Attributes with the column of the strata.
    outcomes : sequence of Cells
        Of the same residents, from `outcome_cells`.

    Raises
    ------
    AuditError
        Intersections, or strata, are too fine.
    """
    asked = _asked(policy)
    wanted = [*asked, *by_stratum]
    _refuse_fine(wanted, crosstab)
    counted = [crosstab.cells(names) for names in wanted]
    shared = [crosstab.cells(names) for names in _shared(wanted)]
    shown = disclose([*counted, *outcomes, *shared], policy.audit.smallest_group)
    ends = (len(asked), len(wanted), len(wanted) + len(outcomes))
    return Tables(*(tuple(shown[start:end]) for start, end in pairwise((0, *ends))))


def _asked(policy: Policy) -> list[Names]:
    """Return every attribute, then every intersection once, in whatever order it names its attributes."""
    once = {frozenset(names): names for names in reversed(policy.audit.intersections)}
    return [*((name,) for name in policy.audited), *reversed(once.values())]


def _shared(wanted: Sequence[Names]) -> list[Names]:
    """Return what two tables share: not asked for, but a sum of each, so neither tells the other."""
    pairs = (tuple(name for name in one if name in other) for one, other in combinations(wanted, 2))
    known = {frozenset(names) for names in wanted}
    found = {frozenset(names): names for names in pairs if names}
    return [names for key, names in found.items() if key not in known]


def _refuse_fine(wanted: Sequence[Names], crosstab: Crosstab) -> None:
    named = zip((*crosstab.attributes, *crosstab.strata), crosstab.levels, strict=True)
    levels = {name: len(values) for name, values in named}
    groups = sum(prod(levels[name] for name in names) for names in wanted if names[1:])
    counts = groups * len(crosstab.segments)
    if counts > MOST_COUNTS:
        message = (
            f"The intersections and strata make {counts:,} counts ({groups:,} groups in "
            f"{len(crosstab.segments)} segments), more than the {MOST_COUNTS:,} that can be protected "
            "together. Name fewer intersections, or attributes with fewer groups, or explain by less."
        )
        raise AuditError(message)
