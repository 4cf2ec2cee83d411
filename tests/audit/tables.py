"""Small tables of counts for the tests of claims, and what is claimed of them."""

import numpy as np

from segmentation.audit import Cells
from segmentation.audit.claims import ratio_claims, table_claims
from segmentation.audit.disclosure import Shown
from segmentation.audit.judge import judge
from segmentation.audit.rates import selection_rates
from segmentation.audit.targets import segment_targets, service_targets
from tests.policies import small_policy

LIMITS = small_policy(audit={"smallest_group": 30}).audit


def shown(counts, hidden=(), hidden_sizes=()):
    """A table of segments S1, S2 … by groups a, b …, with some counts hidden."""
    counts = np.asarray(counts)
    segments = tuple(f"S{row + 1}" for row in range(len(counts)))
    cells = Cells(("group",), segments, tuple((group,) for group in "abcdef"[: counts.shape[1]]), counts)
    mask, sizes = np.zeros(counts.shape, dtype=bool), np.zeros(counts.shape[1], dtype=bool)
    for cell in hidden:
        mask[cell] = True
    sizes[list(hidden_sizes)] = True
    return Shown(cells, mask, sizes)


def claims(table, served=None, limits=LIMITS):
    """The ratio claims of a table, by group and target."""
    rates = selection_rates(table.cells)
    targets = [*segment_targets(table, rates, None), *service_targets(table, served or {})]
    return {
        (claim.finding.group, claim.finding.target): claim for claim in ratio_claims(table, targets, limits)
    }


def findings(table, served=None, limits=LIMITS):
    made = claims(table, served, limits)
    return dict(zip(made, judge(made.values(), limits.confidence), strict=True))


def whole(table, limits=LIMITS):
    """The claims about all segments together, by check and group."""
    return {(claim.finding.check, claim.finding.group): claim for claim in table_claims(table, limits)}


def association_claim(table, limits=LIMITS):
    return whole(table, limits)["association", None]
