"""Residents to be scored, batch by batch: a year of a city's files in the memory of one batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from segmentation.residents.intake import Quarantined
    from segmentation.scorer import Coded


@dataclass(frozen=True, eq=False)
class NeedsBatch:
    """The rows of one stretch of a table: those that may be scored, and how many may not, and why.

    ``read == len(ids) + outside_population + sum(left_out.values()) + rows of quarantined``, and
    ``read == last_row - first_row + 1``. The batches of a table follow each other without a gap.

    Attributes
    ----------
    ids : pyarrow.Array of shape (n,)
        The opaque ids, as text, of the rows that may be scored.
    columns : dict of str to ndarray or Coded, each of shape (n,)
        Their needs, by feature: float64 with NaN where missing, or listed values as places in a short list.
    first_row, last_row : int
        The rows of the table (from 1, through all files) that this batch is made of. To go on after a batch,
        ask for ``start=batch.last_row``.
    file : str
        Name of the file that they are from.
    read : int
        How many rows that is.
    outside_population : int
        Rows that do not belong to the policy's population.
    left_out : mapping of str to int
        Rows without a valid consent or outside retention, by reason (`consent.REASONS`).
    quarantined : tuple of Quarantined
        The faulty cells of rows left out as faulty.
    """

    ids: pa.Array
    columns: Mapping[str, NDArray[np.float64] | Coded]
    first_row: int
    last_row: int
    file: str
    read: int
    outside_population: int
    left_out: Mapping[str, int]
    quarantined: tuple[Quarantined, ...]

    def __len__(self) -> int:
        """Return how many rows may be scored."""
        return len(self.ids)
