"""`Residents`: what clustering may see, what only the audit may see, and who they are, held apart."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.residents.intake import Intake


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
            f"Residents({len(self)} residents, {self.needs.shape[1]} needs, "
            f"{self.protected.shape[1]} protected columns, {self.intake.read - len(self)} rows left out)"
        )

    @property
    def digest(self) -> str:
        """SHA-256 of ids, needs and protected values.

        The order of the rows counts; the clock, the file format and the rest of the file do not. Numbers
        enter as little-endian float64, texts as their sorted distinct values and each row's place in them.
        """
        whole = hashlib.sha256()
        for part, table in (
            ("ids", self.ids.to_frame()),
            ("needs", self.needs),
            ("protected", self.protected),
        ):
            for name in table.columns:
                for piece in _pieces(part, str(name), table[name]):
                    whole.update(len(piece).to_bytes(8, "little") + piece)
        return f"sha256:{whole.hexdigest()}"


def _pieces(part: str, name: str, column: pd.Series) -> Iterator[bytes]:
    yield _json([part, name])
    if column.dtype == np.float64:
        numbers = column.to_numpy(dtype="<f8") + 0.0  # -0.0 is 0.0
        yield np.where(np.isnan(numbers), np.nan, numbers).astype("<f8").tobytes()
        return
    codes, distinct = pd.factorize(column)
    texts = np.asarray(distinct, dtype=object)
    order = np.argsort(texts)
    places = np.empty(len(texts) + 1, dtype="<i4")
    places[order], places[-1] = np.arange(len(texts)), -1  # a code of -1 picks the last: missing
    yield _json([str(text) for text in texts[order]])
    yield places[codes].tobytes()


def _json(content: list[str]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
