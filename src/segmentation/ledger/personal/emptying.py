"""Taking rows of personal data out: their pseudonym and their seal, for good, and told in the access log.

What is emptied keeps its number and digest, so that what was written can still be held against the log. A row
that is empty and of which no line says so was emptied past this program (`verify`).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Literal, NamedTuple

from sqlalchemy import select, update

from segmentation.ledger.personal.entries import Line
from segmentation.ledger.personal.records import AGAIN, tell
from segmentation.ledger.personal.rows import digest_of_rows, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Table

    from segmentation.ledger.personal.records import Records
    from segmentation.vault import Keyring

Why = Literal["erase", "retention"]
SOME = 100
"""Seals by which the files of a database are searched for what was taken out."""


class Emptied(NamedTuple):
    """What was taken out.

    Attributes
    ----------
    rows : int
    seals : list of bytes
        Some of theirs, `SOME` at the most.
    """

    rows: int
    seals: list[bytes]


def empty(
    connection: Connection,
    table: Table,
    which: ColumnElement[bool],
    why: Why,
    by: str,
    now: datetime,
    keyring: Keyring,
) -> int:
    """Empty rows, with the lines that tell of it, within a transaction that keeps other writers out.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    table : sqlalchemy.Table
        One of `tables.PERSONAL`.
    which : sqlalchemy.ColumnElement
        Which of its rows; those that are empty already are let be.
    why : {"erase", "retention"}
    by : str
        Who does it.
    now : datetime
        Aware.
    keyring : Keyring
        Vouches for the lines.

    Returns
    -------
    int
        How many there were.
    """
    is_full = table.c.sealed.is_not(None) | table.c.subject.is_not(None)
    question = select(table.c.number, table.c.digest).where(which, is_full).order_by(table.c.number)
    found = [(int(number), bytes(digest)) for number, digest in connection.execute(question)]
    if found:
        connection.execute(update(table).where(which, is_full).values(subject=None, sealed=None))
        tell(connection, _lines(name_of(table), found, why, by, now), keyring)
    return len(found)


def empty_alone(
    records: Records, table: Table, which: ColumnElement[bool], failure: str, by: str, now: datetime
) -> Emptied:
    """Empty rows that need not be kept, in a transaction of its own, if there are any; further as `empty`.

    Parameters
    ----------
    failure : str
        What could not be done, as a clause.
    """
    question = select(table.c.sealed).where(which, table.c.subject.is_not(None)).limit(SOME)
    with records.ledger.reading() as connection:
        found = connection.execute(question).scalars().all()
    if not found:
        return Emptied(0, [])
    keyring = records.keyring
    with records.ledger.writer(failure, AGAIN) as connection:
        count = empty(connection, table, which, "retention", by, now, keyring)
    return Emptied(count, [bytes(seal) for seal in found if seal is not None])


def _lines(table: str, found: Sequence[tuple[int, bytes]], why: Why, by: str, now: datetime) -> list[Line]:
    """Return a line for each run of numbers without a gap."""
    return [
        Line(
            now, secrets.token_hex(8), by, why, table, run[0][0], len(run), digest_of_rows(d for _, d in run)
        )
        for run in _runs(found)
    ]


def _runs(found: Sequence[tuple[int, bytes]]) -> Iterator[Sequence[tuple[int, bytes]]]:
    first = 0
    for at in range(1, len(found) + 1):
        if at == len(found) or found[at][0] != found[at - 1][0] + 1:
            yield found[first:at]
            first = at
