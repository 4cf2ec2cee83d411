"""What the audit found, attribute by attribute, as a card tells it: the worst first, and what stays open."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from segmentation.card import parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from segmentation.audit import AuditReport, GroupTable

SEVERITY = {"broken": 0, "undetermined": 1, "kept": 2}
OPEN = ("not_judged", "not_settled", "everybody_or_nobody", "one_group", "small_group")
SPREAD = ("selection_ratio", "service_parity", "equal_opportunity")
"""Checks of which fairlearn's spread between all groups is told."""
CARRIERS = 5
"""Features of which a card tells what they carry of an attribute."""


def verdict(
    status: parts.Status, findings: tuple[parts.Finding, ...], structure: tuple[parts.Shortfall, ...]
) -> parts.Verdict:
    """Return what all findings add up to, with those that block a signature, and what the segments lack."""
    blocking = tuple(finding for finding in findings if finding.blocks)
    return parts.Verdict(status, _tally(findings), blocking, structure)


def fairness(audited: tuple[parts.AttributeAudit, ...], audit: AuditReport) -> parts.Fairness:
    """Return the audit as a whole."""
    demand = tuple(parts.Demand.of(one) for one in audit.demand)
    return parts.Fairness(audit.segments, audit.confidence, audited, demand)


def _status(findings: Iterable[parts.Finding]) -> parts.Status:
    blocking = {finding.status for finding in findings if finding.blocks}
    return "broken" if "broken" in blocking else "undetermined" if blocking else "kept"


def _tally(findings: Iterable[parts.Finding]) -> parts.Tally:
    statuses = [finding.status for finding in findings]
    return parts.Tally(*(statuses.count(status) for status in ("broken", "undetermined", "kept")))


# ---- One attribute ----------------------------------------------------------------------------------


def attribute_audit(
    table: GroupTable, findings: Iterable[parts.Finding], audit: AuditReport
) -> parts.AttributeAudit:
    """Return everything that the audit found about the attribute of a table."""
    name = table.attribute
    own = tuple(finding for finding in findings if finding.attribute == name)
    balance = next((one for one in audit.balance if one.attribute == name), None)
    return parts.AttributeAudit(
        name,
        own,
        _rows(table, own),
        tuple(_spreads(audit, name)),
        tuple(_conditional(audit, own, name)),
        tuple(_carriers(audit, name)),
        tuple(parts.Trace.of(one) for one in audit.traces if one.attribute == name),
        _fit(audit, name),
        tuple(_opportunity(audit, name)),
        None if balance is None else parts.Balance.of(balance),
    )


def _rows(table: GroupTable, own: tuple[parts.Finding, ...]) -> tuple[parts.GroupRow, ...]:
    first = {group: at for at, group in reversed(list(enumerate(finding.group for finding in own)))}
    columns = zip(table.groups, table.sizes, zip(*table.counts, strict=True), strict=True)
    rows = [parts.GroupRow(group, size, counts) for group, size, counts in columns]
    return tuple(sorted(rows, key=lambda row: first.get(row.group, len(own))))


def _spreads(audit: AuditReport, attribute: str) -> Iterator[parts.Spread]:
    """Yield the spread of each target once, segments in their order."""
    found = {
        (finding.check, finding.target): finding.between
        for finding in audit.of(attribute)
        if finding.check in SPREAD and finding.between is not None
    }
    order = {segment: at for at, segment in enumerate(audit.segments)}
    for check, target in sorted(found, key=lambda key: (SPREAD.index(key[0]), order.get(key[1] or "", -1))):
        difference, ratio = found[check, target] or (None, None)
        yield parts.Spread(check, target or "", difference, ratio)


def _conditional(
    audit: AuditReport, own: tuple[parts.Finding, ...], attribute: str
) -> Iterator[parts.Conditional]:
    """Yield the ratios within strata of what is not kept, worst first."""
    found = {(one.group, one.segment): one for one in audit.conditional if one.attribute == attribute}
    for finding in own:
        key = (finding.group or "", finding.target or "")
        if finding.check == "selection_ratio" and finding.status != "kept" and key in found:
            strata = tuple(parts.StratumRate.of(one) for one in found[key].strata)
            yield parts.Conditional.of(found[key], strata=strata)


def _carriers(audit: AuditReport, attribute: str) -> Iterator[parts.Carrier]:
    """Yield what all features carry together, then the strongest of them."""
    own = [one for one in audit.carriers if one.attribute == attribute]
    together = [one for one in own if one.feature is None]
    for one in (*together, *[one for one in own if one.feature is not None][:CARRIERS]):
        yield parts.Carrier.of(one, aucs=tuple(parts.GroupAuc.of(auc) for auc in one.aucs))


def _fit(audit: AuditReport, attribute: str) -> parts.Fit | None:
    for one in audit.fit:
        if one.attribute == attribute:
            return parts.Fit.of(one, groups=tuple(parts.GroupFit.of(group) for group in one.groups))
    return None


def _opportunity(audit: AuditReport, attribute: str) -> Iterator[parts.Opportunity]:
    for one in audit.opportunity:
        if one.attribute == attribute:
            yield parts.Opportunity.of(
                one, groups=tuple(parts.GroupOpportunity.of(group) for group in one.groups)
            )


# ---- The worst of each ------------------------------------------------------------------------------


def gaps(audited: Iterable[parts.AttributeAudit]) -> tuple[parts.Gap, ...]:
    """Return the worst gap of each attribute, worst first."""
    return tuple(sorted((_gap(one) for one in audited), key=_severity))


def _gap(audited: parts.AttributeAudit) -> parts.Gap:
    ratios = [one for one in audited.findings if one.target is not None and one.value is not None]
    moved = [one for one in audited.findings if one.check == "total_variation"]
    return parts.Gap(
        audited.attribute,
        _status(audited.findings),
        _tally(audited.findings),
        min(moved, key=_least_moved, default=None),
        next((one for one in audited.findings if one.check == "association"), None),
        min(ratios, key=lambda one: (SEVERITY[one.status], -_distance(one)), default=None),
    )


def _least_moved(finding: parts.Finding) -> tuple[bool, int, float]:
    """Sort shares of groups by status, largest first; hidden ones last."""
    return finding.value is None, SEVERITY[finding.status], -(finding.value or 0.0)


def _severity(gap: parts.Gap) -> tuple[int, float]:
    return SEVERITY[gap.status], -_distance(gap.worst)


def _distance(finding: parts.Finding | None) -> float:
    """Return how far a ratio is from 1, in either direction."""
    if finding is None or finding.value is None:
        return 0.0
    return abs(math.log(finding.value)) if finding.value > 0 else math.inf


# ---- What stays open --------------------------------------------------------------------------------


def unjudged(audited: Iterable[parts.AttributeAudit], audit: AuditReport) -> parts.Unjudged:
    """Return what the audit could not say."""
    listed = tuple(audited)
    claims = tuple(claims for one in listed for why in OPEN if (claims := _open(one, why)) is not None)
    return parts.Unjudged(tuple(audit.unchecked), claims, tuple(_coverage(table) for table in audit.tables))


def _open(audited: parts.AttributeAudit, why: str) -> parts.OpenClaims | None:
    found = [f for f in audited.findings if f.status == "undetermined" and f.reason == why]
    if not found:
        return None
    groups = dict.fromkeys(finding.group for finding in found if finding.group is not None)
    gates = sum(finding.role == "gate" for finding in found)
    enough = [finding.settled_by for finding in found if finding.settled_by is not None]
    return parts.OpenClaims(
        audited.attribute,
        found[0].reason,
        tuple(groups),
        len(found),
        gates,
        len(enough) or None,
        max(enough, default=None),
    )


def _coverage(table: GroupTable) -> parts.Coverage:
    figures = [*table.sizes, *(count for counts in table.counts for count in counts)]
    return parts.Coverage(table.attribute, table.unknown, figures.count(None), len(figures))
