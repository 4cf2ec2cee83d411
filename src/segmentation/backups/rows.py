"""The rows of a ledger as a stream of bytes and back, from SQLite or PostgreSQL into either.

They are read in one transaction that sees one moment while others write, and never lie in a copy of the
database: such a copy would hold the keys of whoever is erased before it is taken away. Sessions and failed
attempts at sign-in are left out: who was signed in at the time is not to be so again.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import delete, func, insert, select

from segmentation.backups.manifest import Reached, Rows
from segmentation.errors import BackupError, LedgerError
from segmentation.ledger.asked import rebuild
from segmentation.ledger.personal.rows import insert_rows, make_room, name_of
from segmentation.ledger.personal.tables import NUMBERED, data_keys
from segmentation.ledger.rows import SIGNED
from segmentation.ledger.tables import access, asked_about, attempts, events, metadata, sessions, versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Table

    from segmentation.backups.frames import Opening, Sealing
    from segmentation.ledger.store import Ledger

PAGE = 5000
"""Rows that are in memory at a time."""
FEW = 50
"""Of the access log, in which a row holds all lines of a batch."""
CHAINED = (events, *SIGNED)
"""Events, and what belongs to each: a ledger takes them one event after the other."""
LEFT_OUT = frozenset(map(name_of, (versions, sessions, attempts, asked_about)))
OTHERS = tuple(
    table
    for table in metadata.sorted_tables
    if name_of(table) not in LEFT_OUT | frozenset(map(name_of, CHAINED))
)
_LENGTH = 4
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[str, list[list[Any]]]).decode
_tables = {name_of(table): table for table in (*CHAINED, *OTHERS)}

Frame = tuple[str, list[list[Any]]]
"""A table's name, and rows of it with the values in the order of its columns."""


class Taken(msgspec.Struct, frozen=True):
    """How far everything went at the moment of which the rows are.

    Attributes
    ----------
    ledger : str
        Digest of the first event.
    events, access : Reached
    rows : dict of str to Rows
        Of `tables.NUMBERED`.
    wrapping : tuple of str
        Ids of the keys under which residents' keys are.
    """

    ledger: str
    events: Reached
    access: Reached
    rows: dict[str, Rows]
    wrapping: tuple[str, ...]


def write_rows(ledger: Ledger, file: Sealing) -> Taken:
    """Write all rows of a ledger as they are at one moment.

    Raises
    ------
    LedgerError
        It holds no events, or the database refuses.
    StorageError
        The database cannot be read.
    """
    with ledger.reading() as connection:
        taken = _taken(connection)
        for name, rows in _frames(connection):
            data = _encode((name, rows))
            file.write(len(data).to_bytes(_LENGTH, "big") + data)
    return taken


def read_rows(connection: Connection, file: Opening) -> None:
    """Put the rows into a ledger that has tables and nothing in them, within a transaction that writes.

    Raises
    ------
    BackupError
        The file was altered.
    """
    make_room(connection)
    for table in OTHERS:
        connection.execute(delete(table))  # what came with a table when it was made is in the backup as well
    page: dict[str, list[list[Any]]] = {}
    chained = {name_of(table) for table in CHAINED}
    for name, rows in _read(file):
        if name not in chained or name == name_of(events):
            _put_events(connection, page)
            page = {}
        if name in chained:
            page.setdefault(name, []).extend(rows)
        else:
            insert_rows(connection, _tables[name], rows)
    _put_events(connection, page)
    rebuild(connection)


def digest_of_table(connection: Connection, table: Table, count: int | None = None) -> Rows:
    """Return the rows of a table of which each carries its digest: how many, and a digest of these.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    table : sqlalchemy.Table
        One of `tables.NUMBERED`.
    count : int, optional
        How many of the first ones; all when not given.
    """
    question = select(table.c.digest).order_by(table.c.number).limit(count)
    digest, found = sha256(), 0
    for one in connection.execute(question, execution_options={"yield_per": PAGE}).scalars():
        digest.update(bytes(one))
        found += 1
    return Rows(found, f"sha256:{digest.hexdigest()}")


def is_empty(connection: Connection) -> bool:
    """Whether a ledger with tables holds nothing yet."""
    return all(
        connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
        for table in (events, access, data_keys, *NUMBERED)
    )


def _taken(connection: Connection) -> Taken:
    first = connection.execute(select(events.c.digest).order_by(events.c.seq).limit(1)).scalar()
    if first is None:
        raise LedgerError("The ledger holds no events yet. Begin it with `segmentation people init`.")
    wrapping = connection.execute(select(data_keys.c.wrapping).distinct()).scalars()
    return Taken(
        first,
        _reached(connection, events, "seq"),
        _reached(connection, access, "number"),
        {name_of(table): digest_of_table(connection, table) for table in NUMBERED},
        tuple(sorted(wrapping)),
    )


def _reached(connection: Connection, table: Table, number: str) -> Reached:
    question = select(table.c[number], table.c.digest).order_by(table.c[number].desc()).limit(1)
    found = connection.execute(question).one_or_none()
    return Reached() if found is None else Reached(found[0], found[1])


def _frames(connection: Connection) -> Iterator[Frame]:
    """Yield events a page at a time, each page with what belongs to it, and then everything else."""
    last = 0
    while page := _rows(connection, select(events).where(events.c.seq > last).order_by(events.c.seq)):
        yield name_of(events), page
        for table in SIGNED:
            within = (table.c.seq > last, table.c.seq <= page[-1][0])
            if signed := _rows(connection, select(table).where(*within).order_by(table.c.seq)):
                yield name_of(table), signed
        last = page[-1][0]
    for table in OTHERS:
        question, size = select(table).order_by(*table.primary_key.columns), FEW if table is access else PAGE
        found = connection.execute(question, execution_options={"yield_per": size})
        for part in found.partitions(size):
            yield name_of(table), [list(row) for row in part]


def _rows(connection: Connection, question: Any) -> list[list[Any]]:  # noqa: ANN401 - a question of SQLAlchemy
    return [list(row) for row in connection.execute(question.limit(PAGE))]


def _read(file: Opening) -> Iterator[Frame]:
    while head := file.read(_LENGTH):
        try:
            name, rows = _decode(file.exactly(int.from_bytes(head, "big")))
        except msgspec.MsgspecError:
            name, rows = "", []
        table = _tables.get(name)
        if table is None or any(len(row) != len(table.columns) for row in rows):
            raise BackupError(
                "The rows of the backup are of tables that this version does not know. Restore it with the "
                "version that wrote it."
            )
        yield name, rows


def _put_events(connection: Connection, page: Mapping[str, Sequence[Sequence[Any]]]) -> None:
    """Add events one after the other, each with what belongs to it: the triggers of the tables want it so."""
    beside: dict[int, list[tuple[Table, Sequence[Any]]]] = {}
    for table in SIGNED:
        for row in page.get(name_of(table), ()):
            beside.setdefault(row[0], []).append((table, row))
    for row in page.get(name_of(events), ()):
        for table, values in ((events, row), *beside.get(row[0], ())):
            names = [column.name for column in table.columns]
            connection.execute(insert(table), dict(zip(names, values, strict=True)))
