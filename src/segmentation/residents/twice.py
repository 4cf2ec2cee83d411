"""Ids that stand in a table more than once, found in a memory that does not grow with the table.

Every id is reduced to 64 bits under a secret of this run, so that nobody can make ids that fall together, and
these wait in an unnamed file. Only hashes that occur twice are looked at again, id by id: two ids that merely
share a hash are different, and refuse nothing.
"""

from __future__ import annotations

import secrets
import tempfile
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from segmentation.residents.texts import id_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

_HELD = 1 << 21
"""Hashes that are sorted at once: 16 MB."""
_SUSPECTS = 1 << 19
"""Hashes whose ids are held against each other at once."""
_WORD = 4


@dataclass(frozen=True)
class Keyed:
    """Multilinear hashing of bytes under secret factors (Lemire & Kaser 2014): of two words of 32 bits each.

    Attributes
    ----------
    factors : ndarray of uint64, shape (2, words)
        The secret; ids longer than `words` times four bytes share what follows.
    """

    factors: NDArray[np.uint64] = field(
        default_factory=lambda: np.frombuffer(secrets.token_bytes(2 * 8 * 66), dtype="<u8").reshape(2, -1)
    )

    def __call__(self, ids: pa.LargeStringArray) -> NDArray[np.uint64]:
        """Return a hash for every id."""
        text, ends = id_bytes(ids)
        starts, lengths = ends[:-1] - ends[0], np.diff(ends)
        found = np.empty(len(ids), dtype=np.uint64)
        for length in _distinct(lengths):
            of_length = np.flatnonzero(lengths == length)
            found[of_length] = self._of_length(text, starts[of_length], int(length))
        return found

    def _of_length(
        self, text: NDArray[np.uint8], starts: NDArray[np.int64], length: int
    ) -> NDArray[np.uint64]:
        used = min(length, (self.factors.shape[1] - 2) * _WORD)
        words = -(-used // _WORD)
        padded = np.zeros((len(starts), words * _WORD), dtype=np.uint8)
        if used and len(starts) * length == len(text):
            padded[:, :used] = text.reshape(-1, length)[:, :used]
        elif used:
            padded[:, :used] = np.lib.stride_tricks.sliding_window_view(text, used)[starts]
        numbers = padded.view("<u4")
        halves = []
        for factors in self.factors:
            total = np.full(len(starts), length, dtype=np.uint64) * factors[1] + factors[0]
            for at in range(words):
                total += numbers[:, at] * factors[at + 2]
            halves.append(total >> np.uint64(32))
        both: NDArray[np.uint64] = (halves[0] << np.uint64(32)) | halves[1]
        return both


def _distinct(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the different lengths; where all are of one, as ids mostly are, without sorting."""
    return lengths[:1] if len(lengths) and lengths.min() == lengths.max() else np.unique(lengths)


def rows_twice(
    stretches: Callable[[], Iterable[tuple[NDArray[np.int64], pa.LargeStringArray]]],
    hashed: Callable[[pa.LargeStringArray], NDArray[np.uint64]] | None = None,
) -> NDArray[np.int64]:
    """Return the rows whose id stands in another row as well, in order.

    Parameters
    ----------
    stretches : callable
        Yields row numbers and their ids, without missing ones; may be called again.
    hashed : callable, optional
        Gives a hash for every id; `Keyed` with a new secret by default.
    """
    hashed = hashed or Keyed()
    with tempfile.TemporaryFile() as file:
        for _, ids in stretches():
            file.write(hashed(ids).tobytes())
        suspects = np.concatenate([np.empty(0, np.uint64), *_seen_twice(file)])
    found = [
        _confirmed(stretches(), hashed, suspects[start : start + _SUSPECTS])
        for start in range(0, len(suspects), _SUSPECTS)
    ]
    return np.sort(np.concatenate([np.empty(0, dtype=np.int64), *found]))


def _seen_twice(file: BinaryIO) -> Iterator[NDArray[np.uint64]]:
    """Yield the hashes that stand in a file more than once, each once and in order."""
    parts = max(1, -(-file.tell() // 8 // _HELD))
    limits = [2**64 * part // parts for part in range(parts + 1)]
    for low, high in pairwise(limits):
        held = np.sort(np.concatenate([np.empty(0, np.uint64), *_within(file, low, high - 1)]))
        yield np.unique(held[1:][held[1:] == held[:-1]])


def _within(file: BinaryIO, low: int, high: int) -> Iterator[NDArray[np.uint64]]:
    file.seek(0)
    while content := file.read(_HELD * 8):
        hashes = np.frombuffer(content, dtype=np.uint64)
        yield hashes[(hashes >= np.uint64(low)) & (hashes <= np.uint64(high))]


def _confirmed(
    stretches: Iterable[tuple[NDArray[np.int64], pa.LargeStringArray]],
    hashed: Callable[[pa.LargeStringArray], NDArray[np.uint64]],
    suspects: NDArray[np.uint64],
) -> NDArray[np.int64]:
    """Return the rows of ids that stand twice among those with one of the hashes."""
    first: dict[str, int] = {}
    found: list[int] = []
    for rows, ids in stretches:
        hashes = hashed(ids)
        places = np.minimum(np.searchsorted(suspects, hashes), len(suspects) - 1)
        for at in np.flatnonzero(suspects[places] == hashes):
            row = int(rows[at])
            earlier = first.setdefault(ids[int(at)].as_py(), row)
            if earlier != row:
                found.append(row)
                if earlier >= 0:
                    found.append(earlier)
                    first[ids[int(at)].as_py()] = -1
    return np.array(found, dtype=np.int64)
