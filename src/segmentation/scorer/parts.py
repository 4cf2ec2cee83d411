"""What one feature adds to the scores, and its strict reading from JSON: a scorer file is outside input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


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
    mean : tuple of float
        What the mean resident adds, one for each segment.
    """

    name: str
    log: bool
    slope: tuple[float, ...]
    missing: tuple[float, ...]
    mean: tuple[float, ...]


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
    mean : tuple of float
        What the mean resident adds, one for each segment.
    """

    name: str
    values: dict[str, tuple[float, ...]]
    missing: tuple[float, ...]
    mean: tuple[float, ...]

    def row(self, value: str | None) -> tuple[float, ...]:
        """Return what a value adds; None is a missing one, and one that is not known counts as missing."""
        return self.missing if value is None else self.values.get(value, self.missing)


Part = FoldedNumber | FoldedLevels


def number_from(raw: dict[str, Any]) -> FoldedNumber:
    """Return the number that parsed JSON describes.

    Raises
    ------
    KeyError, TypeError, AttributeError, OverflowError
        A part of it is missing or of another type.
    """
    name, log = is_a(str, raw["name"]), is_a(bool, raw["log"])
    slope, missing, mean = (row_from(raw[key]) for key in ("slope", "missing", "mean"))
    return FoldedNumber(name, log, slope, missing, mean)


def levels_from(raw: dict[str, Any]) -> FoldedLevels:
    """Return the levels that parsed JSON describes; raises what `number_from` does."""
    values = {value: row_from(row) for value, row in raw["values"].items()}
    return FoldedLevels(is_a(str, raw["name"]), values, row_from(raw["missing"]), row_from(raw["mean"]))


def row_from(values: list[float]) -> tuple[float, ...]:
    """Return one float for each segment; raises TypeError for anything but numbers."""
    return tuple(float(value if type(value) is int else is_a(float, value)) for value in values)


def is_a(kind: type[T], value: object) -> T:
    """Return the value; raises TypeError where it is of another type."""
    if not isinstance(value, kind):
        raise TypeError
    return value
