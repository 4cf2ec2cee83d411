"""A plain rule for each segment: the best leaf of a shallow tree, as readable conditions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from segmentation.profiles.model import Condition, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from segmentation.policy import Feature, Policy
    from segmentation.profiles.measures import Measure

Labels = NDArray[np.int64]

DEPTH = 3
MOST_ROWS = 20_000
"""Residents that the trees look at: evenly spaced rows, so that no seed is needed."""


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
    step = max(1, len(labels) // MOST_ROWS)
    table = np.column_stack([_filled(measure.values[::step]) for measure in found])
    seen = labels[::step]
    return [_rule(policy, found, table, seen == label) for label in range(n_segments)]


def _filled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    known = values[~np.isnan(values)]
    return np.where(np.isnan(values), known.mean() if len(known) else 0.0, values)


def _rule(
    policy: Policy, found: Sequence[Measure], table: NDArray[np.float64], inside: NDArray[np.bool_]
) -> Rule | None:
    if not 0 < inside.sum() < len(inside):
        return None
    tree = DecisionTreeClassifier(
        max_depth=DEPTH, min_samples_leaf=policy.audit.smallest_group, class_weight="balanced", random_state=0
    ).fit(table, inside)
    leaves = tree.apply(table)
    best = max(np.unique(leaves), key=lambda leaf: _overlap(leaves == leaf, inside))
    held = leaves == best
    conditions = tuple(_conditions(policy, found, _path(tree, int(best))))
    if not conditions or inside[held].mean() <= inside.mean():
        return None
    return Rule(conditions, _rounded(inside[held], policy), _rounded(held[inside], policy))


def _rounded(marks: NDArray[np.bool_], policy: Policy) -> float:
    """Return a share in steps that stand for the smallest group at least, so that it gives no count away."""
    step = max(0.01, policy.audit.smallest_group / len(marks))
    return float(min(1.0, round(round(marks.mean() / step) * step, 4)))


def _overlap(held: NDArray[np.bool_], inside: NDArray[np.bool_]) -> float:
    return float((held & inside).sum() / (held | inside).sum())


def _path(tree: DecisionTreeClassifier, leaf: int) -> list[tuple[int, float, bool]]:
    """Return the splits that lead to a leaf, from the top: column, threshold, whether above it."""
    nodes = tree.tree_
    parents = {
        int(child): (int(node), above)
        for above, children in ((False, nodes.children_left), (True, nodes.children_right))
        for node, child in enumerate(children)
        if child >= 0
    }
    steps: list[tuple[int, float, bool]] = []
    while leaf in parents:
        leaf, above = parents[leaf]
        steps.append((int(nodes.feature[leaf]), float(nodes.threshold[leaf]), above))
    return steps[::-1]


def _conditions(
    policy: Policy, found: Sequence[Measure], path: Sequence[tuple[int, float, bool]]
) -> Iterator[Condition]:
    """Yield one condition per column and side: the tightest of the path."""
    tightest: dict[tuple[int, bool], float] = {}
    for column, threshold, above in path:
        key = (column, above)
        ends = (threshold, tightest.get(key, threshold))
        tightest[key] = max(ends) if above else min(ends)
    for (column, above), threshold in tightest.items():
        measure = found[column]
        yield _condition(measure, policy.features, threshold, above=above)


def _condition(
    measure: Measure, features: Mapping[str, Feature], threshold: float, *, above: bool
) -> Condition:
    feature = features[measure.feature]
    if measure.is_mark:
        return Condition(measure.feature, "is" if above else "is not", measure.level or "yes")
    value: float | str = threshold
    if feature.kind in {"count", "ordinal"}:
        value = float(math.floor(threshold) + 1 if above else math.floor(threshold))
    if feature.kind == "ordinal" and feature.values:
        value = feature.values[int(value)]
    return Condition(measure.feature, "at least" if above else "at most", value)
