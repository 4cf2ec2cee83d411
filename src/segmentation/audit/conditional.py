"""Like compared with like: a group's rates within strata of what may lawfully explain a difference.

A gap that vanishes within strata may follow from a lawful need; one that appears only there was covered by
it (Simpson's paradox). Either way the raw finding keeps its status: that a need explains a gap is an argument
for a person to weigh, and no pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from segmentation.audit.crossing import OTHER_STRATA
from segmentation.audit.rates import stratified_rates
from segmentation.audit.sections import Conditional, StratumRate
from segmentation.policy.parts import JOINED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from segmentation.audit.disclosure import Shown
    from segmentation.audit.evidence import Interval
    from segmentation.audit.findings import Finding
    from segmentation.policy import Limits

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAST_SHARE = 0.5
"""Least share of a group that a pooled ratio must be of: of fewer it would seem to speak of all."""


@dataclass(frozen=True)
class PooledRatio:
    """A ratio of rates pooled over strata.

    Attributes
    ----------
    value : float
        From 0; 1 is even.
    interval : tuple of float or None
        None where nobody of the group is in the segment: a logarithm of 0 has no standard error.
    """

    value: float
    interval: Interval | None


def pooled_ratio(
    counts: Ints, sizes: Ints, others_counts: Ints, others_sizes: Ints, confidence: float
) -> PooledRatio | None:
    """Return the Mantel-Haenszel ratio of the group's rate to the others', over strata.

    With n = sizes + others_sizes in each stratum, the ratio is sum(counts * others_sizes / n) over
    sum(others_counts * sizes / n); it lies in [0, infinity), and 1 is even. Its logarithm has the variance
    sum((inside * sizes * others_sizes - counts * others_counts * n) / n^2) over the product of these sums.

    Parameters
    ----------
    counts, sizes, others_counts, others_sizes : ndarray of int64, shape (n_strata,)
        Members of the group in the segment and in all, and everybody else's; strata with nobody on one side
        say nothing and change nothing.
    confidence : float

    Returns
    -------
    PooledRatio or None
        None where the ratio is not defined: nobody else is in the segment, in any stratum with both sides.

    References
    ----------
    Greenland, S. & Robins, J. M. (1985). Estimation of a common effect parameter from sparse follow-up data.
    Biometrics 41(1).
    """
    own, others = counts.astype(np.float64), others_counts.astype(np.float64)
    totals = np.maximum(sizes + others_sizes, 1).astype(np.float64)
    above, below = (own * others_sizes / totals).sum(), (others * sizes / totals).sum()
    if not below:
        return None
    value = float(above / below)
    if not above:
        return PooledRatio(value, None)
    spread = ((own + others) * sizes * others_sizes - own * others * totals) / totals**2
    reach = float(ndtri((1 + confidence) / 2) * np.sqrt(spread.sum() / (above * below)))
    return PooledRatio(value, (value * float(np.exp(-reach)), value * float(np.exp(reach))))


def conditional(shown: Shown, findings: Iterable[Finding], limits: Limits) -> tuple[Conditional, ...]:
    """Return every group's ratio in every segment of one attribute, raw and within strata.

    Parameters
    ----------
    shown : Shown
        Of the attribute by stratum (`strata.stratified`), protected together with all other tables.
    findings : iterable of Finding
        Settled; those of selection_ratio give the raw ratios as the report shows them.
    limits : Limits

    Returns
    -------
    tuple of Conditional
        A pooled ratio is of the strata in which the group's count and those of others are shown, against the
        others that are. It is None where those hold less than half of the group and, like a finding's value,
        where all counts put it on the other side of the limit: strata in which few of a group are in a
        segment are the first to be hidden.
    """
    attribute = JOINED.join(shown.cells.attributes[:-1])
    raw = {
        (one.group, one.target): one.value
        for one in findings
        if one.check == "selection_ratio" and one.attribute == attribute
    }
    table = _table(shown)
    return tuple(
        _compared(table, attribute, row, at, raw.get((group, segment)), limits)
        for row, segment in enumerate(table.segments)
        for at, group in enumerate(table.groups)
    )


@dataclass(frozen=True, eq=False)
class _Table:
    """Counts and rates by segment, group and stratum, sizes by the last two, and what is open of them."""

    segments: tuple[str, ...]
    groups: tuple[str, ...]
    strata: tuple[str, ...]
    counts: Ints
    sizes: Ints
    rates: Floats
    open_counts: Flags
    open_sizes: Flags


def _table(shown: Shown) -> _Table:
    cells = shown.cells
    groups = tuple(dict.fromkeys(JOINED.join(group[:-1]) for group in cells.groups))
    strata = tuple(dict.fromkeys(group[-1] for group in cells.groups))
    shape = (len(cells.segments), len(groups), len(strata))
    return _Table(
        cells.segments,
        groups,
        strata,
        cells.counts.reshape(shape),
        cells.sizes.reshape(shape[1:]),
        stratified_rates(cells).by_group,
        ~(shown.hidden | shown.hidden_sizes).reshape(shape),
        ~shown.hidden_sizes.reshape(shape[1:]),
    )


def _compared(
    table: _Table, attribute: str, row: int, at: int, raw: float | None, limits: Limits
) -> Conditional:
    own = np.arange(len(table.groups)) == at
    open_counts = table.open_counts[row]
    alike = np.array([stratum != OTHER_STRATA for stratum in table.strata])
    others = open_counts & ~own[:, None]
    used = (
        alike & open_counts[at] & (table.sizes[at] > 0) & (np.where(others, table.sizes, 0).sum(axis=0) > 0)
    )
    seen = _pooled(table, row, at, others & used, limits.confidence)
    true = _pooled(table, row, at, ~own[:, None] & alike, limits.confidence)
    is_most = table.sizes[at, used].sum() >= LEAST_SHARE * table.sizes[at].sum()
    kept = is_most and seen is not None and _same_side(seen, true, limits.selection_ratio)
    return Conditional(
        attribute=attribute,
        group=table.groups[at],
        segment=table.segments[row],
        raw=raw,
        value=seen.value if seen is not None and kept else None,
        interval=seen.interval if seen is not None and kept else None,
        strata=tuple(_stratum_rates(table, row, at, others)),
        left_out=int((~used).sum()),
    )


def _pooled(table: _Table, row: int, at: int, others: Flags, confidence: float) -> PooledRatio | None:
    """Return one group against the others of some strata."""
    counts = table.counts[row]
    used = others.any(axis=0)
    return pooled_ratio(
        np.where(used, counts[at], 0),
        np.where(used, table.sizes[at], 0),
        np.where(others, counts, 0).sum(axis=0),
        np.where(others, table.sizes, 0).sum(axis=0),
        confidence,
    )


def _same_side(seen: PooledRatio, true: PooledRatio | None, limit: float) -> bool:
    """Return whether two ratios lie on the same side of the limit: below it, within, or above its inverse."""
    if true is None:
        return False
    ends = (limit, 1 / limit)
    return bool(np.searchsorted(ends, seen.value) == np.searchsorted(ends, true.value))


def _stratum_rates(table: _Table, row: int, at: int, others: Flags) -> Iterator[StratumRate]:
    sizes = np.where(others, table.sizes, 0).sum(axis=0)
    counts = np.where(others, table.counts[row], 0).sum(axis=0)
    for place, stratum in enumerate(table.strata):
        is_open = table.open_counts[row, at, place] and table.sizes[at, place] > 0
        yield StratumRate(
            stratum,
            float(table.rates[row, at, place]) if is_open else None,
            float(counts[place] / sizes[place]) if sizes[place] else None,
            int(table.sizes[at, place]) if table.open_sizes[at, place] else None,
        )
