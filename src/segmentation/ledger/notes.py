"""What a reviewer wrote down while reading a version, and has not signed: for them alone, and no evidence.

A comment or a waiver waits here until its author signs their next act, which says it under their key. Until
then they may change it or take it away, and nobody else is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import and_, delete, func, select

from segmentation.errors import ReviewError
from segmentation.ledger.records import LONGEST_TEXT, Words
from segmentation.ledger.tables import notes
from segmentation.ledger.working import keeping, time_of, upsert, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from segmentation.ledger.store import Ledger

NoteKind = Literal["comment", "waiver"]
KINDS: tuple[NoteKind, ...] = get_args(NoteKind)
MOST = 2_000
"""Notes of one person about one version."""
LONGEST_KEY = 500
"""Letters of what a note is about."""

_WORDS: TypeAdapter[str] = TypeAdapter(Words)


@dataclass(frozen=True)
class Note:
    """Something that a reviewer has not signed yet.

    Attributes
    ----------
    kind : {"comment", "waiver"}
    key : str
        The section that a comment is about, or the finding that a waiver lets pass.
    text : str
        What they say, or why the finding may pass.
    expires : date or None
        Last day of a waiver.
    at : datetime
        When they wrote it, UTC.
    bundle : str
        Digest of the submission that they read.
    """

    kind: NoteKind
    key: str
    text: str
    expires: date | None
    at: datetime
    bundle: str


class Notes:
    """The notes in a ledger's database.

    Every method raises a `LedgerError` or a `StorageError` where the database refuses.

    Parameters
    ----------
    ledger : Ledger
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def put(self, person: str, model: str, version: int, note: Note) -> None:
        """Keep a note, in the place of one of its kind about the same; raises what `put_all` does."""
        self.put_all(person, model, version, (note,))

    def put_all(self, person: str, model: str, version: int, noted: Iterable[Note]) -> None:
        """Keep notes, all of them or none, each in the place of the one of the same kind about the same.

        Line ends are kept as a record has them, whatever a browser sends.

        Raises
        ------
        ReviewError
            There are too many, or one is empty, too long, or holds letters that nobody can sign.
        """
        rows = [_row(person, model, version, note) for note in noted]
        # Two that write the same rows in another order would wait for each other.
        rows.sort(key=lambda row: (row["kind"], row["key"]))
        with keeping(self._ledger) as connection:
            for row in rows:
                upsert(connection, notes, row)
            count = select(func.count()).where(_of(person, model, version))
            if connection.execute(count).scalar_one() > MOST:
                raise ReviewError(
                    f"There are {MOST} notes of yours about this version already, and no more are kept. Sign "
                    "them, or take some away."
                )

    def remove(self, person: str, model: str, version: int, kind: NoteKind, key: str) -> bool:
        """Take a note away; tell whether there was one."""
        this = _of(person, model, version) & (notes.c.kind == kind) & (notes.c.key == key)
        with keeping(self._ledger) as connection:
            return connection.execute(delete(notes).where(this)).rowcount > 0

    def remove_signed(self, person: str, model: str, version: int, signed: Iterable[Note]) -> None:
        """Take away notes that were signed, all or none; one that says something else by now stays."""
        mine = _of(person, model, version)
        with keeping(self._ledger) as connection:
            for note in signed:
                connection.execute(delete(notes).where(mine & _says(note)))

    def remove_earlier(self, person: str, model: str, version: int, bundle: str) -> None:
        """Take away the notes about other submissions than the one of this digest."""
        others = _of(person, model, version) & (notes.c.bundle != bundle)
        with keeping(self._ledger) as connection:
            connection.execute(delete(notes).where(others))

    def of(self, person: str, model: str, version: int) -> tuple[Note, ...]:
        """Return what a person noted about a version, the oldest first."""
        question = select(notes).where(_of(person, model, version)).order_by(notes.c.at, notes.c.key)
        with self._ledger.reading() as connection:
            found = [_read(row) for row in connection.execute(question).mappings()]
        return tuple(note for note in found if note is not None)

    def counts(self, person: str, model: str) -> dict[tuple[int, str], int]:
        """Return how many notes a person has, by version and digest of the submission that they read."""
        these = (notes.c.person == person) & (notes.c.model == model)
        question = (
            select(notes.c.version, notes.c.bundle, func.count())
            .where(these)
            .group_by(notes.c.version, notes.c.bundle)
        )
        with self._ledger.reading() as connection:
            return {(version, bundle): n for version, bundle, n in connection.execute(question)}


def _of(person: str, model: str, version: int) -> ColumnElement[bool]:
    return (notes.c.person == person) & (notes.c.model == model) & (notes.c.version == version)


def _says(note: Note) -> ColumnElement[bool]:
    """Match a row that holds this note, and not another about the same."""
    told = _written(note)
    return and_(*(notes.c[name] == told[name] for name in ("kind", "key", "text", "expires", "bundle")))


def _written(note: Note) -> dict[str, str | None]:
    """Return the columns of a note."""
    return {
        "kind": note.kind,
        "key": note.key,
        "bundle": note.bundle,
        "text": note.text,
        "expires": None if note.expires is None else note.expires.isoformat(),
        "at": written(note.at),
    }


def _row(person: str, model: str, version: int, note: Note) -> dict[str, Any]:
    """Return what is kept of a note, once it was found that it can be signed."""
    if not 0 < len(note.key) <= LONGEST_KEY or not note.key.isprintable():
        raise ReviewError("The note names no section and no finding of this version. Choose one of its page.")
    about = {"person": person, "model": model, "version": version}
    return about | _written(replace(note, text=_signable(note.text)))


def _signable(told: str) -> str:
    """Return a text as it can be signed."""
    told = "\n".join(told.splitlines()).strip()
    if not told:
        raise ReviewError("The note says nothing. Write something, or take it away.")
    if len(told) > LONGEST_TEXT:
        raise ReviewError(
            f"The note has {len(told):,} letters, and one has {LONGEST_TEXT:,} at most. Say it in fewer "
            "words."
        )
    try:
        return _WORDS.validate_python(told)
    except ValidationError:
        raise ReviewError(
            "The note holds control or format letters (tabs, escapes, invisible letters), which are not "
            "signed. Leave them out."
        ) from None


def _read(row: Mapping[Any, Any]) -> Note | None:
    """Return a note; None where the row was not written here."""
    at = time_of(row["at"])
    texts = [row[name] for name in ("key", "text", "bundle")]
    if at is None or row["kind"] not in KINDS or not all(isinstance(one, str) for one in texts):
        return None
    try:
        expires = None if row["expires"] is None else date.fromisoformat(row["expires"])
    except (ValueError, TypeError):
        return None
    key, told, bundle = texts
    return Note(cast("NoteKind", row["kind"]), key, told, expires, at, bundle)
