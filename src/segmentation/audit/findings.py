"""What an audit says: findings, each one checked claim, and the report that holds them.

A figure under the smallest group, or from which one could be worked out, never enters a finding: its value is
None and `hidden` says so. No figure is NaN or infinite; where a figure is not defined the reason says why.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from matplotlib.figure import Figure

    from segmentation.audit.sections import (
        AttributeFit,
        Balance,
        Carrier,
        Conditional,
        Demand,
        Opportunity,
        Trace,
    )
    from segmentation.policy import Policy
    from segmentation.wording import Language

Status = Literal["kept", "broken", "undetermined"]
Role = Literal["gate", "screen"]
CheckName = Literal[
    "total_variation",
    "association",
    "mutual_information",
    "probe_auc",
    "selection_ratio",
    "service_parity",
    "equal_opportunity",
]
RATIOS: frozenset[CheckName] = frozenset({"selection_ratio", "service_parity", "equal_opportunity"})
"""Checks whose value is a ratio of rates, allowed from limit to 1 / limit; others are allowed up to it."""

Reason = Literal[
    "beyond_limit",
    "within_limit",
    "not_settled",
    "small_group",
    "one_group",
    "everybody_or_nobody",
    "not_judged",
]
"""Why a finding has its status; a gate *not judged* lacks plans or outcomes, or segments of its own."""

Unchecked = Literal[
    "service_parity",
    "pooled_services",
    "equal_opportunity",
    "outcomes",
    "few_outcomes",
    "explained_by",
    "carriers",
    "trace",
    "fit",
    "pooled_segments",
]
"""What was not judged: for want of plans, outcomes, strata, needs (carriers, fit), a rule (trace), or because
segments are small. `outcomes`: none were given; `few_outcomes`: not enough for some service and attribute."""

REPORT_VERSION = 2
SEVERITY: dict[Status, int] = {"broken": 0, "undetermined": 1, "kept": 2}


@dataclass(frozen=True)
class Finding:
    """One checked claim: what, for whom, value, count, interval, limit, status.

    Attributes
    ----------
    check : str
        total_variation: no more of a group than the limit would need another segment to be spread like the
        others.
        association: segment and attribute go together no more than the limit (Cramér's V).
        mutual_information: the segment tells no more of the attribute than the limit (normalised).
        probe_auc: a group is guessed from the segment no better than the limit (area under the ROC curve).
        selection_ratio: a group enters a segment at a rate within limit and 1 / limit of the others' rate.
        service_parity: the same for being planned a service above its standard.
        equal_opportunity: the same among those who needed the service in the following period.
    role : {"gate", "screen"}
        A gate blocks approval while undetermined; a screen does not. Broken blocks either way.
    attribute : str
        The column, or the columns of an intersection joined by " × ".
    group : str or None
        The group that is compared with all others; None for a check of the whole attribute, and where a
        gate could not be judged.
    target : str or None
        The segment id or service key; None for a check of all segments.
    status : {"kept", "broken", "undetermined"}
    reason : str
        Why that status.
    limit : float
    value : float or None
        The ratio of rates from 0, or the check's measure in [0, 1]; None where hidden or not defined: nobody
        else is there.
    interval : tuple of float or None
        Of the value, at the report's confidence.
    count, size : int or None
        Members of the group in the target, and in all; for a check of the whole attribute `size` is
        everybody in the table that the value is of. Of equal opportunity, those who needed the service.
    rate : float or None
        count / size.
    rate_interval : tuple of float or None
        Wilson's.
    others_rate : float or None
        The rate of all other groups together.
    difference : float or None
        Rate less the others' rate, in [-1, 1].
    between : tuple of float or None
        fairlearn's difference (largest less smallest rate) and ratio (smallest over largest) of the target's
        rates between all groups that are shown; the ratio is None where nobody of them is there.
    by_chance : float or None
        What the value stays under in 95 of 100 random segmentations with the same sizes of segments and
        groups; None for a ratio.
    detectable : float or None
        The value nearest to the limit that this many residents would have shown to be broken in 80 of 100
        audits with as many comparisons; None where none is.
    settled_by : int or None
        Of an undetermined finding, about how many residents with the same shares would settle it in 80 of 100
        audits with as many comparisons; None where it is settled, or where no number would.
    p_value : float or None
        Of "the limit holds", after Holm's correction over all comparisons of the audit.
    hidden : bool
        Whether figures are left out because they would show, or let work out, a count under the smallest
        group, or because the figures that may be shown tell another story than all of them.

    Notes
    -----
    The status rests on all counts. The figures rest on counts that the report shows: where it hides others,
    `value`, `interval` and `others_rate` are of the groups that are shown, and there is no `p_value`.
    """

    check: CheckName
    role: Role
    attribute: str
    group: str | None
    target: str | None
    status: Status
    reason: Reason
    limit: float
    value: float | None = None
    interval: tuple[float, float] | None = None
    count: int | None = None
    size: int | None = None
    rate: float | None = None
    rate_interval: tuple[float, float] | None = None
    others_rate: float | None = None
    difference: float | None = None
    between: tuple[float, float | None] | None = None
    by_chance: float | None = None
    detectable: float | None = None
    settled_by: int | None = None
    p_value: float | None = None
    hidden: bool = False

    @property
    def allowed(self) -> tuple[float, float]:
        """The least and the most that the limit allows."""
        return (self.limit, 1 / self.limit) if self.check in RATIOS else (0.0, self.limit)


@dataclass(frozen=True)
class GroupTable:
    """Counts of residents by segment and group, hidden ones as None.

    Attributes
    ----------
    attribute : str
    groups : tuple of str
        Of residents whose group is known; how many of the others are in a segment is never told.
    counts : tuple of tuple of int or None
        A row for each segment of the report.
    sizes : tuple of int or None
        For each group.
    unknown : int or None
        Residents whose group is not known; None where that would tell a hidden size.
    """

    attribute: str
    groups: tuple[str, ...]
    counts: tuple[tuple[int | None, ...], ...]
    sizes: tuple[int | None, ...]
    unknown: int | None = None


@dataclass(frozen=True)
class AuditReport:
    """Everything an audit found.

    Attributes
    ----------
    segments : tuple of str
    segment_sizes : tuple of int
    confidence : float
    smallest_group : int
    findings : tuple of Finding
        Worst first.
    tables : tuple of GroupTable
    conditional : tuple of Conditional
        Ratios within what the policy says may explain them.
    carriers : tuple of Carrier
        What tells of each attribute, and carries it into the segments, strongest first.
    traces : tuple of Trace
        Which segment a group enters most above others, and mainly through which feature.
    fit : tuple of AttributeFit
    opportunity : tuple of Opportunity
    demand : tuple of Demand
    balance : tuple of Balance
        Measures of the literature, for comparison with it.
    unchecked : tuple of str
        What the policy or the table asks for and this audit does not judge.
    """

    segments: tuple[str, ...]
    segment_sizes: tuple[int, ...]
    confidence: float
    smallest_group: int
    findings: tuple[Finding, ...]
    tables: tuple[GroupTable, ...]
    conditional: tuple[Conditional, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    traces: tuple[Trace, ...] = ()
    fit: tuple[AttributeFit, ...] = ()
    opportunity: tuple[Opportunity, ...] = ()
    demand: tuple[Demand, ...] = ()
    balance: tuple[Balance, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()

    @property
    def verdict(self) -> Status:
        """Broken when any finding is; undetermined when any gate is, or all of an attribute; else kept."""
        return verdict(self.findings)

    def of(self, attribute: str) -> tuple[Finding, ...]:
        """Return the findings about one attribute or intersection, worst first."""
        return tuple(finding for finding in self.findings if finding.attribute == attribute)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Every attribute and intersection that was looked at."""
        return tuple(table.attribute for table in self.tables)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready for JSON, with the version of its form."""
        return {"version": REPORT_VERSION, "verdict": self.verdict, **asdict(self)}

    def to_frame(self) -> pd.DataFrame:
        """Return a table with one row per finding, worst first; both ends of an interval are columns."""
        from segmentation.audit.show import frame  # noqa: PLC0415 - a stored report is read without pandas

        return frame(self)

    def explain(self, finding: Finding, language: Language = "en", policy: Policy | None = None) -> str:
        """Return a finding as one sentence with its count, interval, limit and status.

        Parameters
        ----------
        finding : Finding
        language : {"en", "zh"}
        policy : Policy, optional
            Gives attributes, groups, segments and services their titles; else keys are told.
        """
        from segmentation.audit.show import explain  # noqa: PLC0415 - a stored report is read without words

        return explain(self, finding, language, policy)

    def plot(
        self, attribute: str | None = None, language: Language = "en", policy: Policy | None = None
    ) -> Figure:
        """Return a picture of one attribute: a dot and its interval for each group, with the limits drawn.

        What the data leave open is a hollow dot; what is hidden has none.

        Parameters
        ----------
        attribute : str, optional
            Attribute or intersection; that of the worst finding by default.
        language : {"en", "zh"}
        policy : Policy, optional
            Gives titles, as for `explain`.

        Raises
        ------
        AuditError
            The report knows no such attribute.
        """
        from segmentation.audit.plot import plot  # noqa: PLC0415 - matplotlib takes a second to load
        from segmentation.audit.show import reader_of  # noqa: PLC0415

        return plot(self, reader_of(self, language, policy), attribute)

    def _repr_html_(self) -> str:
        from segmentation.audit.show import html  # noqa: PLC0415 - a stored report is read without words

        return html(self)


def verdict(findings: Iterable[Finding]) -> Status:
    """Return the status that findings add up to."""
    found = tuple(findings)
    if any(finding.status == "broken" for finding in found):
        return "broken"
    open_gate = any(finding.status == "undetermined" and finding.role == "gate" for finding in found)
    settled = {finding.attribute for finding in found if finding.status == "kept"}
    nothing_known = any(finding.attribute not in settled for finding in found)
    return "undetermined" if open_gate or nothing_known or not found else "kept"
