"""The audit from segments to report: count, decide what may be shown, test, sort."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from segmentation.audit.balance import balances
from segmentation.audit.carriers import carriers
from segmentation.audit.claims import ratio_claims, table_claims
from segmentation.audit.conditional import conditional
from segmentation.audit.crossing import stratified
from segmentation.audit.evidence import PAIR
from segmentation.audit.findings import SEVERITY, Finding
from segmentation.audit.fit import Silhouettes, attribute_fit
from segmentation.audit.judge import Claim, judge
from segmentation.audit.model import AuditReport
from segmentation.audit.outcomes import (
    demands,
    needed,
    needed_column,
    opportunities,
    outcome_cells,
)
from segmentation.audit.rates import Rates, selection_rates
from segmentation.audit.tables import Tables, count_tables
from segmentation.audit.targets import needed_target, segment_targets, service_targets
from segmentation.audit.trace import Moves, trace
from segmentation.audit.unjudged import Unjudged, unchecked
from segmentation.errors import AuditError
from segmentation.progress import SILENT
from segmentation.wording.findings import RATIOS, Unchecked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from segmentation.audit.cells import Cells, Crosstab
    from segmentation.audit.disclosure import Shown
    from segmentation.audit.sections import AttributeFit, Trace
    from segmentation.policy import Limits, Policy
    from segmentation.progress import Watch


@dataclass(frozen=True, eq=False)
class Judged:
    """A report of what counts alone can say, and the tables behind it."""

    report: AuditReport
    tables: Tables
    crosstab: Crosstab

    @property
    def attributes(self) -> tuple[Shown, ...]:
        """The tables of single attributes."""
        return tuple(one for one in self.tables.asked if len(one.cells.attributes) == 1)

    def _fit(
        self, smallest: int, taken: Silhouettes | None = None, protected: pd.DataFrame | None = None
    ) -> tuple[AttributeFit, ...]:
        """Return the quality of fit by group; nothing where distances were not counted."""
        if self.crosstab.squared is None:
            return ()
        return tuple(
            attribute_fit(
                one,
                self.crosstab.squared_distances(one.cells.attributes),
                smallest,
                taken,
                None if protected is None else protected[one.cells.name],
            )
            for one in self.attributes
        )

    def with_distances(self, policy: Policy) -> AuditReport:
        """Return the report with the fit by group, where distances were counted."""
        fit = self._fit(policy.audit.smallest_group)
        return replace(self.report, fit=fit, unchecked=_without(self.report, {"fit"} if fit else set()))

    def with_needs(
        self,
        policy: Policy,
        needs: pd.DataFrame,
        protected: pd.DataFrame,
        taken: Silhouettes,
        moves: Moves | None,
        watch: Watch = SILENT,
    ) -> AuditReport:
        """Return the report with what needs a row per resident: carriers, their trace, and silhouettes."""
        seed, shown = policy.clustering.seed, self.tables.asked
        done: set[Unchecked] = {"carriers", "fit"} if moves is None else {"carriers", "fit", "trace"}
        return replace(
            self.report,
            carriers=carriers(policy, needs, protected, moves, seed=seed, shown=shown, watch=watch),
            traces=() if moves is None else _untoward(trace(policy, protected, moves, shown), self.report),
            fit=self._fit(policy.audit.smallest_group, taken, protected),
            unchecked=_without(self.report, done),
        )


def judged(
    policy: Policy,
    crosstab: Crosstab,
    served: Mapping[str, frozenset[str]] | None,
    needed_by: Crosstab | None,
    watch: Watch = SILENT,
) -> Judged:
    """Return what the counts of residents, and of who needed which service, can say.

    Raises
    ------
    AuditError
        As `segmentation.audit.audit`.
    """
    limits = policy.audit
    _refuse_unplanned(served or {}, crosstab.inhabited)
    crosstab, pooled = _judgeable(crosstab, limits.smallest_group)
    crosstab, by_stratum = stratified(crosstab, limits.smallest_group)
    planned = {key: ids for key, ids in (served or {}).items() if ids <= set(crosstab.segments)}
    tables = count_tables(policy, crosstab, by_stratum, _outcomes(policy, needed_by))
    rates = [selection_rates(one.cells) for one in tables.asked]
    found = _findings(tables, rates, planned, limits, watch)
    missing = Unjudged.of(policy, [one.cells.name for one in tables.asked], served, found)
    findings = tuple(sorted((*found, *missing.gates(policy)), key=_severity))
    also: dict[Unchecked, bool] = {
        "explained_by": bool(limits.explained_by) and len(by_stratum) < len(crosstab.attributes),
        "pooled_segments": pooled,
    }
    chances = opportunities((*tables.asked, *tables.outcomes), tuple(policy.audited), planned)
    report = AuditReport(
        segments=crosstab.segments,
        segment_sizes=tuple(crosstab.sizes.tolist()),
        confidence=limits.confidence,
        smallest_group=limits.smallest_group,
        findings=findings,
        tables=tuple(one.table(crosstab.residents) for one in tables.asked),
        conditional=tuple(entry for one in tables.stratified for entry in conditional(one, findings, limits)),
        opportunity=chances,
        demand=demands(tables.outcomes, limits, seed=policy.clustering.seed),
        balance=tuple(balances(one) for one in tables.asked),
        unchecked=unchecked(
            policy,
            missing,
            found,
            also,
            has_plans=served is not None,
            has_outcomes=needed_by is not None,
        ),
    )
    return Judged(report, tables, crosstab)


def _judgeable(crosstab: Crosstab, smallest: int) -> tuple[Crosstab, bool]:
    """Return the residents and segments that can be judged, and whether small segments were pooled."""
    return crosstab.known_to_somebody(smallest).large_enough(smallest)


def _outcomes(policy: Policy, needed_by: Crosstab | None) -> list[Cells]:
    if needed_by is None:
        return []
    smallest = policy.audit.smallest_group
    return outcome_cells(_judgeable(needed_by, smallest)[0], tuple(policy.audited), smallest)


def _untoward(traces: Iterable[Trace], report: AuditReport) -> tuple[Trace, ...]:
    """Return the traces of rates that are not kept: of many residents the least gap is sure, and harmless."""
    kept = {
        (one.attribute, one.group, one.target)
        for one in report.findings
        if one.check == "selection_ratio" and one.status == "kept"
    }
    return tuple(one for one in traces if (one.attribute, one.group, one.segment) not in kept)


def _without(report: AuditReport, checked: set[Unchecked]) -> tuple[Unchecked, ...]:
    return tuple(reason for reason in report.unchecked if reason not in checked)


def _refuse_unplanned(served: Mapping[str, frozenset[str]], segments: Sequence[str]) -> None:
    unknown = sorted(frozenset().union(*served.values()) - set(segments))
    if unknown:
        message = (
            f"Services are planned for segments that nobody is in: {', '.join(unknown)}. Check their names."
        )
        raise AuditError(message)


# ---- What is found ----------------------------------------------------------------------------------


def _findings(
    tables: Tables,
    rates: Sequence[Rates],
    served: Mapping[str, frozenset[str]],
    limits: Limits,
    watch: Watch,
) -> tuple[Finding, ...]:
    claims: list[Claim] = []
    for at, (one, rate) in enumerate(zip(tables.asked, rates, strict=True), 1):
        targets = chain(segment_targets(one, rate, _between(one, rate)), service_targets(one, served))
        claims += [*table_claims(one, limits), *ratio_claims(one, targets, limits)]
        watch.part("attributes and intersections", at, len(tables.asked))
    for service, members in served.items():
        for one in tables.outcomes:
            if one.cells.attributes[1:] == (needed_column(service),):
                among = needed(one, members)
                claims += ratio_claims(among, [needed_target(among, service)], limits)
    return judge(claims, limits.confidence)


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


def _between(shown: Shown, rates: Rates) -> Rates | None:
    """Return the rates of groups that have all their counts shown; None where fewer than two have."""
    complete = shown.complete
    if complete.sum() < PAIR:
        return None
    return rates if complete.all() else selection_rates(shown.cells.only(complete))
