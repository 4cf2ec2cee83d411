"""`AuditReport`: everything that an audit found, and how it is read as data, in words and in a picture."""

# No `from __future__ import annotations`: pydantic reads these for the published schema.
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from segmentation.audit import show
from segmentation.audit.findings import Finding, GroupTable, verdict
from segmentation.audit.sections import (
    AttributeFit,
    Balance,
    Carrier,
    Conditional,
    Demand,
    Opportunity,
    Trace,
)
from segmentation.wording.findings import Status, Unchecked

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from segmentation.policy import Policy
    from segmentation.wording import Language

REPORT_VERSION = 2


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

    def to_frame(self) -> "pd.DataFrame":
        """Return a table with one row per finding, worst first; both ends of an interval are columns."""
        return show.frame(self)

    def explain(self, finding: Finding, language: "Language" = "en", policy: "Policy | None" = None) -> str:
        """Return a finding as one sentence with its count, interval, limit and status.

        Parameters
        ----------
        finding : Finding
        language : {"en", "zh"}
        policy : Policy, optional
            Gives attributes, groups, segments and services their titles; else keys are told.
        """
        return show.explain(self, finding, language, policy)

    def plot(
        self, attribute: str | None = None, language: "Language" = "en", policy: "Policy | None" = None
    ) -> "Figure":
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

        return plot(self, show.reader_of(self, language, policy), attribute)

    def __repr__(self) -> str:
        """Return the verdict and how many findings there are of each status."""
        return f"AuditReport({self.verdict}: {show.tallied(self)}; {len(self.segments)} segments)"

    def _repr_html_(self) -> str:
        return show.html(self)
