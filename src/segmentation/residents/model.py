"""`Residents`: what clustering may see, what only the audit may see, and who they are, held apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from segmentation.residents.digest import Digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from segmentation.residents.intake import Intake

ROWS = 1 << 16
"""Residents of a batch, where nobody says otherwise: few megabytes, and enough to be quick."""


@dataclass(frozen=True, eq=False, repr=False)
class Residents:
    """The residents of one table that may be segmented under one policy.

    The three tables share one index, 0 to n-1. Made by `read_residents` or `residents_from`.

    Attributes
    ----------
    needs : DataFrame of shape (n, n_features)
        The policy's features, in its order. Counts, numbers and shares are float64; flags are float64 0 or 1;
        categories and ordinals are pandas ``str`` and hold the policy's values. Missing is NaN everywhere.
    protected : DataFrame of shape (n, n_audited)
        The protected attributes, then the proxies, as unordered Categorical with the policy's groups as its
        categories. NaN where unknown, and where the resident did not consent to the audit.
    ids : Series of shape (n,)
        The opaque ids, as pandas ``str``; all different.
    intake : Intake
        How many rows were read, kept, left out and why.
    """

    needs: pd.DataFrame
    protected: pd.DataFrame
    ids: pd.Series
    intake: Intake

    def __len__(self) -> int:
        """Return the number of residents."""
        return len(self.needs)

    def __repr__(self) -> str:
        """Return counts; never a value of a resident."""
        return (
            f"Residents({len(self)} residents, {self.needs.shape[1]} needs, {self.protected.shape[1]} "
            f"protected columns, {self.intake.read - self.intake.kept} rows left out)"
        )

    def _repr_html_(self) -> str:
        from segmentation.residents import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.html(self.intake, self.needs.shape[1], self.protected.shape[1])

    @property
    def digest(self) -> str:
        """SHA-256 of ids, needs and protected values (see `Digest`).

        The order of the rows counts; the clock, the file format and the rest of the file do not.
        """
        digest = Digest()
        digest.update(self)
        return digest.text()

    def batches(self, rows: int = ROWS) -> Iterator[Self]:
        """Yield the residents in their order, so many at a time; the last batch may hold fewer.

        Parameters
        ----------
        rows : int
            Residents of a batch, at least 1.

        Yields
        ------
        Residents
            With an index from 0 and the `intake` of the whole table.
        """
        for start in range(0, len(self), rows):
            yield self._taken(slice(start, start + rows))

    def sample(self, size: int, seed: int) -> Self:
        """Return so many residents in their order, drawn without replacement; all where there are no more.

        Parameters
        ----------
        size : int
            Residents to draw, at least 1.
        seed : int
            Of the draw: the same seed draws the same residents of the same table.
        """
        places = drawn(len(self), size, seed)
        return self if places is None else self._taken(places)

    def _taken(self, rows: slice | NDArray[np.intp]) -> Self:
        return replace(
            self,
            needs=self.needs.iloc[rows].reset_index(drop=True),
            protected=self.protected.iloc[rows].reset_index(drop=True),
            ids=self.ids.iloc[rows].reset_index(drop=True),
        )


def drawn(n: int, size: int, seed: int) -> NDArray[np.intp] | None:
    """Return the places of a sample in rising order; None where it is the whole."""
    if size >= n:
        return None
    return np.sort(np.random.default_rng(seed).choice(n, size, replace=False, shuffle=False))
