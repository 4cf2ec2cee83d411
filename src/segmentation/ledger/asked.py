"""Which lines of the access log name a resident: an index, so that who asked is found at once.

Each resident may ask who looked at what is kept of them (PIPL Art. 44), and the log grows with every request.
The index is made from the log, kept with it, and made anew where it is missing. It is no evidence: what is
told is read from the lines themselves, and `segmentation ledger verify` holds it against them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, func, literal, select, text

from segmentation.ledger.parts import parts
from segmentation.ledger.tables import access, asked_about

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from segmentation.ledger.store import Ledger

MISSING = "The index of who was asked about was not made anew"
WHOLE = b""
"""Stands as the mark of the one row that says that every batch is in the index."""
PAGE = 100
"""Batches that are looked through at a time."""
MANY = 500
"""Residents of whom one question asks."""
_NAMED = re.compile(r'"subject":\s*"([0-9a-f]{32})"')
_ADD = text(
    "INSERT INTO asked_about (mark, batch, start, length) VALUES (:mark, :batch, :start, :length) "
    "ON CONFLICT DO NOTHING"
)


class Named(NamedTuple):
    """A resident in a line of a batch: the line begins at `start`, and has `length` letters."""

    mark: bytes
    start: int
    length: int


def named_in(lines: str) -> set[Named]:
    """Return which lines of a batch name whom; none where nobody asked about a resident."""
    found = set()
    for one in _NAMED.finditer(lines):
        start, end = lines.rfind("\n", 0, one.start()) + 1, lines.find("\n", one.end())
        found.add(Named(bytes.fromhex(one[1]), start, (len(lines) if end < 0 else end) - start))
    return found


def enter(connection: Connection, number: int, lines: str) -> None:
    """Enter a batch that was just added, within its transaction; the whole log where the index is missing.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    number : int
        Of the batch.
    lines : str
        Its lines.
    """
    named = named_in(lines)
    if not named:
        return
    if is_whole(connection):
        _add(connection, number, named)
    else:
        rebuild(connection)


def about(connection: Connection, mark: bytes) -> Iterator[str]:
    """Yield the lines in which a resident may be named, the oldest first.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    mark : bytes
        What stands for the resident in the access log. Without an index, the whole log is looked through.
    """
    if not is_whole(connection):
        yield from _looked_for(connection, mark.hex())
        return
    # The database cuts the lines out: a batch may have a thousand of others.
    line = func.substr(access.c.lines, asked_about.c.start + 1, asked_about.c.length)
    question = select(line).join(asked_about, asked_about.c.batch == access.c.number)
    question = question.where(asked_about.c.mark == mark)
    yield from connection.execute(question.order_by(access.c.number, asked_about.c.start)).scalars()


def rebuild(connection: Connection) -> None:
    """Make the index anew from the log, within a transaction that keeps other writers out."""
    connection.execute(delete(asked_about))
    for number, lines in _batches(connection):
        _add(connection, number, named_in(lines))
    _add(connection, 0, {Named(WHOLE, 0, 0)})


def mend(ledger: Ledger) -> None:
    """Make the index anew where it is not what the log says.

    Raises
    ------
    LedgerError, StorageError
        The database refuses.
    """
    with ledger.writer(MISSING) as connection:
        if next(_faults(connection), None) is not None:
            rebuild(connection)


def fault(ledger: Ledger) -> str | None:
    """Return in one sentence where the index is not what the log says; None where it is.

    Raises
    ------
    LedgerError, StorageError
        The database cannot be read.
    """
    with ledger.reading() as connection:
        found = next(_faults(connection), None)
    if found is None:
        return None
    return (
        f"The index of who was asked about is not what batch {found} of the access log says, so a resident "
        "may be told of too few who asked. `segmentation ledger upgrade` makes it anew from the log."
    )


def is_whole(connection: Connection) -> bool:
    """Whether the index says that every batch is in it."""
    question = select(literal(1)).where(asked_about.c.mark == WHOLE).limit(1)
    return connection.execute(question).first() is not None


def _faults(connection: Connection) -> Iterator[int]:
    """Yield the number of each batch of which the index says otherwise; 0 where it is missing."""
    if not is_whole(connection):
        yield 0
    for number, lines in _batches(connection):
        named = named_in(lines)
        if not named <= _entered(connection, number, named):
            yield number


def _entered(connection: Connection, number: int, named: set[Named]) -> set[Named]:
    """Return what the index says of those whom a batch names."""
    marks = sorted({one.mark for one in named})
    columns = (asked_about.c.mark, asked_about.c.start, asked_about.c.length)
    question = select(*columns).where(asked_about.c.batch == number)
    return {
        Named(bytes(row.mark), row.start, row.length)
        for some in parts(marks, MANY)
        for row in connection.execute(question.where(asked_about.c.mark.in_(some)))
    }


def _looked_for(connection: Connection, mark: str) -> Iterator[str]:
    place = func.instr if connection.dialect.name == "sqlite" else func.strpos
    question = select(access.c.lines).where(place(access.c.lines, mark) > 0).order_by(access.c.number)
    for lines in connection.execute(question).scalars():
        yield from (line for line in lines.split("\n") if mark in line)


def _batches(connection: Connection) -> Iterator[tuple[int, str]]:
    since = 0
    question = select(access.c.number, access.c.lines).order_by(access.c.number).limit(PAGE)
    while rows := connection.execute(question.where(access.c.number > since)).all():
        yield from ((row.number, str(row.lines)) for row in rows)
        since = rows[-1].number


def _add(connection: Connection, number: int, named: set[Named]) -> None:
    if named:
        connection.execute(_ADD, [one._asdict() | {"batch": number} for one in sorted(named)])
