"""The arithmetic of a scorer over many residents, with as little moving of numbers as there can be.

A block of residents stands with one row per feature, so that every step runs along memory: numbers are one
matrix product, all listed values together one lookup, and the lowest score is found segment by segment.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, reduce
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from segmentation.scorer.columns import BLOCK, Column, Floats, listed, numeric, refuse_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from segmentation.scorer.model import FoldedScorer
    from segmentation.scorer.parts import FoldedLevels, FoldedNumber

Ints = NDArray[np.int64]
Places = NDArray[np.intp]

COUNTED = 4096
"""Whole counts below this have their log1p in a table: on most processors it takes longer to work out."""
JOINT = 4096
"""Most combinations of listed values that one lookup answers."""


@dataclass(frozen=True, eq=False, repr=False)
class Lookup:
    """What the listed values of some features add together, whatever their combination.

    Attributes
    ----------
    parts : tuple of FoldedLevels
    strides : tuple of int
        What one place further in each feature's values is, in columns of `added`.
    added : ndarray of shape (n_segments, n_combinations)
    """

    parts: tuple[FoldedLevels, ...]
    strides: tuple[int, ...]
    added: Floats

    def places(self, columns: Mapping[str, Column]) -> list[tuple[Places, NDArray[Any]]]:
        """Return, for each feature, what each code of its column is in columns of `added`, and the codes."""
        return [
            _places(part, stride, columns[part.name])
            for part, stride in zip(self.parts, self.strides, strict=True)
        ]


@dataclass(frozen=True, eq=False, repr=False)
class Kernel:
    """A scorer's numbers, in the order in which they are used.

    Attributes
    ----------
    constant : ndarray of shape (n_segments, 1)
    numbers : tuple of FoldedNumber
        Counts first.
    counts : int
        How many of them go through log1p.
    weights : ndarray of shape (n_segments, 2 * n_numbers)
        The slopes, then what a missing value adds.
    lookups : tuple of Lookup
    """

    constant: Floats
    numbers: tuple[FoldedNumber, ...]
    counts: int
    weights: Floats
    lookups: tuple[Lookup, ...]

    @classmethod
    def of(cls, scorer: FoldedScorer) -> Kernel:
        """Return the kernel of a scorer."""
        numbers = tuple(sorted(scorer.numbers, key=lambda part: not part.log))
        rows = [part.slope for part in numbers] + [part.missing for part in numbers]
        return cls(
            np.array(scorer.constant)[:, None],
            numbers,
            sum(part.log for part in numbers),
            np.array(rows).reshape(-1, len(scorer.segments)).T.copy(),
            tuple(_lookups(scorer.levels)),
        )

    def blocks(self, columns: Mapping[str, Column], rows: int) -> Iterator[tuple[slice, Floats]]:
        """Yield the scores of residents, block by block.

        Yields
        ------
        slice
            Which residents.
        ndarray of shape (n_segments, residents of the block)
            To be used before the next block is asked for.

        Raises
        ------
        ScorerError
            A column holds what cannot be scored.
        """
        arrays = [numeric(part, columns[part.name]) for part in self.numbers]
        coded = [lookup.places(columns) for lookup in self.lookups]
        room = Room.of(self, min(rows, BLOCK))
        for at in range(0, rows, BLOCK):
            block = slice(at, min(at + BLOCK, rows))
            if block.stop - at < room.total.shape[1]:
                room = Room.of(self, block.stop - at)
            self._numbers([array[block] for array in arrays], room)
            for lookup, found in zip(self.lookups, coded, strict=True):
                joint = reduce(np.add, (places[codes[block]] for places, codes in found))
                np.take(lookup.added, joint, axis=1, out=room.added, mode="clip")
                np.add(room.total, room.added, out=room.total)
            yield block, room.total

    def _numbers(self, arrays: Sequence[NDArray[Any]], room: Room) -> None:
        """Put the constant and what the numbers add into `room.total`."""
        values = room.stack[: len(arrays)]
        for row, array in zip(values, arrays, strict=True):
            np.copyto(row, array)
        used = list(range(len(arrays)))
        for at in np.flatnonzero(~np.isfinite(values).all(axis=1)).tolist():
            np.copyto(room.stack[len(used)], self._absent(at, values[at]))
            used.append(len(arrays) + at)
        self._log(values[: self.counts])
        np.dot(self.weights[:, used], room.stack[: len(used)], out=room.total)
        np.add(room.total, self.constant, out=room.total)

    def _absent(self, at: int, row: Floats) -> NDArray[np.bool_]:
        """Return where a number is missing, and put 0 there."""
        absent = np.isnan(row)
        np.copyto(row, 0.0, where=absent)
        if not np.isfinite(row).all():
            refuse_number(self.numbers[at])
        return absent

    def _log(self, counts: Floats) -> None:
        """Put log1p of each count where the count was."""
        for at in np.flatnonzero(counts.min(axis=1, initial=0.0) < 0).tolist():
            refuse_number(self.numbers[at])
        if counts.max(initial=0.0) < COUNTED:
            whole = counts.astype(np.int32)
            if np.equal(whole, counts).all():
                np.take(_logs(), whole, out=counts, mode="clip")
                return
        np.log1p(counts, out=counts)


@dataclass(frozen=True, eq=False, repr=False)
class Room:
    """Where the numbers of a block stand while they are worked with.

    Attributes
    ----------
    stack : ndarray of shape (2 * n_numbers, rows)
        Numbers, and below them where they are missing.
    total, added : ndarray of shape (n_segments, rows)
    """

    stack: Floats
    total: Floats
    added: Floats

    @classmethod
    def of(cls, kernel: Kernel, rows: int) -> Room:
        """Return room for that many residents."""
        segments, columns = kernel.weights.shape
        return cls(np.empty((columns, rows)), np.empty((segments, rows)), np.empty((segments, rows)))


def lowest(scores: Floats) -> tuple[NDArray[Any], Floats]:
    """Return the place of the lowest score of each resident, the first of equals, and that score.

    Parameters
    ----------
    scores : ndarray of shape (n_segments, n_residents)
    """
    best = scores[0].copy()
    kind = np.min_scalar_type(len(scores))
    label = np.zeros(best.shape, kind)
    for at, row in enumerate(scores[1:], start=1):
        # a later place is larger, so the largest place with a new lowest score is the last of these
        np.maximum(label, np.multiply(row < best, at, dtype=kind), out=label)
        np.minimum(best, row, out=best)
    return label, best


@cache
def _logs() -> Floats:
    return np.log1p(np.arange(COUNTED, dtype=np.float64))


def _lookups(levels: Sequence[FoldedLevels]) -> Iterator[Lookup]:
    """Yield lookups of features that are looked up together, as many as there is room for."""
    group: list[FoldedLevels] = []
    for part in levels:
        if group and _combinations([*group, part]) > JOINT:
            yield _lookup(group)
            group = []
        group.append(part)
    if group:
        yield _lookup(group)


def _combinations(parts: Sequence[FoldedLevels]) -> int:
    return prod(len(part.values) + 1 for part in parts)


def _lookup(parts: Sequence[FoldedLevels]) -> Lookup:
    added = np.zeros((len(parts[0].missing), 1))
    strides = []
    for part in parts:
        rows = np.array([*part.values.values(), part.missing]).T
        strides.append(added.shape[1])
        added = (rows[:, :, None] + added[:, None, :]).reshape(len(rows), -1)
    return Lookup(tuple(parts), tuple(strides), added)


def _places(part: FoldedLevels, stride: int, column: Column) -> tuple[Places, NDArray[Any]]:
    """Return what the codes of a column are in a lookup; the last one is for the code -1, a missing value."""
    coded = listed(part, column)
    known = {value: at for at, value in enumerate((*part.values, None))}
    # a value that is not known stands in the list alone: `listed` has seen to it that nobody has it
    places = [known.get(value, 0) for value in (*coded.values, None)]
    return np.array(places, np.intp) * stride, coded.codes
