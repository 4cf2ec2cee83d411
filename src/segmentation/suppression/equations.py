"""Everything that a reader of the card can add up, as one system of linear equations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from segmentation.suppression.tables import CountTable, Link, check, membership

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from segmentation.suppression.tables import Mask


class Equations:
    """All counts of all tables as one vector, and what is known of their sums: ``matrix @ truth == right``.

    Attributes
    ----------
    places : dict of str to ndarray of int64, shape (rows + 1, columns)
        Where in the vector each table's counts stand; its last row are the column totals.
    truth : ndarray of int64, shape (counts,)
        The true counts.
    matrix : csr_array, shape (equations, counts)
        One line for each row, each column, each column total that is known, and each coarse cell of a link.
    right : ndarray of int64, shape (equations,)
        Segment sizes, known totals, and zeros. Nothing in it is hidden.
    """

    def __init__(self, tables: Sequence[CountTable], links: Sequence[Link]) -> None:
        check(tables, links)
        extended = [table.extended for table in tables]
        starts = np.cumsum([0, *(counts.size for counts in extended)])
        self.places: dict[str, NDArray[np.int64]] = {
            table.name: start + np.arange(counts.size).reshape(counts.shape)
            for table, counts, start in zip(tables, extended, starts[:-1], strict=True)
        }
        self.truth = np.concatenate([counts.ravel() for counts in extended])
        lines = [_own_sums(table) for table in tables] + [_shared_sums(link, tables) for link in links]
        self.matrix = sparse.csr_array(
            sparse.block_array([[line.get(table.name) for table in tables] for line in lines])
        )
        # The blocks are dense inside; a stored zero would join what no equation joins.
        self.matrix.eliminate_zeros()
        self.right = self.matrix @ self.truth

    def join(self, masks: Mapping[str, Mask]) -> NDArray[np.bool_]:
        """Return one vector of what is hidden."""
        both = [(masks[name].cells, masks[name].column_totals) for name in self.places]
        return np.concatenate([np.append(cells, totals) for cells, totals in both])

    def independent(self, hidden: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
        """Return the positions of the hidden counts, split where no equation joins them."""
        positions = np.flatnonzero(hidden)
        joined = abs(self.matrix[:, positions])
        _, label = sparse.csgraph.connected_components(joined.T @ joined, directed=False)
        return [positions[label == part] for part in np.unique(label)]


def _own_sums(table: CountTable) -> dict[str, sparse.csr_array]:
    """Rows add up to segment sizes, columns to their totals; some totals are known."""
    rows, columns = table.counts.shape
    along_rows = sparse.kron(sparse.eye_array(rows, rows + 1), np.ones((1, columns)))
    along_columns = sparse.kron(np.append(np.ones(rows), -1)[None, :], sparse.eye_array(columns))
    lines = [along_rows, along_columns]
    if table.totals_known:
        lines.append(sparse.kron(np.append(np.zeros(rows), 1)[None, :], sparse.eye_array(columns)))
    return {table.name: sparse.csr_array(sparse.vstack(lines))}


def _shared_sums(link: Link, tables: Sequence[CountTable]) -> dict[str, sparse.csr_array]:
    """Cells of the fine table add up to those of the coarse (and so the totals do)."""
    coarse = next(table for table in tables if table.name == link.coarse)
    rows = len(coarse.rows)
    cells = sparse.eye_array(rows, rows + 1)
    return {
        link.fine: sparse.csr_array(sparse.kron(cells, membership(link, coarse))),
        link.coarse: sparse.csr_array(sparse.kron(cells, -np.eye(len(coarse.columns)))),
    }
