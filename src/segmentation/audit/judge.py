"""From claims to findings: each is tested, and the whole family corrected at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segmentation.audit.evidence import Evidence
    from segmentation.audit.findings import Finding
    from segmentation.audit.power import Seen
    from segmentation.wording.findings import Reason, Status

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Claim:
    """A finding whose status is still open, and the evidence that settles it, where any is possible.

    Attributes
    ----------
    finding : Finding
    evidence : Evidence or None
        From all counts, shown or not.
    is_open : bool
        Whether the report shows every count that the evidence rests on.
    seen : Seen or None
        What the report shows of it, where that is enough to say what could have been found.
    """

    finding: Finding
    evidence: Evidence | None
    is_open: bool = True
    seen: Seen | None = None

    @property
    def looks_tested(self) -> bool:
        """Whether a reader of the report would take it for tested; hidden ones of nobody look so, too."""
        return self.evidence is not None or self.finding.reason == "not_settled"


def judge(claims: Iterable[Claim], confidence: float) -> tuple[Finding, ...]:
    """Give every claim its status.

    *Broken* when Holm's correction over the whole family still rejects "the limit holds"; *kept* when "the
    limit does not hold" is rejected (each claim needs only its own test, as approval needs all of them kept:
    Berger 1982); *undetermined* otherwise.

    Holm's correction can lift a p-value to a multiple of another one. So that no shown p-value tells one that
    rests on hidden counts, those count as 1 in the correction of the others, which is never less strict.

    What could have been found, and what would settle a claim, allow for as many claims as the first of Holm's
    steps does.
    """
    listed = tuple(claims)
    family = sum(claim.looks_tested for claim in listed)
    tested = [claim for claim in listed if claim.evidence is not None]
    raw = np.array([claim.evidence.broken for claim in tested if claim.evidence is not None])
    is_open = np.array([claim.is_open for claim in tested], dtype=bool)
    adjusted = np.where(is_open, _holm(np.where(is_open, raw, 1.0), family), _holm(raw, family))
    p_values = iter(adjusted.tolist())
    return tuple(
        claim.finding
        if claim.evidence is None
        else _settled(claim, claim.evidence, next(p_values), 1 - confidence, family)
        for claim in listed
    )


def _holm(p_values: Floats, family: int) -> Floats:
    """Return Holm's adjusted p-values (1979) among a family, whose others are 1.

    Those of statsmodels cost a garbage collection each time.
    """
    order = np.argsort(p_values, kind="stable")
    steps = p_values[order] * (family - np.arange(len(p_values)))
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def _settled(claim: Claim, evidence: Evidence, p_value: float, alpha: float, family: int) -> Finding:
    status, reason = _status(p_value, evidence.kept, alpha)
    finding = replace(claim.finding, status=status, reason=reason)
    if claim.seen is not None:
        settled_by = claim.seen.settled_by(family) if status == "undetermined" else None
        finding = replace(finding, detectable=claim.seen.detectable(family), settled_by=settled_by)
    if claim.is_open:
        return replace(finding, p_value=p_value)
    if _contradicts(finding):
        return withheld(finding)
    return finding


def _status(broken: float, kept: float, alpha: float) -> tuple[Status, Reason]:
    if broken <= alpha:
        return "broken", "beyond_limit"
    return ("kept", "within_limit") if kept <= alpha else ("undetermined", "not_settled")


def _contradicts(finding: Finding) -> bool:
    """Return whether the value of what is shown lies on the other side of the limit than the status says."""
    if finding.value is None or finding.status == "undetermined":
        return False
    least, most = finding.allowed
    return (finding.status == "kept") != (least <= finding.value <= most)


def withheld(finding: Finding) -> Finding:
    """Return a finding without the figures that rest on counts of others."""
    return replace(
        finding,
        value=None,
        interval=None,
        others_rate=None,
        difference=None,
        by_chance=None,
        detectable=None,
        settled_by=None,
        hidden=True,
    )
