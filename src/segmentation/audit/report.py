"""The audit from segments to report: count, decide what may be shown, test, sort."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segmentation.audit.cells import count_cells
from segmentation.audit.disclosure import Shown, disclose
from segmentation.audit.findings import SEVERITY, AuditReport, Finding, Spread, Unchecked
from segmentation.audit.judge import Claim, association_claim, judge, ratio_claims
from segmentation.audit.rates import Rates, selection_rates
from segmentation.errors import AuditError
from segmentation.suppression import too_small

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from segmentation.policy import Limits, Policy

POOLED = "(small segments)"
"""Segments under the smallest group, taken together: neither judged nor shown one by one."""

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
        Somebody has no segment, lengths differ, there are too few to judge, or a service is planned for a
        segment that is not judged.
    """
    limits = policy.audit
    labels, pooled = _large_enough(segments, limits.smallest_group)
    _check_served(served or {}, labels, limits)
    asked = _asked(policy)
    counted = [count_cells(labels, protected, names) for names in (*asked, *_shared(asked))]
    shown = disclose(counted, limits.smallest_group)[: len(asked)]
    rates = [selection_rates(one.cells) for one in shown]
    return AuditReport(
        segments=counted[0].segments,
        segment_sizes=tuple(int(size) for size in counted[0].counts.sum(axis=1)),
        confidence=limits.confidence,
        smallest_group=limits.smallest_group,
        findings=_findings(shown, rates, served or {}, limits),
        spreads=tuple(spread for pair in zip(shown, rates, strict=True) for spread in _spreads(*pair)),
        tables=tuple(one.table(len(labels)) for one in shown),
        unchecked=_unchecked(policy, pooled=pooled),
    )


# ---- What is counted --------------------------------------------------------------------------------


def _large_enough(segments: pd.Series, smallest: int) -> tuple[pd.Series, bool]:
    """Return the segments with those under the smallest group pooled, and whether any was."""
    labels = pd.Categorical(segments.astype(str).where(segments.notna()))
    sizes = np.bincount(labels.codes[labels.codes >= 0], minlength=len(labels.categories))
    if sizes.sum() < smallest:
        message = f"Only {sizes.sum()} residents have a segment, and the policy judges {smallest} or more."
        raise AuditError(message)
    small = too_small(sizes, smallest)
    names = np.where(small, POOLED, labels.categories)
    order = pd.Index(sorted(set(names), key=lambda name: (name == POOLED, _natural(name))))
    places = np.append(order.get_indexer(pd.Index(names)), -1)
    return pd.Series(pd.Categorical.from_codes(places[labels.codes], order)), bool(small.any())


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Return a key that sorts S10 after S2."""
    parts = re.split(r"(\d+)", name)
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def _check_served(served: Mapping[str, frozenset[str]], labels: pd.Series, limits: Limits) -> None:
    unknown = sorted(frozenset().union(*served.values()) - set(labels.cat.categories))
    if unknown:
        message = (
            f"Services are planned for segments that are not judged: {', '.join(unknown)}. "
            f"Name segments with at least {limits.smallest_group} residents."
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
        claims += [association_claim(one, limits), *ratio_claims(one, rate.by_group, served, limits)]
    return tuple(sorted(judge(claims, limits.confidence), key=_severity))


def _severity(finding: Finding) -> tuple[int, bool, float]:
    return (
        SEVERITY[finding.status],
        finding.role == "screen",
        finding.p_value if finding.p_value is not None else 2.0,
    )


def _spreads(shown: Shown, rates: Rates) -> Iterator[Spread]:
    """Yield fairlearn's spread of each segment, between groups that have all their counts shown."""
    complete = shown.complete
    if complete.sum() < 2:  # noqa: PLR2004 - a spread needs two groups
        return
    between = rates if complete.all() else selection_rates(shown.cells.only(complete))
    for row, segment in enumerate(shown.cells.segments):
        ratio = float(between.ratio[row])
        yield Spread(
            shown.cells.name, segment, float(between.difference[row]), None if np.isnan(ratio) else ratio
        )


def _unchecked(policy: Policy, *, pooled: bool) -> tuple[Unchecked, ...]:
    reasons: list[Unchecked] = ["probe_auc"]
    if policy.audit.explained_by:
        reasons.append("explained_by")
    if pooled:
        reasons.append("pooled_segments")
    return tuple(reasons)
