"""Whether any id stands more than once in a table larger than memory: 64-bit keys on disk, a few at a time.

Where no key repeats, no id does, and that is nearly always all there is to know. Where one does, ids are
compared as texts by `segmentation.residents`, which costs another look at the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Keys = NDArray[np.uint64]

BUCKETS = 256
AT_ONCE = 2**17
"""Keys that are looked at together, about: what is done with them stays in a processor's cache."""
_WORD = 8
_SHIFT = np.uint64(64 - BUCKETS.bit_length() + 1)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_FOLD = np.uint64(32)


def keys(ids: pa.Array) -> Keys:
    """Return a key of each id; equal ids have equal keys.

    Parameters
    ----------
    ids : pyarrow.Array
        Texts; missing ones give no key.
    """
    texts = ids.drop_null().cast(pa.large_string())
    if not len(texts):
        return np.empty(0, np.uint64)
    ends = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]
    content = np.frombuffer(texts.buffers()[2] or b"", np.uint8)[ends[0] : ends[-1]]
    return _hashed(content, ends[:-1] - ends[0], np.diff(ends))


def bucketed(found: Keys) -> Keys:
    """Return keys in the order of their buckets, as `repeats` wants them."""
    return found[np.argsort((found >> _SHIFT).astype(np.uint8), kind="stable")]


def repeats(files: Sequence[Path]) -> bool:
    """Return whether a key stands more than once, in a memory that does not grow with the files.

    Parameters
    ----------
    files : sequence of Path
        The bytes of what `bucketed` gave.
    """
    if not files:
        return False
    starts = np.array([_starts(file) for file in files])
    return any(map(_repeats, _groups(files, starts)))


def repeated(found: Keys) -> bool:
    """Return whether a key stands more than once among keys in memory."""
    return _repeats(found)


def _starts(file: Path) -> NDArray[np.intp]:
    """Return where each bucket of a file starts, and where the last ends."""
    count = file.stat().st_size // _WORD
    if not count:
        return np.zeros(BUCKETS + 1, np.intp)
    lows = np.arange(BUCKETS, dtype=np.uint64) << _SHIFT
    # Keys are in the order of their buckets, and no key of one bucket lies below another's first.
    return np.append(np.searchsorted(np.memmap(file, np.uint64, "r"), lows), count)


def _groups(files: Sequence[Path], starts: NDArray[np.intp]) -> Iterator[Keys]:
    """Yield all keys, those of so many neighbouring buckets at a time that they are about `AT_ONCE`."""
    group = starts.sum(axis=0) // AT_ONCE
    ends = np.flatnonzero(np.diff(group, append=group[-1] + 1))
    for low, high in zip([0, *ends[:-1]], ends, strict=True):
        yield np.concatenate(
            [
                np.fromfile(file, np.uint64, of[high] - of[low], offset=int(of[low]) * _WORD)
                for file, of in zip(files, starts, strict=True)
            ]
        )


def _repeats(found: Keys) -> bool:
    """Return whether a key stands more than once, without sorting those that plainly do not.

    Every key writes its place into a slot of its own, or nearly: those who find another's there are sorted.
    """
    places = np.arange(len(found), dtype=np.int32)
    slots = np.empty(1 << (len(found).bit_length() + 1), np.int32)
    slot = (found & np.uint64(len(slots) - 1)).astype(np.int32)
    slots[slot] = places
    last = slots[slot]
    rest = np.flatnonzero(last != places)
    others = np.sort(found[rest])
    return bool((found[rest] == found[last[rest]]).any() or (others[1:] == others[:-1]).any())


def _hashed(content: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Keys:
    """Return a hash of each text, from its length and then a word of eight bytes after the other."""
    padded = np.concatenate([content, np.zeros(_WORD, np.uint8)])
    words = np.ndarray((len(content) + 1,), "<u8", padded, strides=(1,))  # a word from every byte on
    found = _mixed(lengths.astype(np.uint64))
    for at in range(0, int(lengths.max()), _WORD):
        longer = slice(None) if (lengths > at).all() else np.flatnonzero(lengths > at)
        word = words[starts[longer] + at]
        rest = np.minimum(lengths[longer] - at, _WORD).astype(np.uint64)
        word &= ~np.uint64(0) >> ((np.uint64(_WORD) - rest) * np.uint64(8))
        found[longer] = _mixed(found[longer] ^ word)
    return found


def _mixed(values: Keys) -> Keys:
    mixed = values * _FACTOR
    mixed ^= mixed >> _FOLD
    mixed *= _FACTOR
    mixed ^= mixed >> _FOLD
    return mixed
