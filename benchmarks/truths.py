"""Tables of chances whose true value of a check is exactly its limit, for the benchmark of the audit.

The measures stand here apart from the audit, which is held to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import xlogy

from segmentation.policy import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from segmentation.policy.parts import Check as CheckName

Floats = NDArray[np.float64]

LIMITS = Limits(smallest_group=10)
SEGMENTS = tuple(f"S{at}" for at in range(1, 9))
K = len(SEGMENTS)


@dataclass(frozen=True, eq=False)
class AtLimit:
    """A table of chances whose true value of one check is its limit."""

    check: CheckName
    name: str
    chances: Floats
    group: str | None = None
    target: str | None = None

    @property
    def limit(self) -> float:
        """The policy's limit of a measure."""
        return float(getattr(LIMITS, self.check))


def tilted(groups: Floats, segments: Floats, own: Floats, strength: float) -> Floats:
    """Return chances with these margins that lean from independence: the first group to some segments.

    `own` sums to 0 over segments by their shares.
    """
    lean = np.where(np.arange(len(groups)) == 0, 1.0, -groups[0] / (1 - groups[0]))
    return np.outer(segments, groups) * (1 + strength * np.outer(own, lean))


def planted(check: CheckName, groups: Floats, segments: Floats, own: Floats) -> Floats:
    """Return the lean at which a measure is at its limit."""
    limit = float(getattr(LIMITS, check))
    most = 0.999 / max(own.max() * groups[0] / (1 - groups[0]), -own.min())
    strength = brentq(lambda at: MEASURES[check](tilted(groups, segments, own, at)) - limit, 0.0, most)
    return tilted(groups, segments, own, float(strength))


def against_others(chances: Floats) -> Floats:
    """Return the spread over segments of the first group and of everybody else."""
    pair = np.column_stack([chances[:, 0], chances[:, 1:].sum(axis=1)])
    return np.asarray(pair / pair.sum(axis=0))


def true_variation(chances: Floats) -> float:
    """Return the share of the first group that would need another segment."""
    own, others = against_others(chances).T
    return float(np.abs(own - others).sum() / 2)


def true_auc(chances: Floats) -> float:
    """Return the area under the curve of guessing the first group, segments ordered by their odds."""
    spread = against_others(chances)
    own, others = spread[np.argsort(-spread[:, 0] / spread[:, 1])].T
    return float((others * (np.cumsum(own) - own / 2)).sum())


def true_v(chances: Floats) -> float:
    """Return Cramér's V."""
    apart = np.outer(chances.sum(axis=1), chances.sum(axis=0))
    return float(np.sqrt(((chances - apart) ** 2 / apart).sum() / (min(chances.shape) - 1)))


def true_information(chances: Floats) -> float:
    """Return the mutual information over the mean of both entropies."""
    rows, columns = chances.sum(axis=1), chances.sum(axis=0)
    by_segment, by_group, together = (-xlogy(part, part).sum() for part in (rows, columns, chances))
    return float((by_segment + by_group - together) / ((by_segment + by_group) / 2))


MEASURES: dict[CheckName, Callable[[Floats], float]] = {
    "association": true_v,
    "mutual_information": true_information,
    "total_variation": true_variation,
    "probe_auc": true_auc,
}
"""Each measure of chances, by its check."""


def measures(*, gates_only: bool) -> list[AtLimit]:
    """Return, for each check of all segments together, chances in several forms at its limit."""
    even = np.full(K, 1 / K)
    uneven = np.linspace(1, 5, K) / np.linspace(1, 5, K).sum()
    half = np.repeat([1.0, -1.0], K // 2)
    one = np.append(K - 1.0, np.full(K - 1, -1.0))
    forms = {
        "3 groups, half the segments": (np.full(3, 1 / 3), even, half),
        "3 groups, one segment": (np.full(3, 1 / 3), even, one),
        "a group of a tenth": (np.array([0.1, 0.35, 0.55]), uneven, half - (half * uneven).sum()),
    }
    of_a_group = {"total_variation", "probe_auc"}
    return [
        AtLimit(check, form, planted(check, *margins), "g0" if check in of_a_group else None)
        for check in MEASURES
        if check in LIMITS.gates or not gates_only
        for form, margins in forms.items()
    ]


def limit_ratios() -> list[AtLimit]:
    """Return chances with one segment, or one service, at the limit's ratio, from below and above."""
    found = []
    for ratio in (LIMITS.selection_ratio, 1 / LIMITS.selection_ratio):
        for size, rate in ((0.05, 0.05), (0.3, 0.2), (0.02, 0.6)):
            groups = np.array([size, 1 - size])
            inside = np.array([ratio * rate, rate])
            own = np.vstack([inside, np.outer(np.full(K - 1, 1 / (K - 1)), 1 - inside)])
            served = np.vstack([np.outer(np.full(3, 1 / 3), inside), np.outer(np.full(5, 0.2), 1 - inside)])
            name = f"{ratio:g}, {size:.0%} of residents, rate {rate:.0%}"
            found.append(AtLimit("selection_ratio", name, own * groups, "g0", "S1"))
            found.append(AtLimit("service_parity", name, served * groups, "g0", "service"))
    return sorted(found, key=lambda setting: setting.check)
