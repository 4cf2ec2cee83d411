"""What each need tells of a protected attribute, and how much of that it carries into the segments.

Both are asked, because they differ: a need may tell age well and move nobody, or move everybody and tell no
age. All needs together say what erasing a single one cannot take away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from segmentation.audit.auc import auc_interval, auc_of_scores
from segmentation.audit.levels import by_frequency, disclosed_areas, levels
from segmentation.audit.samples import DECIMALS, indices, places, rounded, sample
from segmentation.audit.sections import Carrier, GroupAuc
from segmentation.audit.trace import falls
from segmentation.policy.features import LISTED
from segmentation.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segmentation.audit.disclosure import Shown
    from segmentation.audit.trace import Moves
    from segmentation.policy import Feature, Limits, Policy
    from segmentation.progress import Watch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_BOOSTED = 12_000
"""Residents in the sample that boosting sees."""
PARTS = 3
FEWEST_ROUNDS, MOST_ROUNDS, MOST_TREES = 3, 25, 75
"""Rounds of boosting, and trees: a round makes one for each group."""
ROUND_SIZE = 60
"""Residents to a round of boosting, where there are few residents."""
FEWEST_COMBINATIONS = 100
"""Combinations of needs below which they are taken as the levels of one, as then a score may be a count."""
MANY = 10
"""So many times the smallest group has an area with three decimals among all features, a smaller one two."""


@dataclass(frozen=True, eq=False)
class _Groups:
    """The groups of one attribute that may be looked at, in a sample.

    Attributes
    ----------
    attribute : str
    names : tuple of str
        Every group of the attribute.
    open : ndarray of bool, shape (n_names,)
        Whether a group is large enough, in all and in the sample, and its size is shown.
    place : ndarray of int64, shape (n,)
        Of each sampled resident among the open ones; -1 for all others.
    """

    attribute: str
    names: tuple[str, ...]
    open: NDArray[np.bool_]
    place: Ints


def carriers(
    policy: Policy,
    needs: pd.DataFrame,
    protected: pd.DataFrame,
    moves: Moves | None,
    *,
    seed: int,
    shown: Sequence[Shown] = (),
    watch: Watch = SILENT,
) -> tuple[Carrier, ...]:
    """Return what every feature, and all together, carry of each attribute.

    A feature alone guesses by the group's share at each of its levels (numbers in up to 16 levels of about
    equal size; a missing value is a level), so merged that no small count follows (`disclosed_areas`), all
    together by gradient boosting; both in three folds. Intervals are score intervals (Newcombe 2006), at the
    policy's confidence.

    Parameters
    ----------
    policy : Policy
    needs : DataFrame of shape (n_residents, n_features)
        `Residents.needs`.
    protected : DataFrame of shape (n_residents, n_attributes)
        Categorical columns of groups, missing where not known. Who is not known is left out.
    moves : Moves or None
        Of the same residents, from `permuted`; None where the rule that assigns segments is not known.
    seed : int
        Of the sample, of the folds and of boosting.
    shown : sequence of Shown
        The tables that the report shows: a group whose size they hide is left out, and the association is
        that of counts which they show.
    watch : Watch
        Told of the attributes that are done.

    Returns
    -------
    tuple of Carrier
        By attribute; all features together first, then the largest `fall` first (without one, the largest
        AUC). Nothing for an attribute with fewer than two groups that may be looked at.
    """
    rows = sample(len(needs), seed) if moves is None else moves.rows
    tables = {one.cells.name: one for one in shown}
    taken = needs.iloc[rows]
    at_level = {name: levels(feature, taken[name]) for name, feature in policy.features.items()}
    found: list[Carrier] = []
    # The threads of boosting wait for each other without rest: on a busy machine two take longer than one.
    with threadpool_limits(1):
        for at, name in enumerate(policy.audited, 1):
            groups = _groups(policy.audit, protected[name], rows, tables.get(name))
            if groups.open.sum() > 1:
                found.append(_together(policy, taken, groups, seed))
                fall = None if moves is None else _falls(moves, groups, tables.get(name))
                found += sorted(_single(policy, at_level, groups, moves, fall, seed), key=_strength)
            watch.part("attributes guessed from needs", at, len(policy.audited))
    return tuple(found)


def _strength(carrier: Carrier) -> tuple[float, float]:
    fall = 0.0 if carrier.fall is None else carrier.fall
    return -fall, -max((auc.value for auc in carrier.aucs if auc.value is not None), default=0.0)


def _groups(limits: Limits, column: pd.Series, rows: Ints, shown: Shown | None) -> _Groups:
    names = tuple(map(str, column.cat.categories))
    whole = places(column, names)
    large = _sizes(whole, len(names)) >= limits.smallest_group
    large &= _sizes(whole[rows], len(names)) >= limits.smallest_group
    if shown is not None:
        hidden = dict(zip(shown.cells.group_names, shown.hidden_sizes, strict=True))
        large &= ~np.array([hidden.get(name, True) for name in names], dtype=bool)
    open_names = [name for name, is_open in zip(names, large, strict=True) if is_open]
    return _Groups(str(column.name), names, large, places(column.iloc[rows], open_names))


def _sizes(place: Ints, n_groups: int) -> Ints:
    return np.bincount(place[place >= 0], minlength=n_groups)


# ---- A feature alone --------------------------------------------------------------------------------


def _single(
    policy: Policy,
    at_level: dict[str, Ints],
    groups: _Groups,
    moves: Moves | None,
    fall: Floats | None,
    seed: int,
) -> Iterator[Carrier]:
    known, n_groups = groups.place >= 0, int(groups.open.sum())
    moved = {} if moves is None else dict(zip(moves.features, moves.moved.tolist(), strict=True))
    fallen = {} if moves is None or fall is None else dict(zip(moves.features, fall.tolist(), strict=True))
    place = groups.place[known]
    for name, level in at_level.items():
        values = disclosed_areas(
            _counts(level[known], place, n_groups), policy.audit.smallest_group, (seed, 2)
        )
        aucs = _aucs(values, groups, place, policy.audit.confidence, [DECIMALS] * n_groups)
        yield Carrier(
            groups.attribute, name, aucs, rounded(moved.get(name)), rounded(fallen.get(name)), len(place)
        )


def _counts(level: Ints, place: Ints, n_groups: int) -> Ints:
    at = level * n_groups + place
    return np.bincount(at, minlength=(level.max() + 1) * n_groups).reshape(-1, n_groups)


def _falls(moves: Moves, groups: _Groups, shown: Shown | None) -> Floats | None:
    """Return the falls of the association, among groups or else segments that have all their counts shown."""
    n_groups = int(groups.open.sum())
    if shown is None:
        return falls(moves, groups.place, n_groups, moves.order(moves.segments))
    names = [name for name, is_open in zip(groups.names, groups.open, strict=True) if is_open]
    hidden = np.take(shown.hidden, indices(names, shown.cells.group_names), axis=1)
    complete = np.asarray(~hidden.any(axis=0))
    if complete.sum() > 1:
        among = np.append(np.where(complete, complete.cumsum() - 1, -1), -1)
        return falls(moves, among[groups.place], int(complete.sum()), moves.order(shown.cells.segments))
    rows = np.asarray(~hidden.any(axis=1))
    segments = [name for name, is_open in zip(shown.cells.segments, rows, strict=True) if is_open]
    return falls(moves, groups.place, n_groups, moves.order(segments))


# ---- All features together --------------------------------------------------------------------------


def _together(policy: Policy, needs: pd.DataFrame, groups: _Groups, seed: int) -> Carrier:
    """Return how well all needs together tell each group.

    An area of the scores of a model says no count: a score is drawn from so many combinations of needs, and
    from the folds that residents are in, that nobody works the area out who does not know the needs and the
    groups of all. The groups of few, of which one resident more shows in the third decimal, have two. Where
    needs have so few combinations that a score is hardly more than a level, they are held to be one need.
    """
    smallest = policy.audit.smallest_group
    known = np.flatnonzero(groups.place >= 0)
    if len(known) > MOST_BOOSTED:
        known = np.random.default_rng([seed, 3]).choice(known, MOST_BOOSTED, replace=False)
    sizes = _sizes(groups.place[known], int(groups.open.sum()))
    large = sizes >= smallest
    # A group too small in this smaller sample is left out of it.
    known = known[large[groups.place[known]]]
    values = np.full(len(large), np.nan)
    if large.sum() > 1:
        among = (large.cumsum() - 1)[groups.place[known]]
        values[large] = _areas(policy, needs.iloc[known], among, seed)
    decimals = np.where(sizes < MANY * smallest, DECIMALS - 1, DECIMALS).tolist()
    aucs = _aucs(values, groups, groups.place[known], policy.audit.confidence, decimals)
    return Carrier(groups.attribute, None, aucs, None, None, len(known))


def _areas(policy: Policy, needs: pd.DataFrame, place: Ints, seed: int) -> Floats:
    numbers = np.column_stack([_numbers(of, needs[name]) for name, of in policy.features.items()])
    combinations, at = np.unique(numbers, axis=0, return_inverse=True)
    if len(combinations) > FEWEST_COMBINATIONS:
        return _boosted(policy, numbers, place, seed)
    counts = _counts(by_frequency(at.ravel()), place, int(place.max()) + 1)
    return disclosed_areas(counts, policy.audit.smallest_group, (seed, 2))


def _boosted(policy: Policy, numbers: Floats, place: Ints, seed: int) -> Floats:
    """Return the AUC of guessing each group from all needs, out of fold."""
    n_groups = int(place.max()) + 1
    categories = np.array([feature.kind == "category" for feature in policy.features.values()])
    most = min(MOST_ROUNDS, len(place) // ROUND_SIZE, MOST_TREES // n_groups)
    scores, fold = np.zeros((len(place), n_groups)), np.zeros(len(place), np.int64)
    folds = StratifiedKFold(PARTS, shuffle=True, random_state=seed)
    for at, (seen, tested) in enumerate(folds.split(numbers, place)):
        fold[tested] = at
        # A need that nobody gave has no bins to learn from.
        given = ~np.isnan(numbers[seen]).all(axis=0)
        if given.any():
            model = _booster(max(FEWEST_ROUNDS, most), categories[given], seed)
            model.fit(numbers[seen][:, given], place[seen])
            scores[tested] = model.predict_proba(numbers[tested][:, given])
    return auc_of_scores(scores, place, fold)


def _booster(rounds: int, categories: NDArray[np.bool_], seed: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=rounds,
        learning_rate=0.2,
        max_leaf_nodes=15,
        categorical_features=categories,
        early_stopping=False,
        random_state=seed,
    )


def _numbers(feature: Feature, column: pd.Series) -> Floats:
    """Return a feature as boosting takes it: ranks and categories as places in the policy's list."""
    if feature.kind not in LISTED:
        return column.to_numpy(np.float64, na_value=np.nan)
    code, distinct = pd.factorize(column)
    listed = np.append(indices(distinct, feature.values or ()), -1)[code]
    return np.where(listed < 0, np.nan, listed)


# ---- Figures ----------------------------------------------------------------------------------------


def _aucs(
    values: Floats, groups: _Groups, place: Ints, confidence: float, decimals: Sequence[int]
) -> tuple[GroupAuc, ...]:
    """Return an entry for each group of the attribute, without a figure where it may have none."""
    sizes = _sizes(place, int(groups.open.sum())).tolist()
    found = zip(values.tolist(), sizes, decimals, strict=True)
    return tuple(
        _auc(name, *next(found), len(place), confidence) if is_open else GroupAuc(name, None, None)
        for name, is_open in zip(groups.names, groups.open, strict=True)
    )


def _auc(name: str, value: float, inside: int, decimals: int, total: int, confidence: float) -> GroupAuc:
    if np.isnan(value):
        return GroupAuc(name, None, None)
    # Ends of the exact value would tell more of its decimals.
    shown = round(value, decimals)
    low, high = auc_interval(shown, inside, total - inside, confidence)
    return GroupAuc(name, shown, (round(low, DECIMALS), round(high, DECIMALS)))
