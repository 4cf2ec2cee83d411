"""A plain rule for each segment: nodes of shallow trees as readable conditions, the simplest that will do.

A tree that tells one segment from all others is a set of conjunctions, one for each node. The rule is one of
them, or a few joined by "or", chosen greedily by how well they overlap with the segment, without conditions
that earn nothing. What is told of a rule is measured on the conditions as they are told.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from segmentation.profiles.bounds import Bound, Needs
from segmentation.profiles.model import FIDELITY, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segmentation.policy import Policy
    from segmentation.profiles.measures import Measure

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]
Bounds = tuple[Bound, ...]

DEPTH = 4
"""Most conditions of an alternative."""
ALTERNATIVES = 3
"""Most alternatives of a rule."""
LEAST_OVERLAP = 0.5
"""Least Jaccard index of a rule that will do: one that holds nobody agrees on 95 % of a small segment too."""


def plain_rules(
    policy: Policy, found: Sequence[Measure], labels: Labels, n_segments: int
) -> list[Rule | None]:
    """Return a rule for each segment, or None where no short one holds it better than chance.

    Parameters
    ----------
    policy : Policy
        Gives the kinds of the features and the smallest group.
    found : sequence of Measure
    labels : ndarray of shape (n_residents,)
        Segments from 0.
    n_segments : int
    """
    table = np.asfortranarray(np.column_stack([measure.values for measure in found]))
    needs = Needs(policy, found, table)
    filled = _filled(table)
    return [_rule(needs, filled, labels == label) for label in range(n_segments)]


def _rule(needs: Needs, filled: Floats, inside: Flags) -> Rule | None:
    if not 0 < inside.sum() < len(inside):
        return None
    smallest = needs.policy.audit.smallest_group
    tries = [
        _Try(tuple(_needed(needs, alternatives, inside)), needs, inside)
        for weight in (None, "balanced")
        for alternatives in _unions(needs, filled, inside, weight)
    ]
    best = _simplest(tries)
    if best is None or best.held.sum() < smallest:
        return None
    fidelity, precision, coverage = best.told
    if precision <= inside.mean() or coverage <= 0:
        return None
    told = (tuple(map(needs.condition, bounds)) for bounds in best.ordered)
    return Rule(tuple(told), fidelity, precision, coverage, len(inside), _most(inside, smallest))


@dataclass(frozen=True, eq=False)
class _Try:
    """One rule that might be told."""

    alternatives: tuple[Bounds, ...]
    needs: Needs
    inside: Flags

    @cached_property
    def held(self) -> Flags:
        """Who meets the rule."""
        return _held(self.needs, self.alternatives)

    @property
    def fidelity(self) -> float:
        """Share of residents for whom rule and segment agree; not what is told of it."""
        return float((self.held == self.inside).mean())

    @property
    def overlap(self) -> float:
        """Jaccard index of rule and segment."""
        return _overlap(self.held, self.inside)

    @property
    def length(self) -> int:
        """Number of conditions."""
        return sum(map(len, self.alternatives))

    @property
    def told(self) -> tuple[float, float, float]:
        """Fidelity, precision and coverage, as they are told."""
        held, inside = self.held, self.inside
        missed, others = int((inside & ~held).sum()), int((held & ~inside).sum())
        return shares(missed, others, int(inside.sum()), len(inside), self.needs.policy.audit.smallest_group)

    @property
    def ordered(self) -> list[Bounds]:
        """The alternatives, first the one that most of the segment meets."""
        return sorted(
            self.alternatives, key=lambda bounds: -int((self.needs.within(bounds) & self.inside).sum())
        )


def _simplest(tries: Sequence[_Try]) -> _Try | None:
    """Return the shortest rule that will do; where none does, the one that overlaps most."""
    found = [one for one in tries if one.alternatives]
    will_do = [one for one in found if one.fidelity >= FIDELITY and one.overlap >= LEAST_OVERLAP]
    if will_do:
        return min(will_do, key=lambda one: (one.length, -one.overlap))
    return max(found, key=lambda one: (one.overlap, -one.length), default=None)


def _most(inside: Flags, smallest: int) -> float:
    """Return the fidelity that is told of a rule that is never wrong."""
    return shares(0, 0, int(inside.sum()), len(inside), smallest)[0]


def shares(
    missed: int, others: int, inside: int, residents: int, smallest: int
) -> tuple[float, float, float]:
    """Return fidelity, precision and coverage of a rule so that no count under the smallest group follows.

    Parameters
    ----------
    missed : int
        Residents of the segment who do not meet the rule.
    others : int
        Residents who meet it and are outside the segment.
    inside, residents : int
        Residents of the segment, and all.
    smallest : int
        Both counts are rounded up to the next multiple of it, never to themselves, and all that is told
        follows from the two: each may be any of `smallest` numbers.
    """
    missed, others = ((count // smallest + 1) * smallest for count in (missed, others))
    # Of a segment of which fewer than that surely meet the rule, nothing is told.
    least = inside - missed if inside - missed >= smallest else 0
    fidelity, precision, coverage = (
        max(0, 100 * part // whole) / 100
        for part, whole in (
            (residents - missed - others, residents),
            (least, least + others),
            (least, inside),
        )
    )
    return fidelity, precision, coverage


# ---- Trees ------------------------------------------------------------------------------------------


def _filled(table: Floats) -> Floats:
    """Return the table with column means for what is missing; 0 where all of a column is."""
    known = ~np.isnan(table)
    means = np.where(known, table, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, table, means)


def _unions(needs: Needs, filled: Floats, inside: Flags, weight: str | None) -> Iterator[list[Bounds]]:
    """Yield, for each depth of a tree, its best node, its best two, and so on.

    A tree is grown from the top, so that its upper part is what a shallower tree would be.
    """
    tree = DecisionTreeClassifier(
        max_depth=DEPTH,
        min_samples_leaf=needs.policy.audit.smallest_group,
        class_weight=weight,
        random_state=0,
    ).fit(filled, inside)
    nodes = [tuple(map(needs.readable, bounds)) for bounds in _conjunctions(tree) if bounds]
    for depth in range(1, DEPTH + 1):
        chosen: list[Bounds] = []
        pool = [(bounds, needs.within(bounds)) for bounds in nodes if len(bounds) <= depth]
        held = np.zeros(len(inside), dtype=bool)
        while pool and len(chosen) < ALTERNATIVES:
            best, more = max(pool, key=lambda one: _overlap(held | one[1], inside))
            if _overlap(held | more, inside) <= _overlap(held, inside):
                break
            chosen, held = [*chosen, best], held | more
            yield chosen


def _conjunctions(tree: DecisionTreeClassifier) -> list[Bounds]:
    """Return the bounds that lead to each node; a threshold further down the same side is tighter."""
    nodes = tree.tree_
    paths: dict[int, dict[tuple[int, bool], Bound]] = {0: {}}
    for node in range(nodes.node_count):
        for above, child in ((False, nodes.children_left[node]), (True, nodes.children_right[node])):
            if child >= 0:
                bound = Bound(int(nodes.feature[node]), above, float(nodes.threshold[node]))
                paths[int(child)] = paths[node] | {(bound.column, above): bound}
    return [tuple(path.values()) for path in paths.values()]


def _needed(needs: Needs, alternatives: Sequence[Bounds], inside: Flags) -> list[Bounds]:
    """Return the alternatives without those, and without bounds, that make the rule no better."""
    kept = list(alternatives)
    for bounds in alternatives:
        kept = _better(needs, kept, [one for one in kept if one is not bounds], inside)
    for at, bounds in enumerate(kept):
        for bound in bounds:
            fewer = tuple(other for other in kept[at] if other is not bound)
            kept = _better(needs, kept, [*kept[:at], fewer, *kept[at + 1 :]], inside)
    return kept


def _better(needs: Needs, rule: list[Bounds], shorter: list[Bounds], inside: Flags) -> list[Bounds]:
    """Return the shorter rule where it says something and overlaps as much."""
    if not all(shorter) or not shorter:
        return rule
    worse = _overlap(_held(needs, shorter), inside) < _overlap(_held(needs, rule), inside)
    return rule if worse else shorter


def _held(needs: Needs, alternatives: Sequence[Bounds]) -> Flags:
    """Return who keeps within any of the alternatives."""
    held = np.zeros(len(needs.table), dtype=bool)
    for bounds in alternatives:
        held |= needs.within(bounds)
    return held


def _overlap(held: Flags, inside: Flags) -> float:
    """Return the Jaccard index of who is held and who is inside, which is somebody."""
    return float((held & inside).sum() / (held | inside).sum())
