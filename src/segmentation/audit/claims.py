"""What each check claims of the counted cells, with the evidence for it and the figures that may be shown.

The evidence rests on all counts. The figures rest on the counts that the report shows, so that they tell
nothing more than those do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.audit.association import measured
from segmentation.audit.findings import CheckName, Finding, Reason, Role
from segmentation.audit.judge import Claim
from segmentation.audit.power import (
    detectable_measure,
    detectable_ratio,
    measure_settled_by,
    ratio_settled_by,
)
from segmentation.audit.ratio import Share, ratio_evidence, ratio_interval, wilson
from segmentation.audit.variation import total_variation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from segmentation.audit.disclosure import Flags, Shown
    from segmentation.audit.evidence import Measured
    from segmentation.audit.rates import Rates
    from segmentation.policy import Limits

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

OF_ALL: tuple[CheckName, ...] = ("association", "mutual_information")
"""Checks of an attribute with all its groups; those of `OF_A_GROUP` compare one group with all others."""
OF_A_GROUP: tuple[CheckName, ...] = ("total_variation", "probe_auc")
PAIR = 2


def _variation(counts: Ints, limit: float, confidence: float) -> Measured:
    return total_variation(counts[:, 0], counts[:, 1], limit, confidence)


_MEASURES: dict[CheckName, Callable[[Ints, float, float], Measured]] = {
    "association": partial(measured, "association"),
    "mutual_information": partial(measured, "mutual_information"),
    "probe_auc": partial(measured, "probe_auc"),
    "total_variation": _variation,
}
"""What measures a table of segments by groups, or by one group and the others, against a limit."""


# ---- All segments together --------------------------------------------------------------------------


def table_claims(shown: Shown, limits: Limits) -> Iterator[Claim]:
    """Yield the claims about all segments together: of the whole attribute, then of each group.

    Groups under the smallest group are left out of what is said of the whole attribute: a handful of people
    would rule the statistic. Of two groups each differs from the other by the same, so it is said once.
    """
    cells = shown.cells
    large = cells.sizes >= limits.smallest_group
    for check in OF_ALL:
        yield _table_claim(_open(check, shown, None, None, limits), shown, large, limits)
    groups = range(1 if len(cells.groups) == PAIR else len(cells.groups))
    for at in groups:
        for check in OF_A_GROUP:
            yield _group_claim(check, shown, at, limits)


def _table_claim(finding: Finding, shown: Shown, large: Flags, limits: Limits) -> Claim:
    counts, complete = shown.cells.counts, shown.complete
    seen = counts[:, large & complete]
    is_open = bool(complete[large].all())
    return _measured_claim(
        replace(finding, size=int(seen.sum())), counts[:, large], seen, limits, is_open=is_open
    )


def _group_claim(check: CheckName, shown: Shown, at: int, limits: Limits) -> Claim:
    sizes, complete = shown.cells.sizes, shown.complete
    size = None if shown.hidden_sizes[at] else int(sizes[at])
    finding = replace(_open(check, shown, at, None, limits), size=size)
    if sizes[at] < limits.smallest_group:
        return Claim(replace(finding, reason="small_group", hidden=not complete[at]), None)
    everybody = np.ones(len(sizes), dtype=bool)
    seen = _against_others(shown.cells.counts, at, complete) if complete[at] else None
    is_open = bool(complete.all())
    return _measured_claim(
        finding, _against_others(shown.cells.counts, at, everybody), seen, limits, is_open=is_open
    )


def _against_others(counts: Ints, at: int, among: Flags) -> Ints:
    others = among & (np.arange(counts.shape[1]) != at)
    return np.column_stack([counts[:, at], counts[:, others].sum(axis=1)])


def _measured_claim(
    finding: Finding, counts: Ints, seen: Ints | None, limits: Limits, *, is_open: bool
) -> Claim:
    found = _measured(finding, counts, limits)
    if found is None:
        return Claim(replace(finding, reason="one_group", size=finding.size if is_open else None), None)
    shown = found if is_open else None if seen is None else _measured(finding, seen, limits)
    if shown is None:
        size = finding.size if finding.group else None
        return Claim(replace(finding, hidden=True, size=size), found.evidence, is_open)
    return Claim(_with_measure(finding, shown, limits, seen), found.evidence, is_open)


def _measured(finding: Finding, counts: Ints, limits: Limits) -> Measured | None:
    """Return the measure of a table; None where fewer than two groups or segments have somebody in them."""
    held = counts[counts.sum(axis=1) > 0]
    if min(held.shape) < PAIR or not held.sum(axis=0).all():
        return None
    return _MEASURES[finding.check](held, finding.limit, limits.confidence)


def _with_measure(finding: Finding, found: Measured, limits: Limits, seen: Ints | None) -> Finding:
    residents = 0 if seen is None else int(seen.sum())
    return replace(
        finding,
        value=found.value,
        interval=found.interval,
        by_chance=found.by_chance,
        detectable=detectable_measure(finding.check, found, finding.limit, limits.confidence),
        settled_by=measure_settled_by(finding.check, found, finding.limit, limits.confidence, residents),
    )


# ---- One segment or service -------------------------------------------------------------------------


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


def ratio_claims(shown: Shown, targets: Iterable[Target], limits: Limits) -> Iterator[Claim]:
    """Yield the claims that each group enters each target at a rate within limit and 1 / limit of others'."""
    for target in targets:
        for at in range(len(shown.cells.groups)):
            yield _ratio_claim(shown, target, at, limits)


def _ratio_claim(shown: Shown, target: Target, at: int, limits: Limits) -> Claim:
    share = target.share(at, np.ones(len(target.sizes), dtype=bool))
    reason = _untestable(share, limits)
    evidence = None if reason else ratio_evidence(share, limits.selection_ratio)
    finding = _open(target.check, shown, at, target.name, limits)
    finding = replace(
        finding,
        reason=reason or finding.reason,
        size=None if shown.hidden_sizes[at] else share.size,
        between=target.between,
    )
    if not target.shown[at]:
        return Claim(_blank(finding), evidence, is_open=False)
    finding = replace(finding, count=share.count, rate=float(target.rates[at]))
    if reason is not None:
        return Claim(finding, None)
    seen = target.share(at, target.shown)
    return Claim(_with_ratio(finding, seen, limits), evidence, is_open=bool(target.shown.all()))


def _blank(finding: Finding) -> Finding:
    """Return a finding whose count is hidden, without a reason that would tell the count to be 0."""
    nobody = finding.reason == "everybody_or_nobody"
    return replace(finding, reason="not_settled" if nobody else finding.reason, hidden=True)


def _with_ratio(finding: Finding, seen: Share, limits: Limits) -> Finding:
    finding = replace(finding, rate_interval=wilson(seen.count, seen.size, limits.confidence))
    if not seen.is_judgeable:
        return replace(finding, hidden=True)
    return replace(
        finding,
        value=seen.ratio,
        interval=ratio_interval(seen, limits.confidence),
        others_rate=seen.others_rate,
        difference=seen.rate - seen.others_rate,
        detectable=detectable_ratio(seen, limits.selection_ratio, limits.confidence),
        settled_by=ratio_settled_by(seen, limits.selection_ratio, limits.confidence),
    )


def _untestable(share: Share, limits: Limits) -> Reason | None:
    if share.size < limits.smallest_group:
        return "small_group"
    if not share.others_size:
        return "one_group"
    if share.count + share.others_count in {0, share.size + share.others_size}:
        return "everybody_or_nobody"
    return None if share.is_judgeable else "small_expectation"


def _open(check: CheckName, shown: Shown, at: int | None, target: str | None, limits: Limits) -> Finding:
    role: Role = "gate" if check in limits.gates else "screen"
    group = None if at is None else shown.cells.group_names[at]
    return Finding(
        check, role, shown.cells.name, group, target, "undetermined", "not_settled", _limit(check, limits)
    )


def _limit(check: CheckName, limits: Limits) -> float:
    of: dict[CheckName, float] = {
        "total_variation": limits.total_variation,
        "association": limits.association,
        "mutual_information": limits.mutual_information,
        "probe_auc": limits.probe_auc,
    }
    return of.get(check, limits.selection_ratio)
