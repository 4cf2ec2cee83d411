"""Whether every row that is kept still has the key that opens it: told with the keyring, and unopened.

Who writes the database can take a resident's key away, and so everything that is kept of them, or put another
in its place. No line of the access log would say so; but whoever is erased has their rows emptied, so a row
that stands without a key was robbed of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from segmentation.errors import LedgerError, VaultError
from segmentation.ledger.personal.rows import name_of
from segmentation.ledger.personal.spans import Spans
from segmentation.ledger.personal.tables import PERSONAL, data_keys
from segmentation.vault import Wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Table

    from segmentation.ledger.personal.records import Records
    from segmentation.vault import Keyring

PAGE = 10_000
"""Rows that are read at a time."""
TOLD = 5
"""Runs of rows of a table that are named; the rest are counted."""
WAY_OUT = "Take the keyring of this ledger, or restore the ledger from a backup."


@dataclass(frozen=True)
class Owned:
    """What was found, where nothing is wrong.

    Attributes
    ----------
    residents : int
        Keys, each of which opens.
    """

    residents: int


def verify_owners(records: Records) -> Owned:
    """Make sure that every resident's key opens under the keyring, and that no row lacks its resident.

    Raises
    ------
    LedgerError
        A key does not open, or rows have none; says how many, and which rows of which table.
    VaultError
        There is no keyring.
    """
    ledger, keyring = records.ledger, records.keyring
    with ledger.reading() as connection:
        subjects, closed = _opening(connection, keyring)
        wrong = [fault for table in PERSONAL for fault in _faults(connection, table, keyring, subjects)]
    if closed:
        wrong.insert(
            0,
            f"The keys of {closed:,} residents do not open: the keyring lacks what they are under, or they "
            "were altered.",
        )
    if wrong:
        raise LedgerError("\n".join((*wrong, WAY_OUT)))
    return Owned(len(subjects))


def _opening(connection: Connection, keyring: Keyring) -> tuple[list[bytes], int]:
    """Return who has a key, and how many of these keys do not open."""
    unwrap, subjects, closed = keyring.unwrapper(), list[bytes](), 0
    question = select(data_keys.c.subject, data_keys.c.wrapping, data_keys.c.wrapped).limit(PAGE)
    last = b""
    while page := connection.execute(
        question.where(data_keys.c.subject > last).order_by(data_keys.c.subject)
    ).all():
        last = bytes(page[-1].subject)
        for subject, key, data in page:
            subjects.append(bytes(subject))
            try:
                unwrap(bytes(subject), Wrapped(key, bytes(data)))
            except VaultError:
                closed += 1
    return subjects, closed


def _faults(connection: Connection, table: Table, keyring: Keyring, subjects: list[bytes]) -> Iterator[str]:
    name, bare = name_of(table), Spans()
    for purpose in connection.execute(select(table.c.purpose).distinct()).scalars().all():
        marks = set(map(keyring.marker(purpose), subjects))
        for number, mark in _marked(connection, table, purpose):
            if mark not in marks:
                bare.add(number, 1)
    for first, end in bare.runs()[:TOLD]:
        rows = f"Row {first}" if end - first == 1 else f"Rows {first} to {end - 1}"
        yield f"{rows} of {name}: the key is gone, and nobody was erased."
    if (more := len(bare.runs()) - TOLD) > 0:
        yield f"So it is with {more:,} more places of {name}."


def _marked(connection: Connection, table: Table, purpose: str) -> Iterator[tuple[int, bytes]]:
    """Yield number and pseudonym of the rows of a purpose that are not empty."""
    question = select(table.c.number, table.c.subject).where(
        table.c.purpose == purpose, table.c.subject.is_not(None)
    )
    last = 0
    while page := connection.execute(
        question.where(table.c.number > last).order_by(table.c.number).limit(PAGE)
    ).all():
        last = page[-1].number
        for number, mark in page:
            yield number, bytes(mark)
