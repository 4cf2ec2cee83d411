"""One resident, scored in plain Python: arrays of one row cost more to make than their arithmetic takes.

The tables are the kernel's own. Where the two nearest segments are so close that the order of additions could
decide, the kernel is asked, so that a resident alone and the same one among thousands get the same answer.
What has no place in the arithmetic makes it fail, and the kernel then says why.
"""

from __future__ import annotations

from math import inf, log1p
from operator import add, getitem, itemgetter, mul
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from segmentation.scorer.explain import SAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from segmentation.scorer.kernel import Lookup
    from segmentation.scorer.model import FoldedScorer

    Value = float | str | None
    Row = tuple[float, ...]
    Pick = Callable[[Mapping[str, Value]], tuple[Any, ...]]

NEAR = 1e-9
"""Gap under which the kernel decides; additions in another order differ by less."""


class One(NamedTuple):
    """Where one resident is; the fields are those of `Explanation` for one resident.

    Attributes
    ----------
    label, runner_up : int
        Positions in the scorer's `segments`.
    gap : float
        Squared distance to the centre of the runner-up, less that to the own centre.
    margin : float
        In [0, 1].
    borderline : bool
    """

    label: int
    runner_up: int
    gap: float
    margin: float
    borderline: bool


class Single:
    """A scorer's numbers, as one resident needs them.

    Parameters
    ----------
    scorer : FoldedScorer
    """

    def __init__(self, scorer: FoldedScorer) -> None:
        kernel = scorer._kernel  # noqa: SLF001 - this is the other half of a scorer
        self._scorer = scorer
        self._counts = kernel.counts
        self._pick = _picks([part.name for part in kernel.numbers])
        self._missing = [part.missing for part in kernel.numbers]
        self._weights: list[Row] = [
            tuple(part.slope[at] for part in kernel.numbers) for at in range(len(scorer.segments))
        ]
        self._lookups = [_Listed.of(lookup) for lookup in kernel.lookups]

    def __call__(self, values: Mapping[str, Value]) -> One | None:
        """Return where a resident is; None where the kernel must decide, or say what is wrong."""
        try:
            scores = self._scores(values)
            best = min(scores)
        except (KeyError, TypeError, ValueError, OverflowError):
            return None
        label = scores.index(best)
        scores[label] = inf
        second = min(scores)
        gap = second - best
        if not NEAR <= gap < inf:  # nor is a number that is not finite, and whoever has one segment alone
            return None
        runner_up = scores.index(second)
        apart = self._scorer.separations[label][runner_up]
        margin = 0.0 if apart <= SAME else 1.0 if gap >= apart else gap / apart
        return One(label, runner_up, gap, margin, margin < self._scorer.borderline)

    def _scores(self, values: Mapping[str, Value]) -> list[float]:
        """Return every segment's score; none of them is finite where a number is not.

        Raises
        ------
        KeyError, TypeError, ValueError, OverflowError
            A value is absent, unknown, of another type or NaN among texts, or a count is below 0.
        """
        start: Iterable[float] = self._scorer.constant
        for pick, places, rows in self._lookups:
            start = map(add, start, rows[sum(map(getitem, places, pick(values)))])
        numbers = self._pick(values)
        if None in numbers:
            for value, missing in zip(numbers, self._missing, strict=True):
                if value is None:
                    start = map(add, start, missing)
            numbers = tuple(0.0 if value is None else value for value in numbers)
        counted = [*map(log1p, numbers[: self._counts])]
        if counted and min(counted) < 0:
            raise ValueError
        counted += numbers[self._counts :]
        return [sum(map(mul, row, counted), first) for row, first in zip(self._weights, start, strict=True)]


class _Listed(NamedTuple):
    """The kernel's `Lookup` of some features, as lists.

    Attributes
    ----------
    pick : callable
        Returns a resident's values of them.
    places : list of dict of (str or None) to int
        What each value adds to the place in `rows`.
    rows : list of tuple of float
        What each combination of values adds to the scores.
    """

    pick: Pick
    places: list[dict[str | None, int]]
    rows: list[Row]

    @classmethod
    def of(cls, lookup: Lookup) -> Self:
        """Return the same."""
        places: list[dict[str | None, int]] = [
            {value: at * stride for at, value in enumerate((*part.values, None))}
            for part, stride in zip(lookup.parts, lookup.strides, strict=True)
        ]
        return cls(
            _picks([part.name for part in lookup.parts]), places, [*map(tuple, lookup.added.T.tolist())]
        )


def _picks(names: list[str]) -> Pick:
    """Return what takes the values of these features out of a resident's, in their order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: tuple(values[name] for name in names)
