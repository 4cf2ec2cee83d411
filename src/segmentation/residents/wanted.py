"""What each column of a policy's table must hold, and the arrays in which it is worked with once it is plain.

Numbers and flags are float64 with NaN where missing, listed values int16 places in their list with -1 where
missing, times datetime64 with NaT. The careful path ends in these arrays, and the fast lane starts with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.residents.columns import STATES, consent_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.policy import Feature, Policy
    from segmentation.policy.parts import Purpose

CODE = np.int16
"""A place in a policy's list: none is longer than 200."""
ABSENT = -1
"""The place of a missing value."""

Array = NDArray[Any]
"""One of them."""


@dataclass(frozen=True)
class Wanted:
    """What a column must hold.

    Attributes
    ----------
    kind : {"number", "flag", "listed", "time"}
        Ids are none of these: they are texts.
    feature : Feature, optional
        The feature that it is, with its range and values.
    values : tuple of str
        What may stand in a listed column.
    is_open : bool
        Whether other texts may as well, such as versions of the notice that do not count.
    required : bool
        Whether it must be filled in every row.
    """

    kind: Literal["number", "flag", "listed", "time"]
    feature: Feature | None = None
    values: tuple[str, ...] = ()
    is_open: bool = False
    required: bool = False

    def array(self, plain: pd.Series) -> Array:
        """Return a column in plain form as an array; a value that is not listed becomes a missing one."""
        if self.kind == "listed":
            return pd.Index(self.values, dtype=plain.dtype).get_indexer(pd.Index(plain)).astype(CODE)
        found: Array = plain.to_numpy()
        return found

    @property
    def empty(self) -> Array:
        """The array of a column without rows."""
        if self.kind == "time":
            return np.empty(0, dtype="datetime64[us]")
        return np.empty(0, dtype=CODE) if self.kind == "listed" else np.empty(0)


def wanted_columns(policy: Policy) -> dict[str, Wanted]:
    """Return what every column but that of the ids must hold, in the order of `cells.plain_table`."""
    collected = policy.residents.collected_on
    return {
        **{name: _of_feature(feature) for name, feature in policy.features.items()},
        **{name: Wanted("listed", values=tuple(of.groups)) for name, of in policy.audited.items()},
        **({collected: Wanted("time", required=True)} if collected else {}),
        **_of_consent(policy.purpose),
        **_of_consent(policy.audit_purpose),
    }


def count_missing(column: Array) -> int:
    """Return how many values are missing."""
    if column.dtype == CODE:
        return int(np.count_nonzero(column < 0))
    return int(np.count_nonzero(column != column))  # noqa: PLR0124 - NaN and NaT are not themselves


def _of_feature(feature: Feature) -> Wanted:
    if feature.values is not None:
        return Wanted("listed", feature, feature.values, required=feature.required)
    return Wanted("flag" if feature.kind == "flag" else "number", feature, required=feature.required)


def _of_consent(purpose: Purpose) -> Mapping[str, Wanted]:
    if purpose.consent == "not_required":
        return {}
    state, at, notice = consent_columns(purpose)
    versions = {notice: Wanted("listed", values=purpose.notice_versions, is_open=True)}
    return {
        state: Wanted("listed", values=STATES),
        at: Wanted("time"),
        **(versions if purpose.notice_versions else {}),
    }
