"""Whether what must outlive every backup did: in one that was restored, nobody stands again who was erased.

And what residents refused, withdrew or objected to since the backup was made is on record in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from segmentation.ledger.personal.behind import subjects_behind
from segmentation.ledger.personal.events import decode
from segmentation.ledger.personal.look import Look
from segmentation.ledger.personal.stones import PURPOSE
from segmentation.ledger.personal.tables import PERSONAL, consents, data_keys
from segmentation.ledger.personal.taken_back import opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

    from segmentation.backups.making import Source
    from segmentation.backups.restoring import Restored
    from segmentation.ledger.store import Ledger


@dataclass(frozen=True)
class Check:
    """What a drill looked at.

    Attributes
    ----------
    what : str
        In one sentence, what was found or why it failed.
    holds : bool
    """

    what: str
    holds: bool = True


def erased_check(ledger: Ledger, source: Source, restored: Restored) -> Check:
    """Make sure that no key of who was erased is there, and no row that is of nobody with a key."""
    lines, mark = source.tombstones.read(), source.keyring.marker(PURPOSE)
    latest = {bytes.fromhex(line.mark): line.number for line in lines if line.mark}
    erased = sum(1 for line in lines if line.mark)
    with ledger.reading() as connection:
        keys = connection.execute(select(data_keys.c.subject, data_keys.c.erasures))
        back = sum(erasures < latest.get(mark(bytes(subject)), 0) for subject, erasures in keys)
        strays = sum(_strays(connection, source))
    if back or strays:
        return Check(
            f"Erasures: {back:,} keys of erased residents and {strays:,} rows without a key are there again.",
            holds=False,
        )
    if not erased:
        return Check("Erasures: nobody was erased yet, so nobody can come back.")
    return Check(
        f"Erasures: of {erased:,}, nobody is there again, and every row is of somebody who has a key; "
        f"taken out of this backup: {restored.erased.residents:,}."
    )


def taken_back_check(ledger: Ledger, source: Source, restored: Restored) -> Check:
    """Make sure that what residents took back since the backup is on record in what was restored."""
    lines, mark = source.tombstones.read(), source.keyring.marker(PURPOSE)
    ends = {bytes.fromhex(line.mark): line.number for line in lines if line.mark}
    said: dict[str, set[tuple[bytes, int, str]]] = {}
    for line in lines[restored.manifest.tombstones.number :]:
        for one in opened(source.keyring, line):
            if line.number > ends.get(mark(one.subject), 0):  # or it went with the resident
                said.setdefault(one.purpose, set()).add((one.subject, one.at, one.state))
    count = sum(map(len, said.values()))
    if missing := sum(_missing(ledger, source, said)):
        return Check(
            f"Taken back: {missing:,} of {count:,} withdrawals, refusals and objections since the backup are "
            "not on record.",
            holds=False,
        )
    if not count:
        return Check("Taken back: nothing was since the backup.")
    return Check(
        f"Taken back: {count:,} withdrawals, refusals and objections since the backup are on record again."
    )


def _missing(
    ledger: Ledger, source: Source, said: Mapping[str, set[tuple[bytes, int, str]]]
) -> Iterator[int]:
    """Yield how many events of each purpose are not among those of their residents."""
    with ledger.reading() as connection:
        look = Look(connection, lambda: source.keyring)
        for purpose, some in said.items():
            rows = look.of_many(consents, purpose, {subject for subject, _, _ in some})
            there = {(subject, row.at, decode(row.content).event_state) for subject, row in rows}
            yield len(some - there)


def _strays(connection: Connection, source: Source) -> Iterator[int]:
    """Yield how many pseudonyms of each table and purpose are of nobody who has a key."""
    for table in PERSONAL:
        pairs = connection.execute(
            select(table.c.purpose, table.c.subject).where(table.c.subject.is_not(None)).distinct()
        )
        of: dict[str, set[bytes]] = {}
        for purpose, subject in pairs:
            of.setdefault(purpose, set()).add(bytes(subject))
        for purpose, marks in of.items():
            yield len(marks - subjects_behind(connection, source.keyring, purpose, marks).keys())
