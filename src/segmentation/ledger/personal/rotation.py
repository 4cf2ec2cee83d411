"""Wrapping data keys anew under the active key of the keyring, while everybody goes on reading and writing.

A new key stands in the keyring before the first row names it. Then data keys are wrapped anew, some at a
time, each batch whole or not at all: who is killed goes on where they were. The old key is taken out of the
keyring when nothing is under it, in a moment in which nobody writes.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, func, select, update

from segmentation.errors import VaultError
from segmentation.ledger.personal.entries import Line
from segmentation.ledger.personal.records import tell
from segmentation.ledger.personal.rows import digest_of_rows, name_of
from segmentation.ledger.personal.tables import data_keys
from segmentation.vault import Wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.store import Ledger
    from segmentation.vault import Keyring

BATCH = 2000
"""Data keys that are wrapped anew in one transaction: milliseconds, for which others wait."""
UNROTATED = "The data keys stay under the keys that they are under"
UNRETIRED = "No key was retired"
AGAIN = "Run it again: what was wrapped anew is left out."


class _Anew(NamedTuple):
    """A data key with what it is wrapped in before and after."""

    subject: bytes
    before: str
    after: Wrapped


def counts(ledger: Ledger) -> dict[str, int]:
    """Return how many data keys are under each wrapping key, by its id.

    Raises
    ------
    LedgerError, StorageError
        The database cannot be read.
    """
    question = select(data_keys.c.wrapping, func.count()).group_by(data_keys.c.wrapping)
    with ledger.reading() as connection:
        return {key: int(number) for key, number in connection.execute(question)}


def add_key(records: Records, keep: Callable[[Keyring], None], by: str, now: datetime) -> Keyring:
    """Add a wrapping key to the keyring, which is the active one from now on.

    Parameters
    ----------
    records : Records
    keep : callable
        Writes the keyring to where it is read from.
    by : str
        Who does it.
    now : datetime
        Aware.

    Raises
    ------
    LedgerError, StorageError
        The database refuses, or the keyring cannot be written; it is then as it was.
    """
    ledger = records.ledger
    with ledger.writer(UNROTATED, AGAIN) as connection:
        rotated = records.keyring.rotated(now)
        tell(connection, [_line(by, now, 0, digest_of_rows([rotated.active.id.encode()]))], rotated)
        keep(rotated)
    return rotated


def rewrap(records: Records, by: str, now: Callable[[], datetime], batch: int = BATCH) -> Iterator[int]:
    """Wrap every data key under the active key that is not; others read and write meanwhile.

    Parameters
    ----------
    records : Records
    by : str
        Who does it.
    now : callable
        The clock.
    batch : int
        Data keys in one transaction.

    Yields
    ------
    int
        How many were wrapped anew in a batch; the iterator ends when none is left.

    Raises
    ------
    VaultError
        A data key is under a key that the keyring lacks.
    LedgerError, StorageError
        The database refuses; what was yielded is done.
    """
    done = 1
    while done:  # once more after the last: who began before the key was added may have written meanwhile
        done, last = 0, b""
        while found := _page(records, last, batch):
            last = found[-1][0]
            if moved := _moved(records, found, by, now()):
                done += moved
                yield moved


def retire(records: Records, key_id: str, keep: Callable[[Keyring], None], by: str, now: datetime) -> Keyring:
    """Take a wrapping key out of the keyring, in a moment in which nobody writes.

    Parameters
    ----------
    records : Records
    key_id : str
    keep : callable
        Writes the keyring to where it is read from.
    by : str
        Who does it.
    now : datetime
        Aware.

    Raises
    ------
    VaultError
        A data key is still under it, it is the active one, or the keyring does not have it.
    LedgerError, StorageError
        The database refuses, or the keyring cannot be written; it is then as it was.
    """
    ledger = records.ledger
    question = select(func.count()).where(data_keys.c.wrapping == key_id)
    with ledger.writer(UNRETIRED, AGAIN) as connection:
        left = records.keyring.without(key_id)
        if under := connection.execute(question).scalar_one():
            raise VaultError(
                f"{under:,} data keys are still under the wrapping key {key_id}, and nothing of these "
                "residents could be read without it. Run `segmentation keyring rotate --continue` first."
            )
        tell(connection, [_line(by, now, 0, digest_of_rows([key_id.encode()]))], left)
        keep(left)
    return left


def _page(records: Records, after: bytes, batch: int) -> Sequence[tuple[bytes, Wrapped]]:
    """Return the next data keys that are not under the active key."""
    active = records.keyring.active.id
    question = (
        select(data_keys.c.subject, data_keys.c.wrapping, data_keys.c.wrapped)
        .where(data_keys.c.subject > after, data_keys.c.wrapping != active)
        .order_by(data_keys.c.subject)
        .limit(batch)
    )
    ledger = records.ledger
    with ledger.reading() as connection:
        rows = connection.execute(question).all()
    return [(bytes(subject), Wrapped(key, bytes(data))) for subject, key, data in rows]


def _moved(records: Records, found: Sequence[tuple[bytes, Wrapped]], by: str, now: datetime) -> int:
    """Wrap data keys anew; who was erased meanwhile stays so."""
    keyring = records.keyring
    anew = [
        _Anew(subject, kept.key, keyring.wrap(subject, keyring.unwrap(subject, kept)))
        for subject, kept in found
    ]
    ledger = records.ledger
    with ledger.writer(UNROTATED, AGAIN) as connection:
        moved = _update(connection, anew)
        if moved:
            digests = [sha256(one.after.data).digest() for one in anew]
            tell(connection, [_line(by, now, moved, digest_of_rows(digests))], keyring)
    return moved


def _update(connection: Connection, anew: Sequence[_Anew]) -> int:
    statement = (
        update(data_keys)
        .where(data_keys.c.subject == bindparam("of"), data_keys.c.wrapping == bindparam("before"))
        .values(wrapping=bindparam("key"), wrapped=bindparam("data"))
    )
    values = [
        {"of": one.subject, "before": one.before, "key": one.after.key, "data": one.after.data}
        for one in anew
    ]
    return connection.execute(statement, values).rowcount


def _line(by: str, now: datetime, count: int, rows: str) -> Line:
    return Line(now, secrets.token_hex(8), by, "rotate", name_of(data_keys), 0, count, rows)
