"""`Columns`: the needs of residents as the folded scorer takes them, and what stood in for which need."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np

from segmentation.scorer import Coded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from serving.needs.need import Need

    Column = NDArray[Any] | Coded
Value = float | str | None
NOTHING: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Columns:
    """Residents whose needs fit the policy, in the order of the request.

    Attributes
    ----------
    rows : int
        From 1.
    imputed : tuple of tuple of str
        For each resident, the needs that were not given, in the policy's order: the scorer stands in for them
        as in training.
    one : dict of str to float, str or None, or None
        Of one resident: each need that the scorer reads, None where missing. None where there are more.
    many : mapping of str to ndarray or Coded, or None
        Of more than one: numbers and flags as float64 with NaN where missing, others as `Coded`.
    unused : tuple of str
        What was sent, of anybody, that the scorer does not read, in the policy's order; none of it is here.
    """

    rows: int
    imputed: tuple[tuple[str, ...], ...]
    one: dict[str, Value] | None
    many: Mapping[str, Column] | None
    unused: tuple[str, ...] = NOTHING

    @cached_property
    def arrays(self) -> Mapping[str, Column]:
        """One array or `Coded` per need, also of one resident."""
        if self.one is None:
            return self.many or {}
        return {name: _alone(value) for name, value in self.one.items()}

    def __repr__(self) -> str:
        """Return how many residents there are, and nothing of them."""
        return f"Columns({self.rows} residents)"


def _alone(value: Value) -> Column:
    if isinstance(value, str):
        return Coded((value,), np.zeros(1, np.int8))
    return np.array([value], np.float64)


def arrays_of(needs: tuple[Need, ...], lists: Sequence[Sequence[Any]]) -> dict[str, Column]:
    """Return one array or `Coded` for each need from lists of sound values, None or absent where missing."""
    return {
        need.name: _coded(need, values) if need.is_listed else _floats(values)
        for need, values in zip(needs, lists, strict=True)
    }


def columns_of(
    needs: tuple[Need, ...], many: Mapping[str, Column], rows: int, unused: tuple[str, ...] = NOTHING
) -> Columns:
    """Return more than one resident from arrays."""
    imputed = _imputed(needs, many) if any_missing(many) else (NOTHING,) * rows
    return Columns(rows, imputed, None, many, unused)


def alone_of(values: dict[str, Value], unused: tuple[str, ...] = NOTHING) -> Columns:
    """Return one resident from sound values, None where missing."""
    imputed = tuple(name for name, value in values.items() if value is None)
    return Columns(1, (imputed,), values, None, unused)


def any_missing(many: Mapping[str, Column]) -> bool:
    """Return whether any resident lacks any need."""
    return any(
        column.codes.min() < 0 if isinstance(column, Coded) else np.isnan(column.min())
        for column in many.values()
    )


def _coded(need: Need, values: Sequence[str | None]) -> Coded:
    codes = bytearray(map(need.places.__getitem__, values))
    return Coded(need.values, np.frombuffer(codes, np.int8))


def _floats(values: Sequence[Any]) -> NDArray[np.float64]:
    try:
        return np.frombuffer(struct.pack(f"{len(values)}d", *values))  # a third of what numpy takes
    except struct.error:
        return np.fromiter(values, np.float64, len(values))  # which makes NaN of None


def _imputed(needs: tuple[Need, ...], many: Mapping[str, Column]) -> tuple[tuple[str, ...], ...]:
    """Return the needs that are missing, resident by resident."""
    missing = np.array([_missing(many[need.name]) for need in needs])
    names = [need.name for need in needs]
    told = [NOTHING] * missing.shape[1]
    rows = np.flatnonzero(missing.any(axis=0))
    for row, lacks in zip(rows.tolist(), missing.T[rows].tolist(), strict=True):
        told[row] = tuple(compress(names, lacks))
    return tuple(told)


def _missing(column: Column) -> NDArray[np.bool_]:
    return np.asarray(column.codes < 0) if isinstance(column, Coded) else np.isnan(column)
