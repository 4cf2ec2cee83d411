"""The audit from segments to report: count, decide what may be shown, test, sort."""

from __future__ import annotations

import re
from itertools import chain, combinations
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segmentation.audit.cells import count_cells
from segmentation.audit.claims import ratio_claims, segment_targets, service_targets, table_claims
from segmentation.audit.disclosure import Shown, disclose
from segmentation.audit.findings import RATIOS, SEVERITY, AuditReport, Finding, Spread, Unchecked
from segmentation.audit.judge import Claim, judge
from segmentation.audit.rates import Rates, selection_rates
from segmentation.errors import AuditError
from segmentation.suppression import too_small

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from segmentation.policy import Limits, Policy

POOLED = "(small segments)"
"""Segments under the smallest group, taken together: neither judged nor shown one by one."""

MOST_COUNTS = 2_000
"""Counts of all intersections together, beyond which it would take too long to see which must be hidden."""

Names = tuple[str, ...]


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
        Somebody has no segment, lengths differ, there are too few to judge, a service is planned for a
        segment that nobody is in, or intersections are too fine.
    """
    limits = policy.audit
    _check_served(served or {}, segments)
    labels, people = _known_to_somebody(segments, protected, limits.smallest_group)
    labels, pooled = _large_enough(labels, limits.smallest_group)
    planned = {key: ids for key, ids in (served or {}).items() if ids <= set(labels.cat.categories)}
    asked = _asked(policy)
    _check_intersections(asked, protected, len(labels.cat.categories))
    counted = [count_cells(labels, people, names) for names in (*asked, *_shared(asked))]
    shown = disclose(counted, limits.smallest_group)[: len(asked)]
    rates = [selection_rates(one.cells) for one in shown]
    return AuditReport(
        segments=counted[0].segments,
        segment_sizes=tuple(int(size) for size in counted[0].counts.sum(axis=1)),
        confidence=limits.confidence,
        smallest_group=limits.smallest_group,
        findings=_findings(shown, rates, planned, limits),
        spreads=tuple(spread for pair in zip(shown, rates, strict=True) for spread in _spreads(*pair)),
        tables=tuple(one.table(len(labels)) for one in shown),
        unchecked=_unchecked(policy, pooled=pooled, planned=served is not None),
    )


# ---- What is counted --------------------------------------------------------------------------------


def _large_enough(segments: pd.Series, smallest: int) -> tuple[pd.Series, bool]:
    """Return the segments with those under the smallest group pooled, and whether any was."""
    labels = pd.Categorical(segments)
    names, place = np.unique(labels.categories.astype(str), return_inverse=True)
    codes = np.append(place, -1)[labels.codes]
    sizes = np.bincount(codes[codes >= 0], minlength=len(names))
    if sizes.sum() < smallest:
        message = f"Only {sizes.sum()} residents have a segment, and the policy judges {smallest} or more."
        raise AuditError(message)
    if POOLED in names:
        message = (
            f"A segment may not be called '{POOLED}': the audit calls those under the smallest group so."
        )
        raise AuditError(message)
    small = too_small(sizes, smallest)
    pooled = np.where(small, POOLED, names)[sizes > 0]
    order = pd.Index(sorted(set(pooled), key=lambda name: (name == POOLED, _natural(name))))
    seen = np.full(len(names) + 1, -1)
    seen[np.flatnonzero(sizes > 0)] = order.get_indexer(pd.Index(pooled))
    return pd.Series(pd.Categorical.from_codes(seen[codes], order)), bool((small & (sizes > 0)).any())


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Return a key that sorts S10 after S2."""
    parts = re.split(r"(\d+)", name)
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def _known_to_somebody(
    segments: pd.Series, protected: pd.DataFrame, smallest: int
) -> tuple[pd.Series, pd.DataFrame]:
    """Return the residents of whom any attribute is known.

    Who gave no consent to the audit is unknown in every table at once. Left in, one table's unknown ones
    would tell how many of another's are, and so uncover counts that only those were to cover.
    """
    if len(segments) != len(protected):
        message = (
            f"There are {len(segments)} segments for {len(protected)} residents. Give each resident one."
        )
        raise AuditError(message)
    known = protected.notna().any(axis=1).to_numpy()
    if known.sum() < smallest:
        return segments, protected
    return segments[known].reset_index(drop=True), protected[known].reset_index(drop=True)


def _check_served(served: Mapping[str, frozenset[str]], segments: pd.Series) -> None:
    there = set(pd.Series(segments.unique()).astype(str))
    unknown = sorted(frozenset().union(*served.values()) - there)
    if unknown:
        message = (
            f"Services are planned for segments that nobody is in: {', '.join(unknown)}. Check their names."
        )
        raise AuditError(message)


def _check_intersections(asked: Sequence[Names], protected: pd.DataFrame, n_segments: int) -> None:
    groups = sum(prod(len(protected[name].cat.categories) for name in names) for names in asked if names[1:])
    if groups * n_segments > MOST_COUNTS:
        message = (
            f"The intersections make {groups * n_segments:,} counts ({groups:,} groups in {n_segments} "
            f"segments), more than the {MOST_COUNTS:,} that can be protected together. Name fewer "
            "intersections, or attributes with fewer groups."
        )
        raise AuditError(message)


def _asked(policy: Policy) -> list[Names]:
    """Return every attribute, then every intersection once, in whatever order it names its attributes."""
    once = {frozenset(names): names for names in reversed(policy.audit.intersections)}
    return [*((name,) for name in policy.audited), *reversed(once.values())]


def _shared(asked: Sequence[Names]) -> list[Names]:
    """Return what two intersections share: not asked for, but a sum of each, so neither tells the other."""
    pairs = (tuple(name for name in one if name in other) for one, other in combinations(asked, 2))
    known = {frozenset(names) for names in asked}
    found = {frozenset(names): names for names in pairs if names}
    return [names for key, names in found.items() if key not in known]


# ---- What is found ----------------------------------------------------------------------------------


def _findings(
    shown: Sequence[Shown], rates: Sequence[Rates], served: Mapping[str, frozenset[str]], limits: Limits
) -> tuple[Finding, ...]:
    claims: list[Claim] = []
    for one, rate in zip(shown, rates, strict=True):
        targets = chain(segment_targets(one, rate, _between(one, rate)), service_targets(one, served))
        claims += [*table_claims(one, limits), *ratio_claims(one, targets, limits)]
    return tuple(sorted(judge(claims, limits.confidence), key=_severity))


def _severity(finding: Finding) -> tuple[int, bool, float]:
    """Sort by status, gates first, then by how far beyond its limit a value is; hidden ones last."""
    return SEVERITY[finding.status], finding.role == "screen", -_excess(finding)


def _excess(finding: Finding) -> float:
    if finding.value is None:
        return 0.0
    if finding.check not in RATIOS:
        return finding.value / finding.limit
    # Not zero: a count of nobody is never shown.
    return finding.limit * max(finding.value, 1 / finding.value)


def _spreads(shown: Shown, rates: Rates) -> Iterator[Spread]:
    """Yield fairlearn's spread of each segment, between groups that have all their counts shown."""
    between = _between(shown, rates)
    if between is None:
        return
    for row, segment in enumerate(shown.cells.segments):
        ratio = float(between.ratio[row])
        yield Spread(
            shown.cells.name, segment, float(between.difference[row]), None if np.isnan(ratio) else ratio
        )


def _between(shown: Shown, rates: Rates) -> Rates | None:
    """Return the rates of groups that have all their counts shown; None where fewer than two have."""
    complete = shown.complete
    if complete.sum() < 2:  # noqa: PLR2004 - a spread needs two groups
        return None
    return rates if complete.all() else selection_rates(shown.cells.only(complete))


def _unchecked(policy: Policy, *, pooled: bool, planned: bool) -> tuple[Unchecked, ...]:
    reasons: list[Unchecked] = []
    if not planned:
        reasons.append("service_parity")
    if policy.audit.explained_by:
        reasons.append("explained_by")
    if pooled:
        reasons.append("pooled_segments")
    return tuple(reasons)
