"""`StoredResidents`: as many residents as a disk holds, in a memory that does not grow with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa

from segmentation.residents.digest import Digest
from segmentation.residents.model import ROWS, Residents, drawn
from segmentation.residents.parts import Form, regrouped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.residents.intake import Intake
    from segmentation.residents.spill import Spill


@dataclass(frozen=True, eq=False, repr=False)
class StoredResidents:
    """The residents of tables that are larger than memory; made by `store_residents`.

    Use it in a ``with`` block: its end gives the space on the disk back, and so does the end of the process.

    Attributes
    ----------
    intake : Intake
        How many rows were read, kept, left out and why.
    """

    intake: Intake
    _form: Form = field(repr=False)
    _spill: Spill = field(repr=False)

    def __len__(self) -> int:
        """Return the number of residents."""
        return self.intake.kept

    def __repr__(self) -> str:
        """Return counts; never a value of a resident."""
        return (
            f"StoredResidents({len(self)} residents, {len(self._form.needs)} needs, "
            f"{len(self._form.protected)} protected columns, {self.intake.read - len(self)} rows left out)"
        )

    def _repr_html_(self) -> str:
        from segmentation.residents import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.html(self.intake, len(self._form.needs), len(self._form.protected))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of ids, needs and protected values; that of `Residents` with the same rows."""
        digest = Digest()
        for batch in self.batches():
            digest.update(batch)
        return digest.text()

    def batches(self, rows: int = ROWS) -> Iterator[Residents]:
        """Yield the residents in their order, so many at a time, as often as asked.

        Parameters
        ----------
        rows : int
            Residents of a batch, at least 1; the last may hold fewer.

        Yields
        ------
        Residents
            Those of `Residents.batches`.
        """
        for table in regrouped(self._spill, rows):
            yield self._form.residents(table, self.intake)

    def sample(self, size: int, seed: int) -> Residents:
        """Return so many residents in their order, drawn without replacement; all where there are no more.

        Parameters
        ----------
        size : int
            Residents to draw, at least 1. They must fit into memory.
        seed : int
            Of the draw: the same seed draws the same as `Residents.sample` does.
        """
        places = drawn(len(self), size, seed)
        if places is None:
            return self._form.residents(pa.Table.from_batches(self._spill, self._spill.schema), self.intake)
        ends = np.cumsum(self._spill.rows)
        taken = []
        for at, own in enumerate(np.split(places, np.searchsorted(places, ends[:-1]))):
            if len(own):
                taken.append(self._spill.read(at).take(pa.array(own - (ends[at] - self._spill.rows[at]))))
        return self._form.residents(pa.Table.from_batches(taken), self.intake)

    def close(self) -> None:
        """Give the space on the disk back; the residents are gone."""
        self._spill.close()

    def __enter__(self) -> Self:
        """Return this."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the space on the disk back."""
        self.close()
