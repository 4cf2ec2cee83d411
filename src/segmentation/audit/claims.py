"""What each check claims of the counted cells, with the evidence for it and the figures that may be shown.

The evidence rests on all counts. The figures rest on the counts that the report shows, so that they tell
nothing more than those do.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.audit.association import measured
from segmentation.audit.evidence import PAIR
from segmentation.audit.findings import Finding
from segmentation.audit.judge import Claim
from segmentation.audit.power import Seen
from segmentation.audit.ratio import Share, ratio_evidence, ratio_interval, wilson
from segmentation.audit.variation import total_variation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from segmentation.audit.disclosure import Flags, Shown
    from segmentation.audit.evidence import Measured
    from segmentation.audit.targets import Target
    from segmentation.policy import Limits
    from segmentation.policy.parts import Check as CheckName
    from segmentation.wording.findings import Reason, Role

Ints = NDArray[np.int64]

OF_ALL: tuple[CheckName, ...] = ("association", "mutual_information")
"""Checks of an attribute with all its groups; those of `OF_A_GROUP` compare one group with all others."""
OF_A_GROUP: tuple[CheckName, ...] = ("total_variation", "probe_auc")


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
    finding = replace(finding, value=shown.value, interval=shown.interval, by_chance=shown.by_chance)
    residents = 0 if seen is None else int(seen.sum())
    power = Seen(finding.check, shown, residents, finding.limit, limits.confidence)
    return Claim(finding, found.evidence, is_open, power)


def _measured(finding: Finding, counts: Ints, limits: Limits) -> Measured | None:
    """Return the measure of a table; None where fewer than two groups or segments have somebody in them."""
    held = counts[counts.sum(axis=1) > 0]
    if min(held.shape) < PAIR or not held.sum(axis=0).all():
        return None
    return _MEASURES[finding.check](held, finding.limit, limits.confidence)


# ---- One segment or service -------------------------------------------------------------------------


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
    finding = replace(finding, rate_interval=wilson(seen.count, seen.size, limits.confidence))
    if not seen.is_judgeable:
        return Claim(replace(finding, hidden=True), evidence, is_open=False)
    power = Seen(target.check, seen, seen.residents, limits.selection_ratio, limits.confidence)
    return Claim(_with_ratio(finding, seen, limits), evidence, bool(target.shown.all()), power)


def _blank(finding: Finding) -> Finding:
    """Return a finding whose count is hidden, without a reason that would tell the count to be 0."""
    nobody = finding.reason == "everybody_or_nobody"
    return replace(finding, reason="not_settled" if nobody else finding.reason, hidden=True)


def _with_ratio(finding: Finding, seen: Share, limits: Limits) -> Finding:
    return replace(
        finding,
        value=seen.ratio,
        interval=ratio_interval(seen, limits.confidence, limits.selection_ratio),
        others_rate=seen.others_rate,
        difference=seen.rate - seen.others_rate,
    )


def _untestable(share: Share, limits: Limits) -> Reason | None:
    if share.size < limits.smallest_group:
        return "small_group"
    if not share.others_size:
        return "one_group"
    if share.count + share.others_count in {0, share.size + share.others_size}:
        return "everybody_or_nobody"
    return None


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
