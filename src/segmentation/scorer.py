"""The folded scorer: a fitted segmentation as a few small arrays, and nothing else.

Nearest centre needs no scaler, no encoder and no centre once they are folded into one affine map for numbers
and one lookup per value: each segment gets a score that is its squared distance less what all segments share,
and the lowest score wins. This is what is signed, served, streamed and exported, so it is data (JSON), never
code, and it needs numpy and the standard library alone.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation.errors import ScorerError

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 1
BLOCK = 65_536
"""Rows scored at a time, so that memory does not grow with the table."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FoldedNumber:
    """What a count, number, share or flag adds to every segment's score.

    Attributes
    ----------
    name : str
        The feature.
    log : bool
        Whether log1p comes first.
    slope : tuple of float
        Added per unit, one for each segment.
    missing : tuple of float
        Added where the value is missing, one for each segment.
    """

    name: str
    log: bool
    slope: tuple[float, ...]
    missing: tuple[float, ...]


@dataclass(frozen=True)
class FoldedLevels:
    """What each value of an ordinal or a category adds to every segment's score.

    Attributes
    ----------
    name : str
        The feature.
    values : dict of str to tuple of float
        Added for that value, one for each segment.
    missing : tuple of float
        Added where the value is missing, one for each segment.
    """

    name: str
    values: dict[str, tuple[float, ...]]
    missing: tuple[float, ...]


@dataclass(frozen=True)
class FoldedScorer:
    """Assigns residents to segments from the columns of their needs.

    Attributes
    ----------
    segments : tuple of str
        Segment ids; labels are positions in it.
    constant : tuple of float
        Where each segment's score starts.
    numbers : tuple of FoldedNumber
    levels : tuple of FoldedLevels
    """

    segments: tuple[str, ...]
    constant: tuple[float, ...]
    numbers: tuple[FoldedNumber, ...]
    levels: tuple[FoldedLevels, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the columns it reads."""
        return (*(part.name for part in self.numbers), *(part.name for part in self.levels))

    def predict(self, columns: Mapping[str, ArrayLike]) -> NDArray[np.int64]:
        """Return the segment of every resident.

        Parameters
        ----------
        columns : mapping of str to array-like of shape (n_residents,)
            One array for each of `features`: numbers and flags as numbers with NaN where missing, ordinals
            and categories as strings with None or NaN where missing. Others are ignored.

        Returns
        -------
        ndarray of shape (n_residents,)
            Positions in `segments`; the first one where two scores are equal.

        Raises
        ------
        ScorerError
            A feature is missing, holds something that is no number or an unknown value, or lengths differ.
        """
        needed = {name: _column(columns, name) for name in self.features}
        rows = _rows(needed)
        blocks = [
            np.argmin(
                self._scores({name: column[at : at + BLOCK] for name, column in needed.items()}), axis=1
            )
            for at in range(0, rows, BLOCK)
        ]
        return np.concatenate(blocks).astype(np.int64) if blocks else np.empty(0, np.int64)

    def scores(self, columns: Mapping[str, ArrayLike]) -> Floats:
        """Return every segment's score for every resident.

        Takes and raises what `predict` does.

        Returns
        -------
        ndarray of shape (n_residents, n_segments)
            Squared distance to each centre, less the part that is the same for all segments of a resident:
            differences between segments are exact, the values themselves may be negative.
        """
        needed = {name: _column(columns, name) for name in self.features}
        _rows(needed)
        return self._scores(needed)

    def _scores(self, columns: Mapping[str, NDArray[Any]]) -> Floats:
        rows = len(next(iter(columns.values())))
        total = np.broadcast_to(np.array(self.constant), (rows, len(self.segments))).copy()
        if self.numbers:
            values = np.column_stack([_number(part, columns[part.name]) for part in self.numbers])
            absent = np.isnan(values)
            total += np.where(absent, 0.0, values) @ self._slopes
            if absent.any():
                total += absent @ self._absences
        for part in self.levels:
            total += _looked_up(part, columns[part.name])
        return total

    @cached_property
    def _slopes(self) -> Floats:
        return np.array([part.slope for part in self.numbers])

    @cached_property
    def _absences(self) -> Floats:
        return np.array([part.missing for part in self.numbers])

    def to_json(self) -> str:
        """Return the scorer as JSON text; equal scorers give equal text."""
        content = {
            "format": FORMAT,
            "segments": self.segments,
            "constant": self.constant,
            "numbers": [vars(part) for part in self.numbers],
            "levels": [vars(part) for part in self.levels],
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> FoldedScorer:
        """Read what `to_json` wrote.

        Raises
        ------
        ScorerError
            The text is not a scorer of this format, or its parts do not fit together.
        """
        try:
            raw = json.loads(text)
            if raw["format"] != FORMAT:
                message = (
                    f"The scorer has format {raw['format']!r}; this version reads {FORMAT}. Export it anew."
                )
                raise ScorerError(message)
            scorer = cls(
                tuple(raw["segments"]),
                _floats(raw["constant"]),
                tuple(_folded_number(part) for part in raw["numbers"]),
                tuple(_folded_levels(part) for part in raw["levels"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            message = "This is no folded scorer: it is not JSON of the documented form. Export it anew."
            raise ScorerError(message) from None
        scorer._check()
        return scorer

    def _check(self) -> None:
        per_segment = [self.constant]
        for number in self.numbers:
            per_segment += [number.slope, number.missing]
        for part in self.levels:
            per_segment += [*part.values.values(), part.missing]
        if any(len(row) != len(self.segments) or not np.isfinite(row).all() for row in per_segment):
            message = (
                "The scorer does not hold one finite number for each segment everywhere. Export it anew."
            )
            raise ScorerError(message)

    @property
    def digest(self) -> str:
        """SHA-256 of `to_json`."""
        return f"sha256:{hashlib.sha256(self.to_json().encode()).hexdigest()}"


def _column(columns: Mapping[str, ArrayLike], name: str) -> NDArray[Any]:
    if name not in columns:
        message = f"The column '{name}' is missing. Give every feature; a missing value is NaN or None."
        raise ScorerError(message)
    return np.asarray(columns[name])


def _rows(columns: Mapping[str, NDArray[Any]]) -> int:
    shapes = {column.shape for column in columns.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1:
        message = (
            "The columns must be one-dimensional and of one length. Give one value per resident in each."
        )
        raise ScorerError(message)
    return int(next(iter(shapes))[0])


def _number(part: FoldedNumber, column: NDArray[Any]) -> Floats:
    try:
        values = column.astype(np.float64)
    except (TypeError, ValueError):
        message = f"The column '{part.name}' holds something that is no number. Check it against the policy."
        raise ScorerError(message) from None
    return np.log1p(values) if part.log else values


def _looked_up(part: FoldedLevels, column: NDArray[Any]) -> Floats:
    rows = {value: at for at, value in enumerate(part.values)}
    absent = len(rows)
    try:
        at = [rows[v] if isinstance(v, str) else _missing_row(v, absent) for v in column.tolist()]
    except KeyError:
        message = f"The column '{part.name}' holds an unknown value. Allowed: {', '.join(part.values)}."
        raise ScorerError(message) from None
    return np.array([*part.values.values(), part.missing])[at]


def _missing_row(value: object, row: int) -> int:
    """Return `row` for None and NaN, the two ways in which a column of strings says "missing"."""
    if value is None or value != value:  # noqa: PLR0124 - only NaN differs from itself
        return row
    raise KeyError


def _floats(values: list[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _folded_number(raw: dict[str, Any]) -> FoldedNumber:
    return FoldedNumber(str(raw["name"]), bool(raw["log"]), _floats(raw["slope"]), _floats(raw["missing"]))


def _folded_levels(raw: dict[str, Any]) -> FoldedLevels:
    values = {str(value): _floats(row) for value, row in raw["values"].items()}
    return FoldedLevels(str(raw["name"]), values, _floats(raw["missing"]))
