"""The crossing of strata: residents alike in every feature that may explain a difference, counted together.

Only as many strata are compared as can be shown without uncovering a small count.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.audit.tally import places, tally
from segmentation.errors import AuditError
from segmentation.policy.parts import JOINED, MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.audit.cells import Crosstab

EXPLAINED = "explained by"
"""The column of the strata, once they are crossed."""
OTHER_STRATA = "(other strata)"
"""Strata that are too small, or too many, taken together: those in it are not alike."""
MOST_STRATA = 24
FEWEST_STRATA = 2
PER_STRATUM = 15
"""Residents of a stratum for each segment, in smallest groups: with fewer, most counts would be hidden."""
MOST_COUNTS = 900
"""Counts by stratum, of all attributes together, beyond which it takes too long to see which to hide."""

Ints = NDArray[np.int64]


def most_strata(residents: int, n_segments: int, groups: Sequence[int], smallest: int) -> int:
    """Return how many strata so many residents can be compared in: up to 24; under 2, they are too few.

    Parameters
    ----------
    residents, n_segments : int
    groups : sequence of int
        The number of groups of each attribute.
    smallest : int
        Fewest residents that may be shown.
    """
    cells = max(1, n_segments) * max(1, sum(groups[at] for at in _affordable(groups, n_segments)))
    filled = residents // (PER_STRATUM * smallest * max(1, n_segments))
    return min(MOST_STRATA, filled, MOST_COUNTS // cells)


def _affordable(groups: Sequence[int], n_segments: int) -> list[int]:
    """Return which attributes can be counted by stratum at all: those of few groups first."""
    ascending = sorted(range(len(groups)), key=lambda at: groups[at])
    counts = np.cumsum([groups[at] for at in ascending]) * n_segments * FEWEST_STRATA
    return sorted(at for at, many in zip(ascending, counts, strict=True) if many <= MOST_COUNTS)


def stratified(crosstab: Crosstab, smallest: int) -> tuple[Crosstab, tuple[tuple[str, str], ...]]:
    """Return the counts with their strata crossed, and the tables of them to be looked at.

    Parameters
    ----------
    crosstab : Crosstab
        Residents and segments that are judged: `known_to_somebody` and `large_enough`.
    smallest : int
        Fewest residents of a stratum.

    Returns
    -------
    crosstab : Crosstab
        See `cross`.
    tables : tuple of tuple of str
        Each attribute with `EXPLAINED`, for `Crosstab.cells`; attributes of so many groups that they cannot
        be protected by stratum are not among them. Empty without strata, or where residents are too few for
        two: to protect such tables would hide counts of the others for nothing.

    Raises
    ------
    AuditError
        As `cross`.
    """
    if not crosstab.strata:
        return crosstab, ()
    groups = [len(levels) for levels in crosstab.levels[: len(crosstab.attributes)]]
    most = most_strata(crosstab.residents, len(crosstab.segments), groups, smallest)
    names = [crosstab.attributes[at] for at in _affordable(groups, len(crosstab.segments))]
    if most < FEWEST_STRATA:
        return crosstab, ()
    crossed = cross(crosstab, smallest, most)
    compared = sum(name != OTHER_STRATA for name in crossed.levels[-1])
    return crossed, tuple((name, EXPLAINED) for name in names) if compared >= FEWEST_STRATA else ()


def cross(crosstab: Crosstab, smallest: int, most: int = MOST_STRATA) -> Crosstab:
    """Return the counts with all strata crossed into one column, called `EXPLAINED`.

    Strata under the smallest group, and the smallest of more than `most`, become `OTHER_STRATA`: they are
    counted, so that nothing is lost, and compared with nobody. Residents who lack a feature are a stratum
    where they are many; where they are few, their stratum is missing: protected like one, they would only
    hide the counts of others.

    Parameters
    ----------
    crosstab : Crosstab
        With strata; without, it comes back as it is.
    smallest : int
        Fewest residents of a stratum.
    most : int
        Most strata, without those taken together.

    Raises
    ------
    AuditError
        There are so many strata that the largest 24 hold less than half of the residents.
    """
    if not crosstab.strata:
        return crosstab
    first = 1 + len(crosstab.attributes)
    codes, levels = crosstab.codes[:, first:], crosstab.levels[first - 1 :]
    widths = [len(values) + 1 for values in levels]
    combinations, sizes, _ = tally(list(codes.T), widths, crosstab.counts)
    known = _known(combinations, levels, sizes >= PER_STRATUM * smallest * len(crosstab.segments))
    kept = _kept(np.where(known, sizes, 0), smallest, most)
    _refuse_fine(crosstab.strata, sizes[known])
    names = [_named(crosstab.strata, levels, combination) for combination in combinations[kept]]
    crossed = (*names, OTHER_STRATA) if (known & ~kept).any() else tuple(names)
    place = np.where(kept, np.cumsum(kept) - 1, np.where(known, len(names), len(crossed)))
    return _restratified(crosstab, crossed, place[_found(combinations, codes, widths)])


def _known(combinations: Ints, levels: Sequence[Sequence[str]], many: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which combinations are a stratum: those that lack a feature only where many do."""
    missing = (combinations == np.array([len(values) for values in levels])).any(axis=1)
    return np.asarray(~missing | many)


def _kept(sizes: Ints, smallest: int, most: int) -> NDArray[np.bool_]:
    """Return the strata that stay: large enough, and at most `most`."""
    largest = np.argsort(np.argsort(-sizes, kind="stable")) < most
    kept = largest & (sizes >= smallest)
    # Alone, a small rest would be known from the others: the smallest that stays goes with it.
    rest = sizes[~kept].sum()
    if 0 < rest < smallest and kept.any():
        kept[np.flatnonzero(kept)[np.argmin(sizes[kept])]] = False
    return np.asarray(kept)


def _refuse_fine(names: Sequence[str], sizes: Ints) -> None:
    largest = np.sort(sizes)[-MOST_STRATA:].sum() / max(1, sizes.sum())
    if len(sizes) > MOST_STRATA and 2 * largest < 1:
        message = (
            f"The strata of {', '.join(names)} are too fine: the largest {MOST_STRATA} of {len(sizes)} hold "
            f"{largest:.0%} of the residents; name fewer features under `audit.explained_by`."
        )
        raise AuditError(message)


def _named(names: Sequence[str], levels: Sequence[Sequence[str]], combination: Ints) -> str:
    named = zip(names, levels, combination.tolist(), strict=True)
    return JOINED.join(f"{plain(name)} {(*values, MISSING)[at]}" for name, values, at in named)


def _found(combinations: Ints, codes: Ints, widths: Sequence[int]) -> Ints:
    """Return the place of each row of codes among the combinations, which are sorted."""
    both, _ = places(list(np.vstack([combinations, codes]).T), widths)
    return np.searchsorted(both[: len(combinations)], both[len(combinations) :])


def _restratified(crosstab: Crosstab, names: tuple[str, ...], own: Ints) -> Crosstab:
    """Return the counts with one column of strata, by the stratum that each cell is in."""
    first = 1 + len(crosstab.attributes)
    levels = (*crosstab.levels[: first - 1], names)
    widths = [len(crosstab.segments), *(len(values) + 1 for values in levels)]
    columns = [*crosstab.codes[:, :first].T, own]
    codes, counts, squared = tally(columns, widths, crosstab.counts, crosstab.squared)
    return replace(crosstab, strata=(EXPLAINED,), levels=levels, codes=codes, counts=counts, squared=squared)


def plain(value: str) -> str:
    """Return a value without the sign that joins names."""
    return value.replace(JOINED.strip(), "x")
