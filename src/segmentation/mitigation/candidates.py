"""Which mitigations are worth a try: chosen from the residents that they are fitted on, and from no other.

A feature carries an attribute in two ways. One on which segments hang is found by the trace; needs that say
the same stand in for each other there, and together hide what each of them carries. So those that tell the
attribute by themselves, beyond what the policy allows, are left out together as well, alone and with what
remains erased.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.audit.carriers import carriers
from segmentation.audit.trace import permuted
from segmentation.clustering.assign import segment_ids
from segmentation.mitigation.model import Mitigation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from segmentation.audit import AuditReport
    from segmentation.audit.sections import Carrier
    from segmentation.clustering import Segmenter
    from segmentation.policy import Policy

HALF = 0.5
TWO = 2
"""Groups that differ in one direction alone."""


def candidates(
    policy: Policy,
    segmenter: Segmenter,
    report: AuditReport,
    needs: pd.DataFrame,
    protected: pd.DataFrame,
    attribute: str,
    *,
    seed: int,
) -> tuple[Mitigation, ...]:
    """Return the mitigations to compare where nobody names any.

    Parameters
    ----------
    policy : Policy
    segmenter : Segmenter
        Fitted on `needs`, without a mitigation.
    report : AuditReport
        Of its segments and the same residents.
    needs, protected : DataFrame of shape (n_residents, n_columns)
    attribute : str
        The one that is to be weakened.
    seed : int
        Of the trace.

    Returns
    -------
    tuple of Mitigation
        Leave out the feature that carries most of the attribute into the segments; the two; all that tell a
        group better than the policy's `probe_auc`. Erase the attribute by half; wholly; in the one direction
        that tells most; with the directions in which its groups differ in spread; with every other attribute
        whose association is broken; and among the features that are left once those that tell it are left
        out. Socially fair centres.
    """
    found = _carriers(policy, segmenter, needs, protected, attribute, seed)
    broken = [
        finding.attribute
        for finding in report.findings
        if finding.check == "association"
        and finding.status == "broken"
        and finding.attribute in policy.audited
    ]
    together = tuple(dict.fromkeys([attribute, *broken]))
    tried = (*_dropped(policy, found), *_erased(policy, found, attribute, together))
    return tuple(dict.fromkeys([*tried, Mitigation("fair_centres", (attribute,))]))


def _carriers(
    policy: Policy,
    segmenter: Segmenter,
    needs: pd.DataFrame,
    protected: pd.DataFrame,
    attribute: str,
    seed: int,
) -> tuple[Carrier, ...]:
    """Return what each feature carries of the attribute, the largest fall first."""
    scorer = segmenter.fold()
    moves = permuted(needs, segment_ids(scorer, needs), lambda table: segment_ids(scorer, table), seed=seed)
    alone = policy.model_copy(update={"protected": {attribute: policy.audited[attribute]}, "proxies": {}})
    found = carriers(alone, needs, protected, moves, seed=seed)
    return tuple(carrier for carrier in found if carrier.feature is not None)


def _dropped(policy: Policy, found: Iterable[Carrier]) -> Iterator[Mitigation]:
    """Yield what leaves features out, never all of them."""
    falling = [str(carrier.feature) for carrier in found if carrier.fall is not None and carrier.fall > 0]
    for features in (falling[:1], falling[:2], _telling(policy, found)):
        if 0 < len(features) < len(policy.features):
            yield Mitigation("drop", features=tuple(features))


def _erased(
    policy: Policy, found: Iterable[Carrier], attribute: str, together: tuple[str, ...]
) -> Iterator[Mitigation]:
    yield Mitigation("erase", (attribute,), HALF)
    yield Mitigation("erase", (attribute,))
    if len(policy.audited[attribute].groups) > TWO:
        yield Mitigation("erase", (attribute,), rank=1)
    yield Mitigation("erase_nonlinear", (attribute,))
    if len(together) > 1:
        yield Mitigation("erase", together)
    telling = _telling(policy, found)
    if 0 < len(telling) < len(policy.features):
        yield Mitigation("erase", (attribute,), features=tuple(telling))


def _telling(policy: Policy, found: Iterable[Carrier]) -> list[str]:
    """Return the features that tell a group better than the policy allows, in the policy's order."""
    limit = policy.audit.probe_auc
    telling = {
        carrier.feature
        for carrier in found
        if any(auc.value is not None and auc.value > limit for auc in carrier.aucs)
    }
    return [name for name in policy.features if name in telling]
