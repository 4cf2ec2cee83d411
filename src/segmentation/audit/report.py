"""The audit from segments to report: count, test, hide what is small, sort."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from segmentation.audit.cells import MISSING, Cells, count_cells
from segmentation.audit.findings import SEVERITY, AuditReport, Finding, GroupTable, Spread, Unchecked
from segmentation.audit.judge import Claim, association_claim, judge, segment_claims, service_claims
from segmentation.audit.rates import selection_rates
from segmentation.errors import AuditError
from segmentation.suppression import CountTable, Link, Mask, suppress

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from segmentation.policy import Limits, Policy

POOLED = "(small segments)"
"""Segments under the smallest group, taken together: neither judged nor shown one by one."""


def audit(
    policy: Policy,
    segments: pd.Series,
    protected: pd.DataFrame,
    served: Mapping[str, frozenset[str]] | None = None,
) -> AuditReport:
    """Audit segments against protected attributes and proxies.

    Parameters
    ----------
    policy : Policy
        Gives attributes, intersections and limits.
    segments : Series of shape (n_residents,)
        Segment ids of any origin: this model's, or a table that somebody else made.
    protected : DataFrame of shape (n_residents, n_attributes)
        `Residents.protected`: categorical columns, missing where not known.
    served : mapping of str to frozenset of str, optional
        For each service, the segments whose plan has more of it than the standard.

    Raises
    ------
    AuditError
        Somebody has no segment, lengths differ, or there is nobody to judge.
    """
    limits = policy.audit
    labels, pooled = _large_enough(segments, limits.smallest_group)
    combinations = [(name,) for name in policy.audited] + list(limits.intersections)
    counted = [count_cells(labels, protected, names) for names in combinations]
    masks = _masks(counted, limits.smallest_group)
    findings = judge(_claims(counted, served or {}, limits, masks), limits.confidence)
    shown = [_hide(finding, counted, masks) for finding in findings]
    return AuditReport(
        segments=counted[0].segments,
        segment_sizes=tuple(int(size) for size in counted[0].counts.sum(axis=1)),
        confidence=limits.confidence,
        smallest_group=limits.smallest_group,
        findings=tuple(sorted(shown, key=_severity)),
        spreads=tuple(spread for cells in counted for spread in _spreads(cells, masks[cells.name])),
        tables=tuple(_table(cells, masks[cells.name]) for cells in counted),
        unchecked=_unchecked(policy, pooled=pooled),
    )


def _large_enough(segments: pd.Series, smallest: int) -> tuple[pd.Series, bool]:
    """Return the segments with those under the smallest group pooled, and whether any was."""
    sizes = segments.astype(str).where(segments.notna()).value_counts(ascending=True)
    if sizes.sum() < smallest:
        message = f"Only {sizes.sum()} residents have a segment, and the policy judges {smallest} or more."
        raise AuditError(message)
    reached = np.concatenate([[0], sizes.cumsum().to_numpy()[:-1]])
    small = (sizes < smallest) | ((sizes.min() < smallest) & (reached < smallest))
    names = segments.astype(str).where(segments.notna())
    return names.where(~names.isin(sizes.index[small]), POOLED), bool(small.any())


def _claims(
    counted: Sequence[Cells],
    served: Mapping[str, frozenset[str]],
    limits: Limits,
    masks: Mapping[str, Mask],
) -> Iterator[Claim]:
    for cells in counted:
        blur = 2 * limits.smallest_group if masks[cells.name].anything else 1
        yield association_claim(cells, limits)
        yield from segment_claims(cells, limits, blur)
        yield from service_claims(cells, served, limits, blur)


def _severity(finding: Finding) -> tuple[int, bool, float]:
    return (
        SEVERITY[finding.status],
        finding.role == "screen",
        finding.p_value if finding.p_value is not None else 2.0,
    )


def _unchecked(policy: Policy, *, pooled: bool) -> tuple[Unchecked, ...]:
    reasons: list[Unchecked] = ["probe_auc"]
    if policy.audit.explained_by:
        reasons.append("explained_by")
    if pooled:
        reasons.append("pooled_segments")
    return tuple(reasons)


# ---- What must not be shown -------------------------------------------------------------------------


def _masks(counted: Sequence[Cells], smallest: int) -> dict[str, Mask]:
    tables = [
        CountTable(cells.name, cells.segments, cells.group_names, cells.counts, _missing_names(cells))
        for cells in counted
    ]
    links = [
        Link(name, cells.name, tuple(group[at] for group in cells.groups))
        for cells in counted
        if len(cells.attributes) > 1
        for at, name in enumerate(cells.attributes)
    ]
    return suppress(tables, links, smallest)


def _missing_names(cells: Cells) -> tuple[str, ...]:
    pairs = zip(cells.groups, cells.group_names, strict=True)
    return tuple(name for group, name in pairs if MISSING in group)


def _hide(finding: Finding, counted: Sequence[Cells], masks: Mapping[str, Mask]) -> Finding:
    """Return the finding without the figures from which a hidden count could be worked out."""
    cells = next(cells for cells in counted if cells.name == finding.attribute)
    mask = masks[finding.attribute]
    if not mask.anything:
        return finding
    if finding.group is None:
        return _coarse_association(finding)
    column = cells.group_names.index(finding.group)
    one_segment = finding.check == "selection_ratio"
    rows = [cells.segments.index(str(finding.target))] if one_segment else range(len(cells.segments))
    if mask.column_totals[column] or mask.cells[list(rows), column].any():
        return _blank(finding, keep_size=not mask.column_totals[column])
    return replace(finding, p_value=None)


def _blank(finding: Finding, *, keep_size: bool) -> Finding:
    bare = Finding(
        finding.check, finding.role, finding.attribute, finding.group, finding.target,
        finding.status, finding.reason, finding.limit, hidden=True,
    )  # fmt: skip
    return replace(bare, size=finding.size) if keep_size else bare


def _coarse_association(finding: Finding) -> Finding:
    """Return an association rounded so far that no count follows from it, without its p-value and size."""
    interval = finding.interval and (round(finding.interval[0], 2), round(finding.interval[1], 2))
    value = None if finding.value is None else round(finding.value, 2)
    return replace(finding, value=value, interval=interval, size=None, p_value=None)


def _spreads(cells: Cells, mask: Mask) -> Iterator[Spread]:
    """Yield fairlearn's spread of each segment, between groups whose figures are all shown."""
    open_groups = ~(mask.rates.any(axis=0)) & np.array([MISSING not in group for group in cells.groups])
    if open_groups.sum() < 2:  # noqa: PLR2004 - a spread needs two groups
        return
    rates = selection_rates(cells.only(open_groups))
    for row, segment in enumerate(cells.segments):
        ratio = float(rates.ratio[row])
        yield Spread(cells.name, segment, float(rates.difference[row]), None if np.isnan(ratio) else ratio)


def _table(cells: Cells, mask: Mask) -> GroupTable:
    return GroupTable(
        cells.name,
        cells.group_names,
        tuple(_shown(counts, hidden) for counts, hidden in zip(cells.counts, mask.cells, strict=True)),
        _shown(cells.sizes, mask.column_totals),
    )


def _shown(counts: NDArray[np.int64], hidden: NDArray[np.bool_]) -> tuple[int | None, ...]:
    return tuple(None if out else int(count) for count, out in zip(counts, hidden, strict=True))
