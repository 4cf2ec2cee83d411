"""Reading a table of consents: every cell judged, everything that is wrong told at once, no value shown.

What is held of a row is 28 bytes, whatever the file says in how many letters: a pseudonym, a time, and which
of a few contents it is. References are gone as soon as they are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentation.consents.fields import (
    ENTITY,
    FIELDS,
    PSEUDONYM,
    PURPOSE,
    REQUIRED,
    RULES,
    STATE,
    TIME,
    WHO,
    judges,
)
from segmentation.consents.times import read_times
from segmentation.errors import Fault, ResidentsError, VaultError
from segmentation.ledger.personal.events import Told, encode
from segmentation.residents.cells import MISSING_WORDS
from segmentation.residents.rows import Broken, placed_list
from segmentation.residents.tables import open_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from numpy.typing import NDArray

    from segmentation.residents.blocks import Block
    from segmentation.residents.rows import Place

SUBJECT = np.dtype("V16")
_DIGITS = 32


@dataclass(frozen=True)
class Terms:
    """On which terms a table of consents is taken.

    Attributes
    ----------
    subject_of : callable
        `Keyring.subjects`.
    by : str
        Who recorded an event that names nobody.
    now : datetime
        Aware.
    purposes : collection of str or None
        Those that may be recorded; None: any.
    zone : ZoneInfo or None
        Of times that name none.
    """

    subject_of: Callable[[str], bytes]
    by: str
    now: datetime
    purposes: Collection[str] | None = None
    zone: ZoneInfo | None = None


@dataclass(frozen=True)
class Gathered:
    """The events of a table.

    Attributes
    ----------
    subjects : ndarray of V16 of shape (rows,)
        `Keyring.subject_of` the resident of each.
    times : ndarray of int64 of shape (rows,)
        Microseconds since 1970.
    kinds : ndarray of int32 of shape (rows,)
        Places in `told`.
    told : tuple of (str, bytes)
        Purposes and sealed contents, each pair once.
    unread : int
        Columns of the table that no field has.
    """

    subjects: NDArray[np.void]
    times: NDArray[np.int64]
    kinds: NDArray[np.int32]
    told: tuple[tuple[str, bytes], ...]
    unread: int

    def __len__(self) -> int:
        """Return how many events there are."""
        return len(self.times)


class _Part(NamedTuple):
    subjects: NDArray[np.void]
    times: NDArray[np.int64]
    kinds: NDArray[np.int32]


@dataclass
class _Gathering:
    """What the blocks of a table come to."""

    terms: Terms
    parts: list[_Part] = field(default_factory=list)
    told: dict[tuple[str, bytes], int] = field(default_factory=dict)
    broken: dict[tuple[str, str], Broken] = field(default_factory=dict)

    def add(self, block: Block) -> None:
        """Judge the next block."""
        texts = {name: _texts(block.cells[name]) for name in FIELDS if name in block.cells and name != TIME}
        subjects = self._subjects(texts.pop(WHO), block.start)
        times, broken = read_times(_filled(block.cells[TIME]), self.terms.zone, self.terms.now)
        for rule, places in broken.items():
            self._note(TIME, rule, places, block.start)
        coded = {name: self._coded(name, cells, block.start) for name, cells in texts.items()}
        if not self.broken:
            self.parts.append(_Part(subjects, times, self._kinds(coded, block.rows)))

    def _subjects(self, cells: pa.Array, start: int) -> NDArray[np.void]:
        """Return pseudonyms; all at once where all references will do, and else all that will not."""
        texts = cells.to_pylist()
        try:
            marks = list(map(_reader(self.terms.subject_of), texts))
        except (VaultError, ValueError, AttributeError):  # the last of an empty cell
            marks = []
            self._note_references(texts, start)
        return np.frombuffer(b"".join(marks), dtype=SUBJECT)

    def _note_references(self, texts: Sequence[str | None], start: int) -> None:
        read = _reader(self.terms.subject_of)
        for place, text in enumerate(texts):
            try:
                if text is None:
                    self._note(WHO, "missing", np.array([place]), start)
                else:
                    read(text)
            except (VaultError, ValueError):
                self._note(WHO, "reference", np.array([place]), start)

    def _coded(self, name: str, cells: pa.Array, start: int) -> tuple[NDArray[np.int64], list[str]]:
        """Return which of its few values each cell has, the first of which is none."""
        coded = cells.dictionary_encode()
        values = [str(value) for value in coded.dictionary.to_pylist()]
        places = coded.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False) + 1
        judge = judges(self.terms.purposes)[name]
        for at, value in enumerate(values, start=1):
            rule = judge(value)
            if rule is not None:
                self._note(name, rule, np.flatnonzero(places == at), start)
        if name in REQUIRED:
            self._note(name, "missing", np.flatnonzero(places == 0), start)
        return places, ["", *values]

    def _kinds(
        self, coded: Mapping[str, tuple[NDArray[np.int64], list[str]]], rows: int
    ) -> NDArray[np.int32]:
        """Return which content each row has; there are few, so each is made once."""
        joined, sizes = np.zeros(rows, dtype=np.int64), []
        for places, values in coded.values():
            joined = joined * len(values) + places
            sizes.append(len(values))
        distinct, back = np.unique(joined, return_inverse=True)
        kinds = np.empty(len(distinct), dtype=np.int32)
        for at, code in enumerate(distinct.tolist()):
            found = _parted(code, sizes)
            cells = {name: coded[name][1][place] for name, place in zip(coded, found, strict=True)}
            pair = cells.pop(PURPOSE), encode(_told(cells, self.terms.by))
            kinds[at] = self.told.setdefault(pair, len(self.told))
        return kinds[back]

    def _note(self, column: str, rule: str, places: NDArray[np.intp], start: int) -> None:
        if len(places):
            rows = Broken(tuple(int(place) + start + 1 for place in places[:5]), len(places))
            self.broken[column, rule] = self.broken.get((column, rule), Broken((), 0)) + rows

    def faults(self, place: Place) -> Iterator[Fault]:
        """Yield every fault of the cells, in the order of the fields."""
        for column in FIELDS:
            for rule, said in RULES.items():
                rows = self.broken.get((column, rule))
                if rows is not None:
                    where = f"column '{column}', {placed_list(rows.rows, rows.count, place)}"
                    yield Fault(where, said.text, said.fix)


def gather(path: Path, terms: Terms) -> Gathered:
    """Read a table of consents.

    Parameters
    ----------
    path : Path
        A Parquet file, a folder of them, or a CSV file in UTF-8, with the columns `FIELDS`. Others are not
        read.
    terms : Terms

    Raises
    ------
    ResidentsError
        It cannot be read, or something is wrong with it: every fault with its column, its rows (from 1,
        without the header), how many they are and the way out; no value is shown.
    """
    rows = open_rows(path, FIELDS)
    title = f"The consents in {path} are refused"
    _refuse(title, _column_faults(rows.columns, rows.rows))
    gathering = _Gathering(terms)
    for block in rows.blocks([name for name in FIELDS if name in rows.columns], plain=[WHO, TIME]):
        gathering.add(block)
    _refuse(title, gathering.faults(rows.place))
    parts = gathering.parts
    return Gathered(
        np.concatenate([part.subjects for part in parts]),
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.kinds for part in parts]),
        tuple(gathering.told),
        sum(name not in FIELDS for name in rows.columns),
    )


def _refuse(title: str, faults: Iterator[Fault]) -> None:
    found = list(faults)
    if found:
        raise ResidentsError.from_faults(title, found)


def _column_faults(columns: Sequence[str], rows: int) -> Iterator[Fault]:
    for name in FIELDS:
        if name in REQUIRED and name not in columns:
            yield Fault(f"column '{name}'", "is missing", "name the columns as ISO/IEC TS 27560 does")
        if columns.count(name) > 1:
            yield Fault(f"column '{name}'", f"stands {columns.count(name)} times in the table", "keep one")
    if not rows:
        yield Fault("the table", "has no row", "write a row for each event")


def _filled(cells: pa.Array) -> pa.Array:
    """Return times, texts among them without blanks and null where they say nothing."""
    is_text = pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)
    return _texts(cells) if is_text or pa.types.is_dictionary(cells.type) else cells


def _texts(cells: pa.Array) -> pa.Array:
    """Return cells as texts without blanks around them, null where they say nothing."""
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    texts = pc.utf8_trim_whitespace(cells.cast(pa.large_string()))
    says_nothing = pc.is_in(texts, pa.array([*MISSING_WORDS, ""], pa.large_string()))
    return pc.if_else(says_nothing, pa.scalar(None, pa.large_string()), texts)


def _reader(subject_of: Callable[[str], bytes]) -> Callable[[str], bytes]:
    """Return what makes a pseudonym of a reference, and takes one that was written out as it is."""

    def read(text: str) -> bytes:
        if not text.startswith(PSEUDONYM):
            return subject_of(text)
        digits = text.removeprefix(PSEUDONYM)
        found = bytes.fromhex(digits)
        if len(digits) != _DIGITS or len(found) != SUBJECT.itemsize:  # there are blanks among them
            raise ValueError
        return found

    return read


def _parted(code: int, sizes: Sequence[int]) -> list[int]:
    """Undo what joined the places of several columns into one number."""
    found = []
    for size in reversed(sizes):
        code, place = divmod(code, size)
        found.append(place)
    return found[::-1]


def _told(cells: Mapping[str, str], by: str) -> Told:
    return Told(**{**cells, STATE: cells[STATE], ENTITY: cells.get(ENTITY) or by})  # type: ignore[arg-type]  # judged
