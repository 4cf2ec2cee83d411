"""Admitted residents as one Arrow record batch, and back: the form in which they are gathered and spilled.

Listed values travel as their places in the policy's list, because a text would be stored over and over again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from segmentation.residents.model import Residents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from segmentation.policy import Policy
    from segmentation.residents.intake import Intake

TEXT = pd.StringDtype(na_value=np.nan)
"""What pandas calls ``str``."""


@dataclass(frozen=True)
class Form:
    """Which columns residents have under a policy, and what a code in them stands for.

    Attributes
    ----------
    id : str
        Name of the column of ids.
    needs : mapping of str to tuple of str, or None
        The values of a listed feature; None for numbers and flags.
    protected : mapping of str to tuple of str
        The groups of a protected attribute or proxy.
    """

    id: str
    needs: Mapping[str, tuple[str, ...] | None]
    protected: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, policy: Policy) -> Form:
        """Return the form of a policy's residents."""
        needs = {name: feature.values for name, feature in policy.features.items()}
        groups = {name: tuple(of.groups) for name, of in policy.audited.items()}
        return cls(policy.residents.id, needs, groups)

    @property
    def schema(self) -> pa.Schema:
        """The schema of their record batches; the columns go by their place, as names may stand twice."""
        kinds = [pa.float64() if values is None else pa.int16() for values in self.needs.values()]
        types = [pa.large_string(), *kinds, *[pa.int16()] * len(self.protected)]
        return pa.schema([(str(at), of) for at, of in enumerate(types)])

    def batch(self, ids: pa.Array, columns: Sequence[NDArray[np.generic]]) -> pa.RecordBatch:
        """Return a record batch of ids, needs and protected values (numbers, or codes from -1)."""
        schema = self.schema
        arrays = [
            pa.array(column, type=of.type) for column, of in zip(columns, list(schema)[1:], strict=True)
        ]
        return pa.RecordBatch.from_arrays([ids.cast(pa.large_string()), *arrays], schema=schema)

    def residents(self, table: pa.Table, intake: Intake) -> Residents:
        """Return the residents that record batches hold."""
        columns = [column.to_numpy() for column in table.columns[1:]]
        index = pd.RangeIndex(table.num_rows)
        needs = {
            name: column if values is None else _texts(column, values)
            for (name, values), column in zip(self.needs.items(), columns, strict=False)
        }
        protected = {
            name: pd.Categorical.from_codes(codes, categories=pd.Index(list(groups), dtype=TEXT))
            for (name, groups), codes in zip(self.protected.items(), columns[len(needs) :], strict=True)
        }
        ids = pd.Series(
            table.column(0).combine_chunks().to_pandas().array, index=index, dtype=TEXT, name=self.id
        )
        return Residents(pd.DataFrame(needs, index=index), pd.DataFrame(protected, index=index), ids, intake)


def _texts(codes: NDArray[np.int16], values: tuple[str, ...]) -> pd.api.extensions.ExtensionArray:
    return pd.array([*values, None], dtype=TEXT).take(codes)  # the place -1 is the last: missing


def regrouped(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """Yield the rows of record batches in tables of `rows`; the last may hold fewer."""
    waiting: list[pa.RecordBatch] = []
    held = 0
    for batch in batches:
        start = 0
        while held + batch.num_rows - start >= rows:
            taken = rows - held
            yield pa.Table.from_batches([*waiting, batch.slice(start, taken)])
            waiting, held, start = [], 0, start + taken
        if start < batch.num_rows:
            waiting.append(batch.slice(start))
            held += batch.num_rows - start
    if waiting:
        yield pa.Table.from_batches(waiting)
