"""What an audit says: findings, each one checked claim.

A figure under the smallest group, or from which one could be worked out, never enters a finding: its value is
None and `hidden` says so. No figure is NaN or infinite; where a figure is not defined the reason says why.
"""

# No `from __future__ import annotations`: pydantic reads these for the published schema.
from collections.abc import Iterable
from dataclasses import dataclass

from segmentation.policy.parts import Check as CheckName
from segmentation.wording.findings import RATIOS, Reason, Role, Status

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

    def __repr__(self) -> str:
        """Return what was checked and what came of it; the counts are in its fields."""
        who = self.attribute if self.group is None else f"{self.attribute}={self.group}"
        value = "hidden" if self.hidden else "not defined" if self.value is None else f"{self.value:.3g}"
        target = "" if self.target is None else f" in {self.target}"
        return f"Finding({self.check} of {who}{target}: {self.status}, value {value}, limit {self.limit:g})"

    def _repr_html_(self) -> str:
        from segmentation.audit import show  # noqa: PLC0415 - it knows findings, and a notebook alone asks

        return show.one(self)

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


def verdict(findings: Iterable[Finding]) -> Status:
    """Return the status that findings add up to."""
    found = tuple(findings)
    if any(finding.status == "broken" for finding in found):
        return "broken"
    open_gate = any(finding.status == "undetermined" and finding.role == "gate" for finding in found)
    settled = {finding.attribute for finding in found if finding.status == "kept"}
    nothing_known = any(finding.attribute not in settled for finding in found)
    return "undetermined" if open_gate or nothing_known or not found else "kept"
