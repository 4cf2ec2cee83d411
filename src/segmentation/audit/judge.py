"""From counted cells to findings: every claim is tested, and the whole family corrected at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from statsmodels.stats.multitest import multipletests

from segmentation.audit.cells import Cells
from segmentation.audit.findings import CheckName, Finding, Reason, Role, Status
from segmentation.audit.inference import (
    Evidence,
    Share,
    association,
    ratio_evidence,
    ratio_interval,
    wilson,
)
from segmentation.audit.rates import selection_rates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from segmentation.policy import Limits


@dataclass(frozen=True)
class Claim:
    """A finding whose status is still open, and the evidence that settles it, where any is possible."""

    finding: Finding
    evidence: Evidence | None


def judge(claims: Iterable[Claim], confidence: float) -> tuple[Finding, ...]:
    """Give every claim its status.

    *Broken* when Holm's correction over the whole family still rejects "the limit holds"; *kept* when "the
    limit does not hold" is rejected (each claim needs only its own test, as approval needs all of them kept:
    Berger 1982); *undetermined* otherwise.
    """
    listed = tuple(claims)
    alpha = 1 - confidence
    tested = [at for at, claim in enumerate(listed) if claim.evidence is not None]
    raw = [claim.evidence.broken for claim in listed if claim.evidence is not None]
    adjusted = (
        dict(zip(tested, multipletests(raw, alpha=alpha, method="holm")[1], strict=True)) if raw else {}
    )
    return tuple(_settle(claim, adjusted.get(at, 1.0), alpha) for at, claim in enumerate(listed))


def _settle(claim: Claim, p_value: float, alpha: float) -> Finding:
    if claim.evidence is None:
        return claim.finding
    status, reason = _status(p_value, claim.evidence.kept, alpha)
    return replace(claim.finding, status=status, reason=reason, p_value=float(p_value))


def _status(broken: float, kept: float, alpha: float) -> tuple[Status, Reason]:
    if broken <= alpha:
        return "broken", "beyond_limit"
    return ("kept", "within_limit") if kept <= alpha else ("undetermined", "interval_spans_limit")


def association_claim(cells: Cells, limits: Limits) -> Claim:
    """Return the claim that segment and attribute go together no more than the policy allows.

    Groups under the smallest group are left out: a handful of people would rule the statistic.
    """
    judged = cells.known.only(cells.known.sizes >= limits.smallest_group)
    entered = judged.counts[judged.counts.sum(axis=1) > 0]
    finding = _open("association", cells.name, None, None, limits)
    if min(entered.shape) < 2:  # noqa: PLR2004 - an association needs two of each
        return Claim(replace(finding, reason="one_group"), None)
    found = association(entered, limits.association, limits.confidence)
    size = int(entered.sum())
    return Claim(replace(finding, value=found.value, interval=found.interval, size=size), found.evidence)


def segment_claims(cells: Cells, limits: Limits, blur: int = 1) -> Iterator[Claim]:
    """Yield the claims that each group enters each segment at a rate near the others'.

    Parameters
    ----------
    cells : Cells
    limits : Limits
    blur : int, default 1
        What the counts of all others are rounded to before they are shown; the tests take the exact ones.
    """
    for segment in cells.segments:
        yield from _target_claims("selection_ratio", cells.known, segment, limits, blur)


def service_claims(
    cells: Cells, served: Mapping[str, frozenset[str]], limits: Limits, blur: int = 1
) -> Iterator[Claim]:
    """Yield the claims that each group is planned each service at a rate near the others'.

    Parameters
    ----------
    cells : Cells
    served : mapping of str to frozenset of str
        For each service, the segments whose plan has more of it than the standard.
    limits : Limits
    blur : int, default 1
        As for `segment_claims`.
    """
    for service, segments in served.items():
        yield from _target_claims(
            "service_parity", _pooled(cells.known, service, segments), service, limits, blur
        )


def _pooled(cells: Cells, service: str, segments: frozenset[str]) -> Cells:
    """Return the cells with two rows in place of the segments: who is planned the service, and who is not."""
    inside = np.array([name in segments for name in cells.segments])
    counts = np.array([cells.counts[inside].sum(axis=0), cells.counts[~inside].sum(axis=0)])
    return Cells(cells.attributes, (service, f"not {service}"), cells.groups, counts)


def _target_claims(check: CheckName, cells: Cells, target: str, limits: Limits, blur: int) -> Iterator[Claim]:
    rates = selection_rates(cells.only(cells.sizes > 0)).by_group[cells.segments.index(target)]
    rate_of = dict(zip(np.flatnonzero(cells.sizes > 0), rates, strict=True))
    row, sizes = cells.counts[cells.segments.index(target)], cells.sizes
    for at, group in enumerate(cells.group_names):
        size, count = int(sizes[at]), int(row[at])
        share = Share(count, size, int(row.sum()) - count, int(sizes.sum()) - size)
        finding = replace(
            _open(check, cells.name, group, target, limits), count=count, size=size, rate=rate_of.get(at)
        )
        yield _ratio_claim(finding, share, limits, blur)


def _ratio_claim(finding: Finding, share: Share, limits: Limits, blur: int) -> Claim:
    """Return the claim with its figures, and evidence where the counts allow a test."""
    reason = _untestable(share, limits)
    if reason is not None:
        return Claim(replace(finding, reason=reason), None)
    shown = share.blurred(blur)
    others = shown.others_count / shown.others_size
    figures = replace(
        finding,
        value=share.count / share.size / others,
        interval=ratio_interval(shown, limits.confidence),
        rate_interval=wilson(share.count, share.size, limits.confidence),
        others_rate=others,
    )
    return Claim(figures, ratio_evidence(share, limits.selection_ratio))


def _untestable(share: Share, limits: Limits) -> Reason | None:
    if share.size < limits.smallest_group:
        return "small_group"
    if share.count + share.others_count in {0, share.size + share.others_size}:
        return "everybody_or_nobody"
    return None if share.is_judgeable else "small_expectation"


def _open(check: CheckName, attribute: str, group: str | None, target: str | None, limits: Limits) -> Finding:
    role: Role = "gate" if check in limits.gates else "screen"
    limit = limits.association if check == "association" else limits.selection_ratio
    return Finding(check, role, attribute, group, target, "undetermined", "interval_spans_limit", limit)
