"""Who withdrew from a purpose and is still placed for it, whatever way the withdrawal came in.

A withdrawal that is recorded alone takes segments and overrides out with it (`withdrawing`). One that came in
a table of many, or before this program did so, leaves them; they are as due (PIPL Art. 47), and an import and
every run of retention look for them. What was said is sealed, so the events of who is placed are opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, func, or_, select

from segmentation.ledger.parts import parts
from segmentation.ledger.personal.behind import subjects_behind
from segmentation.ledger.personal.emptying import SOME, empty_alone
from segmentation.ledger.personal.events import Event, event_of, standing_of
from segmentation.ledger.personal.records import UNWRITTEN
from segmentation.ledger.personal.tables import consents
from segmentation.ledger.personal.withdrawing import ENDING, PLACED
from segmentation.ledger.sweeping import swept

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Table

    from segmentation.ledger.personal.look import Look
    from segmentation.ledger.personal.records import Records

FEW = 100
"""Residents whose rows are named at a time."""
AT_ONCE = 10_000
"""Residents whose events are opened at a time."""


def still_placed(
    records: Records, among: Mapping[str, Collection[bytes]] | None = None
) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Yield which rows are of residents who withdrew from their purpose, a few residents' at a time.

    Rows that are written later are not among them: who consents again meanwhile keeps what follows.

    Parameters
    ----------
    records : Records
    among : mapping of str to collection of bytes, optional
        By purpose, the subjects (`Keyring.subject_of`) that are looked at; everybody unless given.
    """
    with records.looking() as look:
        ends = {table: _last(look.connection, table) for table in PLACED}
        for purpose, subjects in _placed(look, records, among):
            for mark in parts(_gone(look, records, purpose, subjects), FEW):
                for table, last in ends.items():
                    yield (
                        table,
                        and_(table.c.subject.in_(mark), table.c.purpose == purpose, table.c.number <= last),
                    )


def take_out_placed(records: Records, among: Mapping[str, Collection[bytes]], by: str, now: datetime) -> int:
    """Take out what residents who withdrew were placed as, and sweep the files of it.

    Parameters
    ----------
    records : Records
    among : mapping of str to collection of bytes
        As `still_placed` takes it.
    by : str
        Who does it.
    now : datetime
        Aware.

    Returns
    -------
    int
        How many rows there were.

    Raises
    ------
    LedgerError, StorageError, VaultError
        What `Records` raises; what is left then, a run of retention takes out.
    """
    gone, count = list[bytes](), 0
    for table, which in still_placed(records, among):
        rows, seals = empty_alone(records, table, which, UNWRITTEN, by, now)
        gone += seals[: SOME - len(gone)]
        count += rows
    if gone:
        swept(records.ledger, PLACED, gone)
    return count


def _last(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.max(table.c.number))).scalar() or 0)


def _placed(
    look: Look, records: Records, among: Mapping[str, Collection[bytes]] | None
) -> Iterator[tuple[str, Sequence[bytes]]]:
    """Yield purposes with the residents whose events are to be opened."""
    if among is not None:
        there = {
            purpose
            for table in PLACED
            for purpose in look.connection.execute(select(table.c.purpose).distinct()).scalars()
        }
        yield from ((purpose, list(among[purpose])) for purpose in sorted(there & among.keys()))
        return
    same = (
        exists().where(table.c.subject == consents.c.subject, table.c.purpose == consents.c.purpose)
        for table in PLACED
    )
    question = select(consents.c.purpose, consents.c.subject).where(
        consents.c.subject.is_not(None), or_(*same)
    )
    marks: dict[str, set[bytes]] = {}
    for purpose, mark in look.connection.execute(question.distinct()):
        marks.setdefault(purpose, set()).add(bytes(mark))
    for purpose, of in sorted(marks.items()):
        yield purpose, list(subjects_behind(look.connection, records.keyring, purpose, of).values())


def _gone(look: Look, records: Records, purpose: str, subjects: Sequence[bytes]) -> list[bytes]:
    """Return the pseudonyms of those whose newest word on consent is that they withdrew, or refuse."""
    mark = records.keyring.marker(purpose)
    gone: list[bytes] = []
    for some in parts(subjects, AT_ONCE):
        events: dict[bytes, list[Event]] = {}
        for subject, row in look.of_many(consents, purpose, some):
            events.setdefault(subject, []).append(event_of(row))
        gone += [mark(subject) for subject, told in events.items() if standing_of(told).state in ENDING]
    return gone
