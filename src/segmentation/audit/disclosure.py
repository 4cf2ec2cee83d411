"""What of the counted cells may be shown.

Every figure of a finding is computed from counts that the tables of the report show, so that it tells nothing
more than they do: an association, a rate of all others or a sum over segments would each be one more equation
for who wants to work out a hidden count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.audit.findings import GroupTable
from segmentation.policy.parts import JOINED, MISSING
from segmentation.suppression import CountTable, Link, suppress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segmentation.audit.cells import Cells
    from segmentation.suppression import Mask

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Shown:
    """Counts of residents whose group is known, and which of them are hidden.

    Attributes
    ----------
    cells : Cells
    hidden : ndarray of bool, shape (n_segments, n_groups)
    hidden_sizes : ndarray of bool, shape (n_groups,)
        Where the size of a group is hidden.
    """

    cells: Cells
    hidden: Flags
    hidden_sizes: Flags

    @property
    def complete(self) -> Flags:
        """Groups that have all their counts shown."""
        return np.asarray(~(self.hidden.any(axis=0) | self.hidden_sizes))

    def together(self, segments: Flags) -> Flags:
        """Return the groups of which may be shown how many residents are in some segments together.

        Such a sum is one more equation where it holds some hidden counts of a group and leaves others out.
        """
        split = self.hidden[segments].any(axis=0) & self.hidden[~segments].any(axis=0)
        return np.asarray(~(split | self.hidden_sizes))

    def table(self, residents: int) -> GroupTable:
        """Return the counts that may be shown, of a table with so many residents."""
        counts = zip(self.cells.counts, self.hidden, strict=True)
        unknown = None if self.hidden_sizes.any() else residents - int(self.cells.sizes.sum())
        return GroupTable(
            self.cells.name,
            self.cells.group_names,
            tuple(_blanked(row, hidden) for row, hidden in counts),
            _blanked(self.cells.sizes, self.hidden_sizes),
            unknown,
        )


def disclose(counted: Sequence[Cells], smallest: int) -> list[Shown]:
    """Decide what of all tables together may be shown.

    Parameters
    ----------
    counted : sequence of Cells
        All tables about the same residents, each group of residents in one table a union of groups of every
        finer one.
    smallest : int
        Smallest count that may be seen.
    """
    tables = [
        CountTable(cells.name, cells.segments, cells.group_names, cells.counts, _unknown(cells))
        for cells in counted
    ]
    masks = suppress(tables, list(_links(counted)), smallest)
    return [_known(cells, masks[cells.name]) for cells in counted]


def _unknown(cells: Cells) -> tuple[str, ...]:
    pairs = zip(cells.groups, cells.group_names, strict=True)
    return tuple(name for group, name in pairs if MISSING in group)


def _links(counted: Sequence[Cells]) -> Iterator[Link]:
    for coarse in counted:
        for fine in counted:
            if set(coarse.attributes) < set(fine.attributes):
                places = [fine.attributes.index(name) for name in coarse.attributes]
                parents = (JOINED.join(group[at] for at in places) for group in fine.groups)
                yield Link(coarse.name, fine.name, tuple(parents))


def _known(cells: Cells, mask: Mask) -> Shown:
    known = np.array([MISSING not in group for group in cells.groups])
    return Shown(cells.only(known), mask.cells[:, known], mask.column_totals[known])


def _blanked(counts: NDArray[np.int64], hidden: Flags) -> tuple[int | None, ...]:
    return tuple(None if out else int(count) for count, out in zip(counts, hidden, strict=True))
