"""A plain rule for each segment: the best leaf of a shallow tree, as readable conditions."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from segmentation.profiles.model import Condition, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.policy import Policy
    from segmentation.profiles.measures import Measure

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]

DEPTH = 3


def plain_rules(
    policy: Policy, found: Sequence[Measure], labels: Labels, n_segments: int
) -> list[Rule | None]:
    """Return a rule for each segment, or None where no leaf holds it better than chance.

    Parameters
    ----------
    policy : Policy
        Gives the kinds of the features and the smallest group.
    found : sequence of Measure
    labels : ndarray of shape (n_residents,)
        Segments from 0.
    n_segments : int
    """
    table = np.column_stack([measure.values for measure in found])
    return [_rule(policy, found, table, labels == label) for label in range(n_segments)]


def _rule(policy: Policy, found: Sequence[Measure], table: Floats, inside: Flags) -> Rule | None:
    if not 0 < inside.sum() < len(inside):
        return None
    smallest = policy.audit.smallest_group
    bounds = [_readable(policy, found, bound) for bound in _best_leaf(_filled(table), inside, smallest)]
    # What is told is judged: the readable bounds, on values that are known.
    bounds = _needed(table, bounds, inside)
    held = _held(table, bounds)
    if not bounds or held.sum() < smallest:
        return None
    both = int((held & inside).sum())
    precision, coverage = (_rounded_down(both, int(of.sum()), smallest) for of in (held, inside))
    if precision <= inside.mean() or coverage <= 0:
        return None
    agree = int((held == inside).sum())
    fidelity = _rounded_down(agree, len(inside), smallest)
    conditions = tuple(_condition(policy, found, bound) for bound in bounds)
    return Rule((conditions,), fidelity, precision, coverage, len(inside))


def _rounded_down(count: int, of: int, smallest: int) -> float:
    """Return a share as a whole percentage, in steps of at least `smallest` residents and never quite 1."""
    step = max(smallest, math.ceil(of / 100))
    return max(0, min(count // step, of // step - 1)) * step * 100 // of / 100


# ---- The tree ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Bound:
    """One side of one column: values at least, or at most, the threshold."""

    column: int
    above: bool
    threshold: float


def _filled(table: Floats) -> Floats:
    """Return the table with column means for what is missing; 0 where all of a column is."""
    known = ~np.isnan(table)
    means = np.where(known, table, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, table, means)


def _best_leaf(table: Floats, inside: Flags, smallest: int) -> list[_Bound]:
    """Return the bounds of the leaf that overlaps most with the segment."""
    tree = DecisionTreeClassifier(
        max_depth=DEPTH, min_samples_leaf=smallest, class_weight="balanced", random_state=0
    ).fit(table, inside)
    leaves = tree.apply(table)
    best = max(np.unique(leaves), key=lambda leaf: _overlap(leaves == leaf, inside))
    # Further down the tree, a threshold on the same side is tighter.
    tightest = {(bound.column, bound.above): bound for bound in _path(tree, int(best))}
    return list(tightest.values())


def _overlap(held: Flags, inside: Flags) -> float:
    """Return the Jaccard index of who is held and who is inside, which is somebody."""
    return float((held & inside).sum() / (held | inside).sum())


def _path(tree: DecisionTreeClassifier, leaf: int) -> list[_Bound]:
    """Return the splits that lead to a leaf, from the top."""
    nodes = tree.tree_
    parents = {
        int(child): (int(node), above)
        for above, children in ((False, nodes.children_left), (True, nodes.children_right))
        for node, child in enumerate(children)
        if child >= 0
    }
    steps: list[_Bound] = []
    while leaf in parents:
        leaf, above = parents[leaf]
        steps.append(_Bound(int(nodes.feature[leaf]), above, float(nodes.threshold[leaf])))
    return steps[::-1]


# ---- Bounds that a person can read ------------------------------------------------------------------


def _readable(policy: Policy, found: Sequence[Measure], bound: _Bound) -> _Bound:
    """Return the bound as a whole number where the column holds those, else with three digits."""
    measure = found[bound.column]
    if measure.is_mark or policy.features[measure.feature].kind in {"count", "ordinal"}:
        return replace(bound, threshold=float(math.floor(bound.threshold) + bound.above))
    return replace(bound, threshold=float(f"{bound.threshold:.3g}"))


def _held(table: Floats, bounds: Sequence[_Bound]) -> Flags:
    """Return who meets all bounds."""
    held = np.ones(len(table), dtype=bool)
    for bound in bounds:
        values = table[:, bound.column]
        held &= values >= bound.threshold if bound.above else values <= bound.threshold
    return held


def _needed(table: Floats, bounds: list[_Bound], inside: Flags) -> list[_Bound]:
    """Return the bounds without those that make the rule no better."""
    for bound in tuple(bounds):
        others = [other for other in bounds if other is not bound]
        if others and _overlap(_held(table, others), inside) >= _overlap(_held(table, bounds), inside):
            bounds = others
    return bounds


def _condition(policy: Policy, found: Sequence[Measure], bound: _Bound) -> Condition:
    measure = found[bound.column]
    if measure.is_mark:
        return Condition(measure.feature, "is" if bound.above else "is not", measure.level or "yes")
    feature = policy.features[measure.feature]
    value: float | str = bound.threshold
    if feature.kind == "ordinal" and feature.values:
        value = feature.values[int(bound.threshold)]
    return Condition(measure.feature, "at least" if bound.above else "at most", value)
