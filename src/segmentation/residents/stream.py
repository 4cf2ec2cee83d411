"""The way of files that are larger than memory into residents, record batch by record batch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from segmentation.residents.admit import read_residents
from segmentation.residents.parts import CODE, Form
from segmentation.residents.spill import Spill
from segmentation.residents.store import StoredResidents

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray

    from segmentation.policy import Policy
    from segmentation.residents.model import Residents


def store_residents(
    path: str | Path,
    policy: Policy,
    *,
    as_of: date,
    progress: Callable[[int, int], None] | None = None,
    folder: Path | None = None,
) -> StoredResidents:
    residents = read_residents(path, policy, as_of=as_of)
    form = Form.of(policy)
    spill = Spill(form.schema, folder)
    for batch in residents.batches():
        spill.write(_batch(form, batch))
    return StoredResidents(residents.intake, form, spill)


def _batch(form: Form, residents: Residents) -> pa.RecordBatch:
    needs = [_codes(residents.needs[name], values) for name, values in form.needs.items()]
    protected = [residents.protected[name].cat.codes.to_numpy(dtype=CODE) for name in form.protected]
    return form.batch(pa.array(residents.ids, type=pa.large_string()), [*needs, *protected])


def _codes(column: pd.Series, values: tuple[str, ...] | None) -> NDArray[np.generic]:
    if values is None:
        return column.to_numpy()
    places = {value: at for at, value in enumerate(values)}
    return column.map(places).fillna(-1).to_numpy(dtype=CODE)
