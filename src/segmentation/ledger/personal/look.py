"""What a transaction sees of residents: their rows, opened under their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from segmentation.errors import LedgerError, VaultError
from segmentation.ledger.personal.entries import Kept
from segmentation.ledger.personal.rows import MANY, among, name_of, place_of
from segmentation.ledger.personal.tables import data_keys
from segmentation.ledger.personal.vouching import Numbers
from segmentation.vault import DataKey, Wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from sqlalchemy import Connection, Table

    from segmentation.vault import Keyring


class Look:
    """What a transaction sees; it must not outlive it.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    keyring : callable
        Returns the keyring.
    """

    def __init__(self, connection: Connection, keyring: Callable[[], Keyring]) -> None:
        self.connection, self._keyring = connection, keyring
        self._keys: dict[bytes, DataKey | None] = {}

    def of(self, table: Table, purpose: str, subject: bytes) -> list[Kept]:
        """Return a resident's rows of one purpose, the oldest first; none where they have no key."""
        key = self._key(subject)
        if key is None:
            return []
        mark = self._keyring().marker(purpose)(subject)
        question = (
            select(table)
            .where(table.c.subject == mark, table.c.purpose == purpose)
            .order_by(table.c.at, table.c.number)
        )
        found = self.connection.execute(question).all()
        numbers = Numbers(self._keyring(), name_of(table))
        return [_kept(numbers, name_of(table), purpose, mark, key, row) for row in found]

    def of_many(
        self, table: Table, purpose: str, subjects: Collection[bytes]
    ) -> Iterator[tuple[bytes, Kept]]:
        """Yield rows of one purpose of many residents, each with its resident, in any order."""
        keyring = self._keyring()
        kept = wrapped_keys(self.connection, subjects)
        unwrap, mark = keyring.unwrapper(), keyring.marker(purpose)
        numbers = Numbers(keyring, name_of(table))
        marks = {mark(subject): subject for subject in kept}
        columns = [column.name for column in table.columns]
        for row in among(self.connection, table, columns, list(marks), purpose):
            pseudonym = bytes(row[1])
            subject = marks[pseudonym]
            key = DataKey(unwrap(subject, kept[subject]))
            yield subject, _kept(numbers, name_of(table), purpose, pseudonym, key, row)

    def _key(self, subject: bytes) -> DataKey | None:
        if subject not in self._keys:
            found = wrapped_keys(self.connection, [subject])
            self._keys[subject] = opened(self._keyring(), found).get(subject)
        return self._keys[subject]


def opened(keyring: Keyring, found: Mapping[bytes, Wrapped]) -> dict[bytes, DataKey]:
    """Return the keys of residents from how they are kept."""
    unwrap = keyring.unwrapper()
    return {subject: DataKey(unwrap(subject, kept)) for subject, kept in found.items()}


def wrapped_keys(connection: Connection, subjects: Collection[bytes]) -> dict[bytes, Wrapped]:
    """Return the keys of residents who have one, as they are kept, within a transaction.

    Many are imported in the order of their pseudonyms, and nobody behind the last one has a key yet.
    """
    if len(subjects) > MANY:
        newest = select(data_keys.c.subject).order_by(data_keys.c.subject.desc()).limit(1)
        last = connection.execute(newest).scalar()
        if last is None or bytes(last) < min(subjects):
            return {}
    found = among(connection, data_keys, ("subject", "wrapping", "wrapped"), list(subjects))
    return {bytes(subject): Wrapped(wrapping, bytes(kept)) for subject, wrapping, kept in found}


def _kept(numbers: Numbers, table: str, purpose: str, mark: bytes, key: DataKey, row: Any) -> Kept:  # noqa: ANN401 - a row of any of these tables
    number, _, _, at, *more, sealed, _ = row
    if sealed is None:
        raise LedgerError(f"Row {number} of {table} has a pseudonym and nothing sealed. Verify the ledger.")
    try:
        seal = numbers.loose(number, bytes(sealed))
        content = key.open(place_of(table, purpose, at, mark, more), seal)
    except VaultError as error:
        raise VaultError(f"Row {number} of {table}: {error}") from None
    return Kept(number, at, tuple(more), content)
