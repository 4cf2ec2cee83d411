"""The access log: who asked the service for what, as a second chain of digests in the ledger's database.

Much more is asked than decided, so these lines are no events: no history replays them. They are moved here in
batches from the spools of the workers, and each batch carries the digest of the one before. Once a day the
last digest is anchored among the events, where the witness sees it, so what was rewritten, taken out or cut
off before an anchor shows. Nobody signs a batch: who writes the database can add false ones, and can change
what came after the last anchor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from segmentation.errors import LedgerError, SigningError
from segmentation.ledger.anchoring import ACCESS
from segmentation.ledger.event import GENESIS, Draft
from segmentation.ledger.store import UNREAD
from segmentation.ledger.tables import access
from segmentation.signing import canonical, sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, RowMapping

    from segmentation.ledger.book import Book
    from segmentation.ledger.facts import Anchor
    from segmentation.ledger.history import History
    from segmentation.ledger.store import Ledger

UNMOVED = "No access event was moved into the ledger"
AGAIN = "Move them again: what is there already is left out."
OFTEN = timedelta(days=1)
"""How long after an anchor the next one is due."""
PAGE = 16
"""Batches that are read at a time: each may hold a thousand lines."""
UNREADABLE = ""
"""The digest of a batch whose row does not say what the batch would: one that nothing has."""
DOUBT = "Everything after it is in doubt; compare with a backup."


@dataclass(frozen=True)
class Batch:
    """Lines of one spool that were moved at once.

    Attributes
    ----------
    number : int
        From 1, without gaps.
    at : datetime
        When they were moved, UTC; the events themselves were before.
    spool : str
    start, end : int
        Which bytes of the spool they are, the last one not included.
    count : int
        Lines.
    lines : str
        One access event each, JSON. Bytes that no text has stand as escapes.
    previous : str
        Digest of the batch before; `GENESIS` for the first.
    digest : str
        As stored; `computed` is what it must be.
    """

    number: int
    at: datetime
    spool: str
    start: int
    end: int
    count: int
    lines: str
    previous: str
    digest: str = UNREADABLE

    @property
    def computed(self) -> str:
        """The digest of what this batch says: SHA-256 of its canonical JSON (RFC 8785)."""
        told = {name: value for name, value in _row_of(self).items() if name != "digest"}
        return sha256(canonical(told | {"lines": sha256(self.lines.encode())}))


@dataclass(frozen=True)
class Head:
    """How far the access log goes.

    Attributes
    ----------
    number : int
        Of its last batch; 0 where there is none.
    digest : str
        Of that batch; `GENESIS` where there is none.
    """

    number: int = 0
    digest: str = GENESIS


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
        with self._ledger.told(UNREAD), self._ledger.reading() as connection:
            return _ended(connection, spool)

    def head(self) -> Head:
        """Return how far the log goes, as the database says, and unverified; raises what `ended` does."""
        with self._ledger.told(UNREAD), self._ledger.reading() as connection:
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
        with self._ledger.writer(UNMOVED, AGAIN) as connection, self._ledger.told(UNMOVED):
            moved = _ended(connection, spool)
            if start > moved:
                raise LedgerError(
                    f"The spool {spool} was moved up to byte {moved:,}, and these lines begin at byte "
                    f"{start:,}, so some would be missing. Move it from byte {moved:,} on."
                )
            rest = lines[moved - start :]
            if not rest:
                return None
            batch = _batch(_head(connection), spool, moved, rest, now)
            connection.execute(insert(access), _row_of(batch))
        return batch

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

    def verify(self, anchor: Anchor | None = None) -> Head:
        """Make sure that every batch follows the one before, and that the log holds what was anchored.

        Parameters
        ----------
        anchor : Anchor or None
            `History.anchored`, of a history that was read before this is called.

        Returns
        -------
        Head
            Of what was verified.

        Raises
        ------
        LedgerError
            It names the first batch that was altered, removed or moved, or that is not the one that was
            anchored; or the end of the log was cut off.
        StorageError
            The database cannot be read.
        """
        head, ends = Head(), dict[str, int]()
        for batch in self.batches():
            wrong = _broken(head, batch, ends.get(batch.spool, 0))
            if wrong is not None:
                raise LedgerError(wrong)
            head, ends[batch.spool] = Head(batch.number, batch.digest), batch.end
            if anchor is not None and batch.number == anchor.number:
                _check_anchor(head, anchor)
        if anchor is not None and head.number < anchor.number:
            _check_anchor(head, anchor)
        return head

    def check_anchor(self, anchor: Anchor) -> None:
        """Make sure that the one batch that was anchored is there; `verify` looks at all.

        Raises
        ------
        LedgerError
            It is not, or is another; or the database refuses.
        StorageError
            The database cannot be read.
        """
        question = select(access.c.number, access.c.digest).where(access.c.number == anchor.number)
        with self._ledger.told(UNREAD), self._ledger.reading() as connection:
            row = connection.execute(question).one_or_none()
            head = _head(connection) if row is None else Head(row.number, row.digest)
        _check_anchor(head, anchor)

    def _page(self, since: int) -> list[Batch]:
        question = select(access).where(access.c.number > since).order_by(access.c.number).limit(PAGE)
        with self._ledger.told(UNREAD), self._ledger.reading() as connection:
            return [_batch_of(row) for row in connection.execute(question).mappings()]


def anchor(book: Book, log: AccessLog, now: datetime) -> Anchor | None:
    """Write how far the access log goes into the chain of events, where the last time is a day ago.

    Parameters
    ----------
    book : Book
        Of the ledger that the log is in.
    log : AccessLog
    now : datetime
        Aware.

    Returns
    -------
    Anchor or None
        The new one; None where none is due, or nothing was moved since the last.

    Raises
    ------
    LedgerError, StorageError
        The log does not hold what was anchored last, or what `Book.record` raises.
    """
    last = book.history().anchored
    if last is not None and now < last.at + OFTEN:
        return None
    if last is not None:
        log.check_anchor(last)
    head = log.head()

    def make(history: History, _: datetime) -> Iterable[Draft]:
        # Another worker may have been quicker.
        if history.anchored != last or head.number <= (last.number if last else 0):
            return []
        return [Draft("anchored", body={"log": ACCESS, "number": head.number, "digest": head.digest})]

    anchored = book.record(make).anchored
    return anchored if anchored != last else None


def _ended(connection: Connection, spool: str) -> int:
    found = connection.execute(select(func.max(access.c.end)).where(access.c.spool == spool)).scalar()
    return int(found or 0)


def _head(connection: Connection) -> Head:
    question = select(access.c.number, access.c.digest).order_by(access.c.number.desc()).limit(1)
    row = connection.execute(question).one_or_none()
    return Head() if row is None else Head(row.number, row.digest)


def _batch(head: Head, spool: str, start: int, lines: bytes, now: datetime) -> Batch:
    batch = Batch(
        number=head.number + 1,
        at=now.astimezone(UTC),
        spool=spool,
        start=start,
        end=start + len(lines),
        count=lines.count(b"\n") + (not lines.endswith(b"\n")),
        # No text of PostgreSQL holds a zero byte; a disk that lost its power may leave them in a file.
        lines=lines.decode("utf-8", "backslashreplace").replace("\0", r"\x00"),
        previous=head.digest,
    )
    return replace(batch, digest=batch.computed)


def _row_of(batch: Batch) -> dict[str, Any]:
    return {**vars(batch), "at": batch.at.isoformat(timespec="microseconds")}


def _batch_of(row: RowMapping) -> Batch:
    """Return the batch that a row holds; one that its digest does not fit where it was written otherwise."""
    try:
        batch = Batch(**{**row, "at": datetime.fromisoformat(row["at"])})
        if _row_of(batch) == dict(row) and batch.computed == batch.digest:
            return batch
    except (ValueError, TypeError, AttributeError, SigningError):
        pass
    number = row["number"]
    nothing = datetime(1, 1, 1, tzinfo=UTC)
    return Batch(number, nothing, "", 0, 0, 0, "", "", UNREADABLE)


def _broken(before: Head, batch: Batch, moved: int) -> str | None:
    """Return what is wrong with a batch as the one that follows another; None where nothing is."""
    number, here = before.number + 1, f"Batch {batch.number} of the access log"
    if batch.number != number:
        return (
            f"Batch {number} of the access log was removed: batch {batch.number} stands in its place. {DOUBT}"
        )
    if batch.digest == UNREADABLE:
        return f"{here} was altered: its digest does not match what it says. {DOUBT}"
    if batch.previous != before.digest:
        return (
            f"{here} does not follow what stands before it: batch {before.number} was replaced, or this one "
            f"was. {DOUBT}"
        )
    if batch.start != moved or batch.end <= batch.start:
        return (
            f"{here} begins at byte {batch.start:,} of its spool, of which {moved:,} were moved before: "
            f"lines were added, doubled or left out past this program. {DOUBT}"
        )
    return None


def _check_anchor(head: Head, anchor: Anchor) -> None:
    on = f"{anchor.at:%Y-%m-%d %H:%M} UTC"
    if head.number < anchor.number:
        raise LedgerError(
            f"The access log ends at batch {head.number}, and batch {anchor.number} was anchored among the "
            f"events on {on}: its end was cut off. Restore it from a backup."
        )
    if (head.number, head.digest) != (anchor.number, anchor.digest):
        raise LedgerError(
            f"Batch {anchor.number} of the access log is not the one that was anchored among the events on "
            f"{on}: the log was rewritten at or before it. Compare with a backup."
        )
