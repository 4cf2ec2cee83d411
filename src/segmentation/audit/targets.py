"""What a group's share is judged of: each segment, each service, or a service among those who needed it.

All three are the same to a test: members of each group inside, of how many. Here they are counted, once, with
what of them may be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.audit.evidence import PAIR
from segmentation.audit.ratio import Share

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segmentation.audit.disclosure import Flags, Shown
    from segmentation.audit.rates import Rates
    from segmentation.policy.parts import Check as CheckName

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Target:
    """A segment or a service: how many of each group are in it, at which rate, and which may be shown.

    Attributes
    ----------
    check : str
    name : str
        The segment id or service key.
    counts, sizes : ndarray of int64, shape (n_groups,)
        Members of each group in the target, and in all.
    rates : ndarray of shape (n_groups,)
    shown : ndarray of bool, shape (n_groups,)
        Where the count may be shown.
    between : tuple of float or None
        fairlearn's difference and ratio between all groups that are shown.
    """

    check: CheckName
    name: str
    counts: Ints
    sizes: Ints
    rates: Floats
    shown: Flags
    between: tuple[float, float | None] | None = None

    def share(self, at: int, among: Flags) -> Share:
        """Return one group against the others among some."""
        others = among & (np.arange(len(self.sizes)) != at)
        return Share(
            int(self.counts[at]),
            int(self.sizes[at]),
            int(self.counts[others].sum()),
            int(self.sizes[others].sum()),
        )


def segment_targets(shown: Shown, rates: Rates, between: Rates | None) -> Iterator[Target]:
    """Yield every segment.

    Parameters
    ----------
    shown : Shown
    rates : Rates
        Of all groups.
    between : Rates or None
        Of the groups that have all their counts shown; None where fewer than two have.
    """
    for row, segment in enumerate(shown.cells.segments):
        open_groups = ~(shown.hidden[row] | shown.hidden_sizes)
        spread = None if between is None else _spread(between, row)
        counts, sizes = shown.cells.counts[row], shown.cells.sizes
        yield Target("selection_ratio", segment, counts, sizes, rates.by_group[row], open_groups, spread)


def _spread(rates: Rates, row: int) -> tuple[float, float | None]:
    ratio = float(rates.ratio[row])
    return float(rates.difference[row]), None if np.isnan(ratio) else ratio


def service_targets(shown: Shown, served: Mapping[str, frozenset[str]]) -> Iterator[Target]:
    """Yield every service, as the segments together whose plan has more of it than the standard."""
    for service, members in served.items():
        inside = np.array([segment in members for segment in shown.cells.segments])
        counts = shown.cells.counts[inside].sum(axis=0)
        # Not the sum of the rates: its last digit would depend on its parts, which may be hidden.
        rates = counts / np.maximum(shown.cells.sizes, 1)
        open_groups = shown.together(inside)
        spread = _between(rates[open_groups & (shown.cells.sizes > 0)])
        yield Target("service_parity", service, counts, shown.cells.sizes, rates, open_groups, spread)


def needed_target(shown: Shown, service: str) -> Target:
    """Return a service among those who needed it; the cells' first row are those who were planned it."""
    counts, sizes = shown.cells.counts[0], shown.cells.sizes
    open_groups = ~(shown.hidden[0] | shown.hidden_sizes)
    rates = counts / np.maximum(sizes, 1)
    spread = _between(rates[open_groups & (sizes > 0)])
    return Target("equal_opportunity", service, counts, sizes, rates, open_groups, spread)


def _between(rates: Floats) -> tuple[float, float | None] | None:
    if len(rates) < PAIR:
        return None
    least, most = float(rates.min()), float(rates.max())
    return most - least, least / most if most else None
