"""Counting: the only step of the audit that sees residents.

Everything that is a rate follows from how many residents of each group are in each segment. So residents are
counted once, by everything that the audit looks at together, and all else works on what was counted,
whatever the number of residents. Who holds the residents (a database, Spark) can count them there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.audit.elsewhere import read_counts
from segmentation.audit.given import Column, natural, read_rows
from segmentation.audit.tally import tally
from segmentation.errors import AuditError
from segmentation.policy.parts import JOINED, MISSING
from segmentation.suppression import too_small

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from segmentation.policy import Policy

POOLED = "(small segments)"
"""Segments under the smallest group, taken together: neither judged nor shown one by one."""
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Names = tuple[str, ...]


@dataclass(frozen=True)
class Cells:
    """How many residents of each group are in each segment.

    Attributes
    ----------
    attributes : tuple of str
        One column, or the columns of an intersection.
    segments : tuple of str
    groups : tuple of tuple of str
        One value per attribute, for each column of `counts`; `MISSING` is one of the values.
    counts : ndarray of int64, shape (n_segments, n_groups)
    """

    attributes: Names
    segments: Names
    groups: tuple[Names, ...]
    counts: Ints

    @property
    def name(self) -> str:
        """The attribute, or the attributes of the intersection joined by a cross."""
        return JOINED.join(self.attributes)

    @property
    def group_names(self) -> Names:
        """One name per group."""
        return tuple(JOINED.join(group) for group in self.groups)

    @property
    def sizes(self) -> Ints:
        """Residents per group, over all segments."""
        return np.asarray(self.counts.sum(axis=0), np.int64)

    @property
    def known(self) -> Cells:
        """The cells of residents for whom every attribute is known."""
        return self.only(np.array([MISSING not in group for group in self.groups]))

    def only(self, keep: NDArray[np.bool_]) -> Cells:
        """Return the cells of some groups."""
        groups = tuple(group for group, kept in zip(self.groups, keep, strict=True) if kept)
        return Cells(self.attributes, self.segments, groups, self.counts[:, keep])


@dataclass(frozen=True, eq=False)
class Crosstab:
    """Residents counted once by segment, every attribute and every stratum: combinations that occur.

    Made by `of` from residents, or by `from_frame` from counts.

    Attributes
    ----------
    segments : tuple of str
        In natural order: S10 after S2.
    attributes, strata : tuple of str
        The columns that were counted.
    levels : tuple of tuple of str
        The values of each attribute, then of each stratum, also those that nobody has.
    codes : ndarray of int64, shape (n_cells, 1 + n_attributes + n_strata)
        Segment, then the place of each value among its levels; their number stands for a missing one.
    counts : ndarray of int64, shape (n_cells,)
        Residents, 1 or more.
    squared : ndarray of float64, shape (n_cells,), or None
        Sum of their squared distances to the centre of their segment.
    """

    segments: Names
    attributes: Names
    strata: Names
    levels: tuple[Names, ...]
    codes: Ints
    counts: Ints
    squared: Floats | None = None

    @classmethod
    def of(
        cls,
        segments: pd.Series,
        people: pd.DataFrame,
        strata: pd.DataFrame | None = None,
        squared: Floats | None = None,
    ) -> Self:
        """Count residents.

        Parameters
        ----------
        segments : Series of shape (n_residents,)
            Segment ids of any kind, told apart by how they read; a Categorical keeps segments that nobody is
            in.
        people : DataFrame of shape (n_residents, n_attributes)
            Categorical columns of groups, missing where not known.
        strata : DataFrame of shape (n_residents, n_strata), optional
            Categorical columns of levels (`segmentation.audit.strata.Strata`).
        squared : ndarray of shape (n_residents,), optional
            Squared distance of each to the centre of the segment, from 0.

        Raises
        ------
        AuditError
            Lengths differ, somebody has no segment, or a column or the segments are an identifier by mistake.
        """
        strata = people.iloc[:, :0] if strata is None else strata
        labels, columns = read_rows(segments, people, strata, squared)
        return cls._made(labels, columns, people.shape[1], None, squared)

    @classmethod
    def together(cls, parts: Iterable[Self]) -> Self:
        """Return the counts of residents who were counted in parts, each with the same segments and levels.

        Raises
        ------
        AuditError
            There is no part, or parts tell segments or groups apart by other levels.
        """
        counted = tuple(parts)
        alike = {(one.segments, one.attributes, one.strata, one.levels) for one in counted}
        if len(alike) != 1:
            message = (
                "Residents who are counted in parts need the same segments and groups in every part: "
                "give Categoricals with all their categories, and at least one part."
            )
            raise AuditError(message)
        first = counted[0]
        columns = list(np.concatenate([one.codes for one in counted]).T)
        widths = [len(first.segments), *(len(levels) + 1 for levels in first.levels)]
        counts = np.concatenate([one.counts for one in counted])
        squared = [one.squared for one in counted if one.squared is not None]
        sums = np.concatenate(squared) if len(squared) == len(counted) else None
        codes, counts, sums = tally(columns, widths, counts, sums)
        return replace(first, codes=codes, counts=counts, squared=sums)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, policy: Policy) -> Self:
        """Take over counts that were made elsewhere: by a database's GROUP BY, or by Spark.

        Parameters
        ----------
        frame : DataFrame
            A row for each combination of `segment`, every audited attribute of the policy (missing where not
            known) and, if wanted, all features of `audit.explained_by` (as levels), with its `count`; if
            wanted, with `segment_total` (residents of the segment) and `squared_distance` (their sum).
        policy : Policy

        Raises
        ------
        AuditError
            Every fault of the table, named by column and row, without a value; a combination that stands in
            it twice is one.
        """
        counted = read_counts(frame, policy)
        return cls._made(
            counted.segments, counted.columns, len(policy.audited), counted.counts, counted.squared
        )

    @classmethod
    def _made(
        cls,
        labels: Column,
        columns: Sequence[Column],
        n_attributes: int,
        counts: Ints | None,
        squared: Floats | None,
    ) -> Self:
        names = tuple(column.name for column in columns)
        codes = [labels.codes, *(column.codes for column in columns)]
        widths = [len(labels.levels), *(len(column.levels) + 1 for column in columns)]
        levels = tuple(column.levels for column in columns)
        parts = tally(codes, widths, counts, squared)
        return cls(labels.levels, names[:n_attributes], names[n_attributes:], levels, *parts)

    # ---- Reading it ---------------------------------------------------------------------------------

    @property
    def residents(self) -> int:
        """How many residents were counted."""
        return int(self.counts.sum())

    @property
    def inhabited(self) -> Names:
        """Segments that somebody is in."""
        return tuple(name for name, size in zip(self.segments, self.sizes, strict=True) if size)

    @property
    def sizes(self) -> Ints:
        """Residents of each segment."""
        return np.rint(np.bincount(self.codes[:, 0], self.counts, len(self.segments))).astype(np.int64)

    def cells(self, attributes: Sequence[str]) -> Cells:
        """Return the cells of one attribute, of an intersection, or of either by a stratum.

        Groups stand in the order of their levels, every combination of them, also those of nobody; missing
        ones last, where there are any.
        """
        groups = tuple(product(*(self._values(name) for name in attributes)))
        counts = self._summed(attributes, self.counts).astype(np.int64)
        return Cells(tuple(attributes), self.segments, groups, counts)

    def squared_distances(self, attributes: Sequence[str]) -> Floats | None:
        """Return the sums of squared distances, shape and order those of `cells`; None where not counted."""
        return None if self.squared is None else self._summed(attributes, self.squared)

    def _summed(self, attributes: Sequence[str], weights: Ints | Floats) -> Floats:
        shape = [len(self.segments), *(len(self._values(name)) for name in attributes)]
        columns = [self.codes[:, 0], *(self.codes[:, self._place(name)] for name in attributes)]
        at = np.ravel_multi_index(tuple(columns), tuple(shape))
        summed = np.bincount(at, weights, int(np.prod(shape)))
        return np.asarray(summed.reshape(len(self.segments), -1), np.float64)

    def _place(self, name: str) -> int:
        return 1 + (*self.attributes, *self.strata).index(name)

    def _values(self, name: str) -> Names:
        """Return the values of a column, with the missing one where somebody's is."""
        place = self._place(name)
        levels = self.levels[place - 1]
        return (*levels, MISSING) if (self.codes[:, place] == len(levels)).any() else levels

    # ---- Before it is judged ------------------------------------------------------------------------

    def known_to_somebody(self, smallest: int) -> Self:
        """Return the residents of whom any attribute is known.

        Who gave no consent to the audit is unknown in every table at once. Left in, one table's unknown ones
        would tell how many of another's are, and so uncover counts that only those were to cover.
        """
        missing = np.array([len(levels) for levels in self.levels[: len(self.attributes)]])
        known = (self.codes[:, 1 : 1 + len(missing)] != missing).any(axis=1)
        return self._only(known) if self.counts[known].sum() >= smallest else self

    def _only(self, keep: NDArray[np.bool_]) -> Self:
        squared = None if self.squared is None else self.squared[keep]
        return replace(self, codes=self.codes[keep], counts=self.counts[keep], squared=squared)

    def large_enough(self, smallest: int) -> tuple[Self, bool]:
        """Return the segments with those under the smallest group pooled, and whether any was.

        Raises
        ------
        AuditError
            All together are under the smallest group, a segment has the name of the pooled ones, or nearly
            every resident has a segment of their own.
        """
        sizes = self.sizes
        self._refuse_segments(sizes, smallest)
        small = too_small(sizes, smallest)
        pooled = np.where(small, POOLED, self.segments)[sizes > 0]
        order = sorted(set(pooled.tolist()), key=lambda name: (name == POOLED, natural(name)))
        place = np.full(len(sizes), -1)
        place[sizes > 0] = pd.Index(order).get_indexer(pd.Index(pooled))
        return self._in_segments(tuple(order), place), bool((small & (sizes > 0)).any())

    def _refuse_segments(self, sizes: Ints, smallest: int) -> None:
        if sizes.sum() < smallest:
            have = f"Only {sizes.sum()} residents have a segment"
            raise AuditError(f"{have}, and the policy judges {smallest} or more.")
        if POOLED in self.segments:
            rule = "the audit calls those under the smallest group so"
            raise AuditError(f"A segment may not be called '{POOLED}': {rule}.")
        there = int((sizes > 0).sum())
        if 2 * there > sizes.sum():
            message = (
                f"{there} segments for {sizes.sum()} residents are nearly one each, as identifiers would be; "
                "name the column that holds the segment."
            )
            raise AuditError(message)

    def _in_segments(self, segments: Names, place: Ints) -> Self:
        """Return the counts by other segments: `place` says into which each one goes."""
        columns = [place[self.codes[:, 0]], *self.codes[:, 1:].T]
        widths = [len(segments), *(len(levels) + 1 for levels in self.levels)]
        codes, counts, squared = tally(columns, widths, self.counts, self.squared)
        return replace(self, segments=segments, codes=codes, counts=counts, squared=squared)
