"""Several questions about one resident, answered as of one moment and over one connection.

A connection costs more than all the rows of a resident, above all on a server that asks for a password.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import select

from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.tables import consents, notices, overrides, segments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Table

    from segmentation.ledger.personal.entries import Kept
    from segmentation.ledger.personal.look import Look


class Beheld(Records):
    """The tables as one look sees them; what reads through it must not outlive the look.

    Parameters
    ----------
    records : Records
    look : Look
        Of the same records.
    """

    def __init__(self, records: Records, look: Look) -> None:
        keyring = records.keyring
        super().__init__(records.ledger, lambda: keyring)
        self.look = look

    def of(self, table: Table, purpose: str, subject: bytes) -> list[Kept]:
        """Return a resident's rows of one purpose, the oldest first."""
        return self.look.of(table, purpose, subject)

    @contextmanager
    def looking(self) -> Iterator[Look]:
        """Give the look that there is."""
        yield self.look


@contextmanager
def beheld(records: Records) -> Iterator[Beheld]:
    """Give the tables as they are at one moment."""
    with records.looking() as look:
        yield Beheld(records, look)


class Purposes:
    """The purposes for which anything was ever written: found once, and then in new rows alone."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, frozenset[str]]] = {}

    def of(self, records: Beheld) -> tuple[str, ...]:
        """Return them by name; several threads may ask."""
        tables = (consents, segments, overrides)
        return tuple(sorted({purpose for table in tables for purpose in self._in(records, table)}))

    def to_take_back(self, records: Beheld, stated: Iterable[str] = ()) -> tuple[str, ...]:
        """Return what a resident may withdraw from or object to, those that are stated first.

        It is more than what is stated now: a purpose of before may still have consents, and a notice told of.
        """
        told = sorted(self._in(records, notices))
        return tuple(dict.fromkeys((*stated, *self.of(records), *told)))

    def _in(self, records: Beheld, table: Table) -> frozenset[str]:
        last, known = self._found.get(table.name, (0, frozenset()))
        connection = records.look.connection
        newest = select(table.c.number).order_by(table.c.number.desc()).limit(1)
        until = int(connection.execute(newest).scalar() or 0)
        if until > last:
            asked = select(table.c.purpose).where(table.c.number > last).distinct()
            known |= frozenset(connection.execute(asked).scalars())
        self._found[table.name] = until, known
        return known
