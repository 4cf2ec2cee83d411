"""The tables as a reader of the card knows them: what was counted, what is hidden, what adds up to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segmentation.errors import SegmentationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class CountTable:
    """Residents counted by segment and group.

    The row sums (the segment sizes) and the grand total are published elsewhere. The column sums (the group
    sizes) belong to this table, and may be hidden like its cells, unless they are published elsewhere too.

    Attributes
    ----------
    name : str
        Attribute or intersection, unique among the tables.
    rows : tuple of str
        Segments.
    columns : tuple of str
        Groups, with those for unknown values, so that each row adds up to its segment.
    counts : ndarray of int64, shape (rows, columns)
        Residents, 0 or more.
    missing : tuple of str
        Columns that hold unknown values. They are no group of people, so they are never published and need no
        protection; as long as they are hidden they help to hide others.
    totals_known : bool
        Whether the column sums are published elsewhere as well: none of them is hidden then, or protected.
    withheld : tuple of (int, int)
        Places (row, column) of counts that are published nowhere, whatever they are: they help to hide others
        for nothing.

    Raises
    ------
    SegmentationError
        When the counts are not whole, negative or of another shape, a column is named twice, one of
        `missing` is no column, or one of `withheld` no place.
    """

    name: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: NDArray[np.int64]
    missing: tuple[str, ...] = ()
    totals_known: bool = False
    withheld: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if not self.counts.size or self.counts.shape != (len(self.rows), len(self.columns)):
            raise refusal(f"table {self.name!r}", "counts have the shape (rows, columns), at least 1 x 1")
        if not np.issubdtype(self.counts.dtype, np.integer) or (self.counts < 0).any():
            raise refusal(f"table {self.name!r}", "counts are whole numbers of residents, 0 or more")
        if len(set(self.columns)) < len(self.columns) or not set(self.missing) <= set(self.columns):
            raise refusal(f"table {self.name!r}", "columns are unique, and each of `missing` is one of them")
        if any(not (0 <= row < len(self.rows) and 0 <= at < len(self.columns)) for row, at in self.withheld):
            raise refusal(f"table {self.name!r}", "each of `withheld` is a place in it")

    @property
    def segment_sizes(self) -> NDArray[np.int64]:
        """Residents in each row, which everybody knows."""
        return np.asarray(self.counts.sum(axis=1))

    @property
    def extended(self) -> NDArray[np.int64]:
        """The counts, and below them the column totals, shape (rows + 1, columns)."""
        return np.vstack([self.counts, self.counts.sum(axis=0)])


@dataclass(frozen=True)
class Link:
    """How a table follows from a finer one: each of its columns is the sum of some columns of the finer.

    Attributes
    ----------
    coarse, fine : str
        Names of two tables with the same rows: an attribute, and an intersection with it.
    parents : tuple of str
        For each column of the fine table, the column of the coarse one that counts the same residents.
    """

    coarse: str
    fine: str
    parents: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Mask:
    """What of a table is hidden.

    Attributes
    ----------
    cells : ndarray of bool, shape (rows, columns)
        True where the count is hidden, and with it its share of the segment.
    column_totals : ndarray of bool, shape (columns,)
        True where the group size is hidden.
    """

    cells: NDArray[np.bool_]
    column_totals: NDArray[np.bool_]

    @property
    def rates(self) -> NDArray[np.bool_]:
        """True where the share of the group that is in the segment (count / group size) is hidden."""
        return self.cells | self.column_totals

    @property
    def anything(self) -> bool:
        """Whether the table hides anything at all."""
        return bool(self.rates.any())


def check(tables: Sequence[CountTable], links: Sequence[Link]) -> None:
    """Refuse tables and links that contradict each other.

    Raises
    ------
    SegmentationError
        When two tables share a name, or a link names what is not there or does not add up.
    """
    by_name = {table.name: table for table in tables}
    if len(by_name) < len(tables):
        raise refusal("tables", "each has a name of its own")
    for link in links:
        where = f"link {link.coarse!r} - {link.fine!r}"
        if link.coarse == link.fine or not {link.coarse, link.fine} <= set(by_name):
            raise refusal(where, "it joins two of the tables")
        _check_sums(where, link, by_name[link.coarse], by_name[link.fine])


def _check_sums(where: str, link: Link, coarse: CountTable, fine: CountTable) -> None:
    if coarse.rows != fine.rows or len(link.parents) != len(fine.columns):
        raise refusal(where, "both tables have the same rows, and each fine column has one parent")
    if set(link.parents) != set(coarse.columns):
        raise refusal(where, "each parent is a coarse column, and each coarse column a parent")
    if (fine.counts @ membership(link, coarse).T != coarse.counts).any():
        raise refusal(where, "the fine counts add up to the coarse ones")


def membership(link: Link, coarse: CountTable) -> NDArray[np.int64]:
    """Return 1 where a column of the fine table belongs to one of the coarse, shape (coarse, fine)."""
    return np.array(
        [[parent == column for parent in link.parents] for column in coarse.columns], dtype=np.int64
    )


def refusal(where: str, rule: str) -> SegmentationError:
    """Return the error for input that breaks a rule."""
    return SegmentationError(f"Counts cannot be published safely: {where}: {rule}.")
