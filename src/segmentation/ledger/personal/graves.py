"""Holds the tombstones of a database against the access log, and against the file that outlives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from segmentation.ledger.personal.entries import time_of
from segmentation.ledger.personal.stones import chained
from segmentation.ledger.personal.tables import tombstones as buried

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from segmentation.ledger.personal.entries import Line
    from segmentation.ledger.personal.stones import Tombstone
    from segmentation.ledger.personal.tombstones import Tombstones
    from segmentation.ledger.store import Ledger


class Graves:
    """The tombstones of the database, held against the log."""

    def __init__(self) -> None:
        self.told: list[Line] = []
        self.chain: Sequence[Tombstone] = ()

    @property
    def count(self) -> int:
        """How many tell of who was erased."""
        return sum(1 for line in self.chain if not line.said)

    def faults(self, connection: Connection) -> Iterator[str]:
        """Yield what is wrong with the tombstones of a database."""
        rows = connection.execute(select(buried).order_by(buried.c.number)).all()
        self.chain = chained((bytes(row.mark).hex(), time_of(row.at), row.key, row.said) for row in rows)
        yield from self._unlike([row.number for row in rows], self.chain)

    def _unlike(self, numbers: Sequence[int], chain: Sequence[Tombstone]) -> Iterator[str]:
        """Yield where tombstones are not those of which the log tells."""
        if strange := [number for at, number in enumerate(numbers, start=1) if number != at]:
            yield f"Tombstone {strange[0]} of the ledger does not follow the one before it: one was removed."
            return
        end = 0
        for line in self.told:
            end = line.first + line.count - 1
            if end > len(chain):
                yield f"Tombstone {end} of the ledger was removed."
            elif chain[end - 1].digest != line.rows:
                yield f"Tombstone {end} of the ledger, or one before it, was altered."
        if len(chain) > end:
            yield f"Tombstone {end + 1} of the ledger was added: no line of the access log tells of it."


def unlike_file(
    ledger: Ledger, chain: Sequence[Tombstone], before: Sequence[Tombstone], file: Tombstones
) -> Iterator[str]:
    """Yield how the tombstones of the database differ from those of the file, which others write meanwhile.

    A line is in the file first. So what the database has is in the file now, and what the file had before
    all of this is in the database by now.
    """
    lines = before if len(before) >= len(chain) else file.read()
    for one, line in zip(chain, lines, strict=False):
        if one != line:
            yield f"Tombstone {one.number} of the ledger is not the one of the file."
            return
    if len(chain) > len(lines):
        yield (
            f"The file of tombstones lacks {len(chain) - len(lines):,} that the ledger has: restore the file "
            "from its copy."
        )
    elif len(before) > len(chain) and (missing := len(before) - _buried(ledger)) > 0:
        yield (
            f"The file of tombstones has {missing:,} that the ledger lacks: somebody was erased or withdrew, "
            "and stands there again. Run `segmentation keyring show`, which carries it out anew."
        )


def _buried(ledger: Ledger) -> int:
    with ledger.reading() as connection:
        return connection.execute(select(func.count()).select_from(buried)).scalar_one()
