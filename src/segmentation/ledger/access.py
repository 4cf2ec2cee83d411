"""The access log: who asked the service for what, as a second chain of digests in the ledger's database.

Much more is asked than decided, so these lines are no events: no history replays them. They are moved here in
batches from the spools of the workers, and each batch carries the digest of the one before. Once a day the
last digest is anchored among the events, where the witness sees it, so what was rewritten, taken out or cut
off before an anchor shows, whatever is anchored after it. Nobody signs a batch: who writes the database can
add false ones, and can change what came after the last anchor.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from segmentation.errors import LedgerError
from segmentation.ledger.asked import enter
from segmentation.ledger.batches import Head, batch_of, broken, misfits, read_batch, row_of
from segmentation.ledger.tables import access

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from segmentation.ledger.batches import Batch
    from segmentation.ledger.facts import Anchor
    from segmentation.ledger.store import Ledger

UNMOVED = "No access event was moved into the ledger"
AGAIN = "Move them again: what is there already is left out."
PAGE = 16
"""Batches that are read at a time: each may hold a thousand lines."""
MANY = 500
"""Batches that one question may name."""
TOLD = 5
"""Anchors that do not fit of which each is told; of more, how many: who writes the database may add many."""


@dataclass(frozen=True)
class Judged:
    """What the anchored batches are, held against their anchors.

    Attributes
    ----------
    head : Head
        How far the log goes, unverified.
    fits : tuple of Anchor
    misfits : tuple of str
        One sentence for each of the first anchors that the log does not fit.
    """

    head: Head
    fits: tuple[Anchor, ...]
    misfits: tuple[str, ...]


class AccessLog:
    """The access log in a ledger's database; several threads may use one.

    Parameters
    ----------
    ledger : Ledger
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def ended(self, spool: str) -> int:
        """Return how many bytes of a spool were moved so far.

        Raises
        ------
        LedgerError, StorageError
            The database cannot be read.
        """
        with self._ledger.reading() as connection:
            return _ended(connection, spool)

    def head(self) -> Head:
        """Return how far the log goes, as the database says, and unverified; raises what `ended` does."""
        with self._ledger.reading() as connection:
            return _head(connection)

    def append(self, spool: str, start: int, lines: bytes, now: datetime) -> Batch | None:
        """Move lines of a spool here, in one transaction; what was moved already is left out.

        Parameters
        ----------
        spool : str
            Name that no other spool ever had.
        start : int
            Where in the spool the lines begin, in bytes.
        lines : bytes
            Whole lines; the last one of a spool that nobody writes any more may lack its end.
        now : datetime
            Aware.

        Returns
        -------
        Batch or None
            What was added; None where all of it was there.

        Raises
        ------
        LedgerError
            The lines begin behind what was moved, so some would be missing; or the database refuses. Where
            that is an `UnreachableError`, they may be there or not: move them again.
        StorageError
            The disk is full.
        """
        with self._ledger.writer(UNMOVED, AGAIN) as connection:
            moved = _ended(connection, spool)
            if start > moved:
                raise LedgerError(
                    f"The spool {spool} was moved up to byte {moved:,}, and these lines begin at byte "
                    f"{start:,}, so some would be missing. Move it from byte {moved:,} on."
                )
            rest = lines[moved - start :]
            if not rest:
                return None
            return _added(connection, spool, moved, rest, now)

    def batches(self, since: int = 0) -> Iterator[Batch]:
        """Yield the batches after one, a few read at a time, and none of them verified.

        Raises what `ended` does.
        """
        while found := self._page(since):
            yield from found
            since = found[-1].number

    def lines(self, since: int = 0) -> Iterator[str]:
        """Yield the access events in the batches after one, as they were moved; takes what `batches` does."""
        for batch in self.batches(since):
            yield from batch.lines.removesuffix("\n").split("\n")

    def verify(self, anchors: Iterable[Anchor] = ()) -> Head:
        """Make sure that every batch follows the one before, and that the log holds all that was anchored.

        Parameters
        ----------
        anchors : iterable of Anchor
            `History.anchors`, of a history that was read before this is called.

        Returns
        -------
        Head
            Of what was verified.

        Raises
        ------
        LedgerError
            A line for each of the first anchors that the log does not fit, and one for the first batch that
            was altered, removed or moved; beyond that, nothing was held against anchors.
        StorageError
            The database cannot be read.
        """
        asked = tuple(anchors)
        head, digests, wrong = self._followed({one.number for one in asked})
        if wrong is not None:
            asked = tuple(one for one in asked if one.number <= head.number)
        told = _first(tuple(misfits(asked, head, digests)))
        if told or wrong is not None:
            raise LedgerError("\n".join((*told, *([] if wrong is None else [wrong]))))
        return head

    def judged(self, anchors: Iterable[Anchor]) -> Judged:
        """Hold the batches that were anchored against their anchors; `verify` looks at all batches.

        Raises what `ended` does.
        """
        asked = tuple(anchors)
        numbers = sorted({one.number for one in asked})
        digests: dict[int, str] = {}
        with self._ledger.reading() as connection:
            head = _head(connection)
            for at in range(0, len(numbers), MANY):
                question = select(access.c.number, access.c.digest)
                found = connection.execute(question.where(access.c.number.in_(numbers[at : at + MANY])))
                digests.update((row.number, row.digest) for row in found)
        fits = tuple(one for one in asked if digests.get(one.number) == one.digest)
        return Judged(head, fits, _first(tuple(misfits(asked, head, digests))))

    def time(self) -> datetime | None:
        """Return the time on the clock of the database's server, in UTC; None where it has none of its own.

        Raises what `ended` does.
        """
        with self._ledger.reading() as connection:
            if connection.dialect.name != "postgresql":
                return None
            told: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return told.astimezone(UTC)

    def _followed(self, named: Collection[int]) -> tuple[Head, dict[int, str], str | None]:
        """Return how far batches follow each other, the digests of some, and what ends it before the end."""
        head, ends, digests = Head(), dict[str, int](), dict[int, str]()
        for batch in self.batches():
            wrong = broken(head, batch, ends.get(batch.spool, 0))
            if wrong is not None:
                return head, digests, wrong
            head, ends[batch.spool] = Head(batch.number, batch.digest), batch.end
            if batch.number in named:
                digests[batch.number] = batch.digest
        return head, digests, None

    def _page(self, since: int) -> list[Batch]:
        question = select(access).where(access.c.number > since).order_by(access.c.number).limit(PAGE)
        with self._ledger.reading() as connection:
            return [read_batch(row) for row in connection.execute(question).mappings()]


def append_within(connection: Connection, spool: str, lines: bytes, now: datetime) -> Batch:
    """Add whole lines that are in no spool, within a transaction that keeps other writers out.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    spool : str
        Name under which they stand.
    lines : bytes
    now : datetime
        Aware.
    """
    return _added(connection, spool, _ended(connection, spool), lines, now)


def _added(connection: Connection, spool: str, start: int, lines: bytes, now: datetime) -> Batch:
    batch = batch_of(_head(connection), spool, start, lines, now)
    connection.execute(insert(access), row_of(batch))
    enter(connection, batch.number, batch.lines)
    return batch


def _ended(connection: Connection, spool: str) -> int:
    found = connection.execute(select(func.max(access.c.end)).where(access.c.spool == spool)).scalar()
    return int(found or 0)


def _head(connection: Connection) -> Head:
    question = select(access.c.number, access.c.digest).order_by(access.c.number.desc()).limit(1)
    row = connection.execute(question).one_or_none()
    return Head() if row is None else Head(row.number, row.digest)


def _first(sentences: tuple[str, ...]) -> tuple[str, ...]:
    """Return some of many sentences, and how many more there are."""
    more = len(sentences) - TOLD
    if more <= 0:
        return sentences
    return (*sentences[:TOLD], f"The access log does not fit {more:,} more of its anchors.")
