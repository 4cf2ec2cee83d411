"""Batches of the access log as they are written and read: rows of one table that follow each other.

Whoever can write the database can write any row. So a row that does not say what its digest is of is a batch
of nothing, and what is wrong is told of the first batch at which it shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from segmentation.errors import SigningError
from segmentation.ledger.event import GENESIS
from segmentation.signing import canonical, sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import RowMapping

    from segmentation.ledger.facts import Anchor

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
        told = {name: value for name, value in row_of(self).items() if name != "digest"}
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


def batch_of(head: Head, spool: str, start: int, lines: bytes, now: datetime) -> Batch:
    """Return the batch of these lines that follows what is there."""
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


def row_of(batch: Batch) -> dict[str, Any]:
    """Return what the table holds of a batch."""
    return {**vars(batch), "at": batch.at.isoformat(timespec="microseconds")}


def read_batch(row: RowMapping) -> Batch:
    """Return the batch that a row holds; one that its digest does not fit where it was written otherwise."""
    try:
        batch = Batch(**{**row, "at": datetime.fromisoformat(row["at"])})
        if row_of(batch) == dict(row) and batch.computed == batch.digest:
            return batch
    except (ValueError, TypeError, AttributeError, SigningError):
        pass
    number = row["number"]
    nothing = datetime(1, 1, 1, tzinfo=UTC)
    return Batch(number, nothing, "", 0, 0, 0, "", "", UNREADABLE)


def broken(before: Head, batch: Batch, moved: int) -> str | None:
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


def misfits(anchors: Iterable[Anchor], head: Head, digests: Mapping[int, str]) -> Iterator[str]:
    """Yield in one sentence each what is wrong with a log as the one that was anchored.

    Parameters
    ----------
    anchors : iterable of Anchor
    head : Head
        How far the log goes.
    digests : mapping of int to str
        Of its batches that the anchors name, as far as they are there.
    """
    for one in anchors:
        on = f"{one.at:%Y-%m-%d %H:%M} UTC"
        if head.number < one.number:
            yield (
                f"The access log ends at batch {head.number}, and batch {one.number} was anchored among the "
                f"events on {on}: its end was cut off, or somebody who writes the database added that "
                "anchor. Compare with a backup."
            )
        elif digests.get(one.number) != one.digest:
            yield (
                f"Batch {one.number} of the access log is not the one that was anchored among the events on "
                f"{on}: the log was rewritten at or before it, or somebody who writes the database added "
                "that anchor. Compare with a backup."
            )
