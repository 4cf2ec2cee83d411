"""From counted cells to findings: every claim is tested, and the whole family corrected at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.audit.association import association
from segmentation.audit.findings import CheckName, Finding, Reason, Role, Status
from segmentation.audit.ratio import Share, ratio_evidence, ratio_interval, wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from segmentation.audit.association import Association
    from segmentation.audit.cells import Cells
    from segmentation.audit.disclosure import Flags, Shown
    from segmentation.audit.evidence import Evidence
    from segmentation.policy import Limits

Ints = NDArray[np.int64]
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
    """

    finding: Finding
    evidence: Evidence | None
    is_open: bool = True


# ---- Settling claims --------------------------------------------------------------------------------


def judge(claims: Iterable[Claim], confidence: float) -> tuple[Finding, ...]:
    """Give every claim its status.

    *Broken* when Holm's correction over the whole family still rejects "the limit holds"; *kept* when "the
    limit does not hold" is rejected (each claim needs only its own test, as approval needs all of them kept:
    Berger 1982); *undetermined* otherwise.

    Holm's correction can lift a p-value to a multiple of another one. So that no shown p-value tells one that
    rests on hidden counts, those count as 1 in the correction of the others, which is never less strict.
    """
    listed = tuple(claims)
    tested = [claim for claim in listed if claim.evidence is not None]
    raw = np.array([claim.evidence.broken for claim in tested if claim.evidence is not None])
    is_open = np.array([claim.is_open for claim in tested], dtype=bool)
    adjusted = np.where(is_open, _holm(np.where(is_open, raw, 1.0)), _holm(raw))
    p_values = iter(adjusted.tolist())
    return tuple(
        claim.finding
        if claim.evidence is None
        else _settled(claim, claim.evidence, next(p_values), 1 - confidence)
        for claim in listed
    )


def _holm(p_values: Floats) -> Floats:
    """Return Holm's adjusted p-values (1979); those of statsmodels cost a garbage collection each time."""
    order = np.argsort(p_values, kind="stable")
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def _settled(claim: Claim, evidence: Evidence, p_value: float, alpha: float) -> Finding:
    status, reason = _status(p_value, evidence.kept, alpha)
    finding = replace(claim.finding, status=status, reason=reason)
    if claim.is_open:
        return replace(finding, p_value=p_value)
    if _contradicts(finding):
        return replace(finding, value=None, interval=None, others_rate=None, hidden=True)
    return finding


def _status(broken: float, kept: float, alpha: float) -> tuple[Status, Reason]:
    if broken <= alpha:
        return "broken", "beyond_limit"
    return ("kept", "within_limit") if kept <= alpha else ("undetermined", "not_settled")


def _contradicts(finding: Finding) -> bool:
    """Return whether the value of what is shown lies on the other side of the limit than the status says."""
    if finding.value is None or finding.status == "undetermined":
        return False
    least = 0.0 if finding.check == "association" else finding.limit
    most = finding.limit if finding.check == "association" else 1 / finding.limit
    return (finding.status == "kept") != (least <= finding.value <= most)


# ---- Making claims ----------------------------------------------------------------------------------


def association_claim(shown: Shown, limits: Limits) -> Claim:
    """Return the claim that segment and attribute go together no more than the policy allows.

    Groups under the smallest group are left out: a handful of people would rule the statistic.
    """
    finding = _open("association", shown.cells.name, None, None, limits)
    large = shown.cells.sizes >= limits.smallest_group
    found = _association(shown.cells.only(large), limits)
    if found is None:
        return Claim(replace(finding, reason="one_group"), None)
    is_open = bool(shown.complete[large].all())
    seen = found if is_open else _association(shown.cells.only(large & shown.complete), limits)
    if seen is None:
        return Claim(replace(finding, hidden=True), found[0].evidence, is_open)
    figures = replace(finding, value=seen[0].value, interval=seen[0].interval, size=seen[1])
    return Claim(figures, found[0].evidence, is_open)


def _association(cells: Cells, limits: Limits) -> tuple[Association, int] | None:
    """Return the association of segment and group, and of how many residents; None where it needs more."""
    entered = cells.counts[cells.counts.sum(axis=1) > 0]
    if min(entered.shape) < 2:  # noqa: PLR2004 - an association needs two of each
        return None
    return association(entered, limits.association, limits.confidence), int(entered.sum())


@dataclass(frozen=True, eq=False)
class _Target:
    """A segment or a service: how many of each group are in it, at which rate, and which may be shown."""

    check: CheckName
    name: str
    counts: Ints
    rates: Floats
    shown: Flags

    def share(self, at: int, sizes: Ints, among: Flags) -> Share:
        """Return one group against the others among some."""
        others = among & (np.arange(len(sizes)) != at)
        return Share(
            int(self.counts[at]), int(sizes[at]), int(self.counts[others].sum()), int(sizes[others].sum())
        )


def ratio_claims(
    shown: Shown, rates: Floats, served: Mapping[str, frozenset[str]], limits: Limits
) -> Iterator[Claim]:
    """Yield the claims that each group enters each segment, and is planned each service, as others are.

    Parameters
    ----------
    shown : Shown
    rates : ndarray of shape (n_segments, n_groups)
        P(segment | group), in [0, 1].
    served : mapping of str to frozenset of str
        For each service, the segments whose plan has more of it than the standard.
    limits : Limits
    """
    for target in _targets(shown, rates, served):
        for at in range(len(shown.cells.groups)):
            yield _ratio_claim(shown, target, at, limits)


def _targets(shown: Shown, rates: Floats, served: Mapping[str, frozenset[str]]) -> Iterator[_Target]:
    counts, segments = shown.cells.counts, shown.cells.segments
    for row, segment in enumerate(segments):
        open_groups = ~(shown.hidden[row] | shown.hidden_sizes)
        yield _Target("selection_ratio", segment, counts[row], rates[row], open_groups)
    for service, members in served.items():
        inside = np.array([segment in members for segment in segments])
        together = counts[inside].sum(axis=0)
        # Not the sum of the rates: its last digit would depend on its parts, which may be hidden.
        rate = together / np.maximum(shown.cells.sizes, 1)
        yield _Target("service_parity", service, together, rate, shown.together(inside))


def _ratio_claim(shown: Shown, target: _Target, at: int, limits: Limits) -> Claim:
    cells = shown.cells
    share = target.share(at, cells.sizes, np.ones(len(cells.groups), dtype=bool))
    reason = _untestable(share, limits)
    evidence = None if reason else ratio_evidence(share, limits.selection_ratio)
    finding = _open(target.check, cells.name, cells.group_names[at], target.name, limits)
    finding = replace(
        finding, reason=reason or finding.reason, size=None if shown.hidden_sizes[at] else share.size
    )
    if not target.shown[at]:
        return Claim(_blank(finding), evidence, is_open=False)
    finding = replace(finding, count=share.count, rate=float(target.rates[at]))
    if reason is not None:
        return Claim(finding, None)
    seen = target.share(at, cells.sizes, target.shown)
    return Claim(_with_figures(finding, seen, limits), evidence, is_open=bool(target.shown.all()))


def _blank(finding: Finding) -> Finding:
    """Return a finding whose count is hidden, without a reason that would tell the count to be 0."""
    nobody = finding.reason == "everybody_or_nobody"
    return replace(finding, reason="small_expectation" if nobody else finding.reason, hidden=True)


def _with_figures(finding: Finding, seen: Share, limits: Limits) -> Finding:
    finding = replace(finding, rate_interval=wilson(seen.count, seen.size, limits.confidence))
    if not seen.is_judgeable:
        return replace(finding, hidden=True)
    interval = ratio_interval(seen, limits.confidence)
    return replace(finding, value=seen.ratio, interval=interval, others_rate=seen.others_rate)


def _untestable(share: Share, limits: Limits) -> Reason | None:
    if share.size < limits.smallest_group:
        return "small_group"
    if share.count + share.others_count in {0, share.size + share.others_size}:
        return "everybody_or_nobody"
    return None if share.is_judgeable else "small_expectation"


def _open(check: CheckName, attribute: str, group: str | None, target: str | None, limits: Limits) -> Finding:
    role: Role = "gate" if check in limits.gates else "screen"
    limit = limits.association if check == "association" else limits.selection_ratio
    return Finding(check, role, attribute, group, target, "undetermined", "not_settled", limit)
