"""The audit from segments to report: count, decide what may be shown, test, sort."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, get_args

import numpy as np

from segmentation.audit.carriers import carriers
from segmentation.audit.cells import Crosstab
from segmentation.audit.claims import ratio_claims, segment_targets, service_targets, table_claims
from segmentation.audit.findings import RATIOS, SEVERITY, AuditReport, Finding, Spread, Unchecked
from segmentation.audit.judge import Claim, judge
from segmentation.audit.rates import Rates, selection_rates
from segmentation.audit.strata import cross, strata
from segmentation.audit.tables import Tables, count_tables
from segmentation.audit.trace import permuted, trace
from segmentation.errors import AuditError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd

    from segmentation.audit.disclosure import Shown
    from segmentation.policy import Limits, Policy


def audit(
    policy: Policy,
    segments: pd.Series,
    protected: pd.DataFrame,
    served: Mapping[str, frozenset[str]] | None = None,
    *,
    needs: pd.DataFrame | None = None,
    assign: Callable[[pd.DataFrame], pd.Series] | None = None,
    outcomes: pd.DataFrame | None = None,
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
    needs : DataFrame of shape (n_residents, n_features), optional
        `Residents.needs`: for what may explain a difference, what carries an attribute, and the quality of
        fit. Their figures rest on a sample where there are many residents, which says how many.
    assign : callable, optional
        Gives the segment ids of any table of needs: what made the segments. For the trace.
    outcomes : DataFrame of shape (n_residents, n_services), optional
        Whether a resident needed each service in the following period, missing where not known.

    Raises
    ------
    AuditError
        Somebody has no segment, lengths differ, there are too few to judge, a service is planned for a
        segment that nobody is in, outcomes are not of the policy's services, or intersections are too fine.
    """
    levels = None
    if needs is not None and policy.audit.explained_by:
        levels = strata(policy, needs, segments.nunique())
    judged = _judged(policy, Crosstab.of(segments, protected, levels), served)
    if needs is None:
        return judged.report
    return _with_needs(judged, policy, needs, protected, segments, assign)


def audit_cells(
    policy: Policy, crosstab: Crosstab, served: Mapping[str, frozenset[str]] | None = None
) -> AuditReport:
    """Audit residents who were counted elsewhere: by a database, or by Spark.

    What needs a row per resident is not in the report: carriers, the trace, silhouettes and outcomes.

    Parameters
    ----------
    policy : Policy
    crosstab : Crosstab
        From `Crosstab.from_frame`.
    served : mapping of str to frozenset of str, optional
        As for `audit`.

    Raises
    ------
    AuditError
        As `audit`.
    """
    return _judged(policy, crosstab, served).report


@dataclass(frozen=True, eq=False)
class _Judged:
    """A report of what counts alone can say, and the tables behind it."""

    report: AuditReport
    tables: Tables


def _judged(policy: Policy, crosstab: Crosstab, served: Mapping[str, frozenset[str]] | None) -> _Judged:
    limits = policy.audit
    _refuse_unplanned(served or {}, crosstab.inhabited)
    crosstab, pooled = crosstab.known_to_somebody(limits.smallest_group).large_enough(limits.smallest_group)
    if crosstab.strata:
        crosstab = cross(crosstab, limits.smallest_group)
    planned = {key: ids for key, ids in (served or {}).items() if ids <= set(crosstab.segments)}
    tables = count_tables(policy, crosstab)
    rates = [selection_rates(one.cells) for one in tables.asked]
    report = AuditReport(
        segments=crosstab.segments,
        segment_sizes=tuple(crosstab.sizes.tolist()),
        confidence=limits.confidence,
        smallest_group=limits.smallest_group,
        findings=_findings(tables.asked, rates, planned, limits),
        spreads=tuple(spread for pair in zip(tables.asked, rates, strict=True) for spread in _spreads(*pair)),
        tables=tuple(one.table(crosstab.residents) for one in tables.asked),
        unchecked=_in_order(_unchecked(policy, crosstab, pooled=pooled, planned=served is not None)),
    )
    return _Judged(report, tables)


def _with_needs(
    judged: _Judged,
    policy: Policy,
    needs: pd.DataFrame,
    protected: pd.DataFrame,
    segments: pd.Series,
    assign: Callable[[pd.DataFrame], pd.Series] | None,
) -> AuditReport:
    """Return the report with what needs a row per resident: what carries an attribute into the segments."""
    seed, shown = policy.clustering.seed, judged.tables.asked
    moves = None if assign is None else permuted(needs, segments, assign, seed=seed)
    done: set[Unchecked] = {"carriers"} if moves is None else {"carriers", "trace"}
    return replace(
        judged.report,
        unchecked=_in_order(set(judged.report.unchecked) - done),
        carriers=carriers(policy, needs, protected, moves, seed=seed, shown=shown),
        traces=() if moves is None else trace(policy, protected, moves, shown),
    )


def _refuse_unplanned(served: Mapping[str, frozenset[str]], segments: Sequence[str]) -> None:
    unknown = sorted(frozenset().union(*served.values()) - set(segments))
    if unknown:
        message = (
            f"Services are planned for segments that nobody is in: {', '.join(unknown)}. Check their names."
        )
        raise AuditError(message)


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


def _unchecked(policy: Policy, crosstab: Crosstab, *, pooled: bool, planned: bool) -> set[Unchecked]:
    """Return what counts alone left unchecked; who has more than counts takes out what that checks."""
    reasons: set[Unchecked] = {"equal_opportunity", "carriers", "trace", "fit"}
    absent: dict[Unchecked, bool] = {
        "service_parity": not planned,
        "explained_by": bool(policy.audit.explained_by) and not crosstab.strata,
        "pooled_segments": pooled,
    }
    return reasons | {reason for reason, is_absent in absent.items() if is_absent}


def _in_order(reasons: set[Unchecked]) -> tuple[Unchecked, ...]:
    return tuple(reason for reason in get_args(Unchecked) if reason in reasons)
