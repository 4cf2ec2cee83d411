"""Ids as the bytes that they are: what every letter of a million ids says, in a few milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from segmentation.residents.cells import MISSING_WORDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LONGEST_ID = 40
_SHORTEST_ID = max(map(len, MISSING_WORDS)) + 1
_PHONE = 11
"""Digits of a telephone; cards and documents have more, and a document's last may be a letter."""
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_IS_LETTER = np.isin(np.arange(256), list(_LETTERS))
_IS_DIGIT = np.isin(np.arange(256), list(b"0123456789"))
_PLAIN = np.isin(np.arange(256), list(_LETTERS + b"0123456789-_:/#"))


def plain_ids(cells: pa.Array) -> pa.LargeStringArray | None:
    """Return ids if every one is there and is plainly a code, without blanks and punctuation.

    Parameters
    ----------
    cells : pyarrow.Array of shape (rows,)
        As they were read.
    """
    if not (pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)) or cells.null_count:
        return None
    ids = cells.cast(pa.large_string())
    text, ends = id_bytes(ids)
    lengths = np.diff(ends)
    if len(ids) and (lengths.min() < _SHORTEST_ID or lengths.max() > _LONGEST_ID or not _PLAIN[text].all()):
        return None
    return ids


def may_be_numbers(ids: pa.LargeStringArray) -> NDArray[np.bool_]:
    """Return which plain ids may be the number of a telephone, card or document; the others cannot.

    Those cannot that begin with a letter, that hold a letter before their end (a document's number may end
    with X), that have few digits, and of 11 or 12 digits those that begin otherwise than telephones.
    """
    text, ends = id_bytes(ids)
    starts, lengths = ends[:-1] - ends[0], np.diff(ends)
    first = text[starts]
    numbers: NDArray[np.bool_] = ~_IS_LETTER[first]
    if not numbers.any():
        return numbers
    letters = np.add.reduceat(_IS_LETTER[text], starts, dtype=np.int32)
    digits = np.add.reduceat(_IS_DIGIT[text], starts, dtype=np.int32)
    last = _IS_LETTER[text[starts + lengths - 1]]
    is_other = (digits == lengths) & (
        ((lengths == _PHONE) & (first > ord("1"))) | ((lengths == _PHONE + 1) & (first > ord("0")))
    )
    numbers &= (letters == last) & (digits >= _PHONE - 1) & ~is_other
    return numbers


def id_bytes(ids: pa.LargeStringArray) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the bytes of ids, and where each begins and ends in the buffer that they are cut from."""
    if not len(ids):
        return np.empty(0, dtype=np.uint8), np.zeros(1, dtype=np.int64)
    ends = np.frombuffer(ids.buffers()[1], dtype="<i8")[ids.offset : ids.offset + len(ids) + 1]
    if ends[-1] == ends[0]:
        return np.empty(0, dtype=np.uint8), ends
    return np.frombuffer(ids.buffers()[2], dtype=np.uint8)[ends[0] : ends[-1]], ends
