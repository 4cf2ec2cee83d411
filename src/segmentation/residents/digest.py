"""The digest of residents: one for the same people, however their rows were cut into batches on the way.

Evidence names the residents that it was made of by this digest. A file larger than memory is read in batches,
so each column has a hasher of its own that takes the rows as they come and needs no second look.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from segmentation.residents.texts import id_bytes

if TYPE_CHECKING:
    from segmentation.residents.model import Residents

_MISSING = -1


class Digest:
    """SHA-256 of ids, needs and protected values, taken batch by batch.

    The order of the rows counts; the clock, the file format, the batches and the rest of the file do not.
    Numbers enter as little-endian float64; texts as their place among the distinct texts of the column in the
    order in which they first appear, and those texts; ids as their lengths and their bytes.
    """

    def __init__(self) -> None:
        self._columns: dict[tuple[str, str], _Numbers | _Texts | _Ids] = {}

    def update(self, residents: Residents) -> None:
        """Take the residents that come next."""
        self._take(("ids", str(residents.ids.name)), residents.ids, _Ids)
        for part, table in (("needs", residents.needs), ("protected", residents.protected)):
            for name in table.columns:
                column = table[name]
                self._take((part, str(name)), column, _Numbers if column.dtype == np.float64 else _Texts)

    def _take(self, at: tuple[str, str], column: pd.Series, kind: type[_Numbers | _Texts | _Ids]) -> None:
        self._columns.setdefault(at, kind()).update(column)

    def text(self) -> str:
        """Return the digest as ``sha256:`` and 64 hexadecimal digits."""
        parts = [[*at, column.text()] for at, column in self._columns.items()]
        return f"sha256:{hashlib.sha256(_json(parts)).hexdigest()}"


class _Numbers:
    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def update(self, column: pd.Series) -> None:
        numbers = column.to_numpy(dtype="<f8") + 0.0  # -0.0 is 0.0
        numbers[np.isnan(numbers)] = np.nan  # a NaN of any bits is the same
        self._hash.update(numbers.data)

    def text(self) -> str:
        return self._hash.hexdigest()


class _Texts:
    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._places: dict[str, int] = {}

    def update(self, column: pd.Series) -> None:
        codes, distinct = pd.factorize(column)  # in the order in which they appear
        places = [self._places.setdefault(str(text), len(self._places)) for text in distinct]
        self._hash.update(np.array([*places, _MISSING], dtype="<i4")[codes].data)

    def text(self) -> str:
        return hashlib.sha256(_json([self._hash.hexdigest(), list(self._places)])).hexdigest()


class _Ids:
    def __init__(self) -> None:
        self._lengths, self._bytes = hashlib.sha256(), hashlib.sha256()

    def update(self, column: pd.Series) -> None:
        ids = pa.array(column, type=pa.large_string())
        for chunk in ids.chunks if isinstance(ids, pa.ChunkedArray) else [ids]:
            text, ends = id_bytes(chunk)
            self._lengths.update(np.diff(ends).astype("<i8", copy=False).data)
            self._bytes.update(text.data)

    def text(self) -> str:
        return hashlib.sha256(_json([self._lengths.hexdigest(), self._bytes.hexdigest()])).hexdigest()


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
