"""Who of many residents may be placed in segments, by the consents on record: a stretch of them at a time.

Where the ledger has consents to the purpose, they alone count, and those that a table has beside its needs do
not: a table is as old as the day on which it was written, and a withdrawal takes effect at once.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from segmentation.errors import PurposeError
from segmentation.ledger.personal.consents import refuse
from segmentation.ledger.personal.entries import time_of
from segmentation.ledger.personal.events import Event, decode, standing_of
from segmentation.ledger.personal.look import Look
from segmentation.ledger.personal.notices import counting
from segmentation.ledger.personal.tables import consents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from segmentation.ledger.personal.notices import Counting
    from segmentation.ledger.personal.records import Records
    from segmentation.policy import Policy


class Gate:
    """The consents on record to a policy's purpose.

    Parameters
    ----------
    records : Records
    policy : Policy
    """

    def __init__(self, records: Records, policy: Policy) -> None:
        self._records, self._policy, self._purpose = records, policy, policy.purpose

    @cached_property
    def is_there(self) -> bool:
        """Whether there are any; where there are none, those of the table count."""
        return not unheard(self._records, [self._purpose.key])

    @property
    def is_needed(self) -> bool:
        """Whether nobody may be scored without a consent on record."""
        return self.is_there and self._purpose.consent == "required"

    @property
    def policy(self) -> Policy:
        """The policy by which a table is read: without its own consents where those on record count."""
        if not self.is_needed:
            return self._policy
        purpose = self._purpose.model_copy(update={"consent": "not_required"})
        return self._policy.model_copy(update={"purpose": purpose})

    def refused(self, subjects: Sequence[bytes]) -> dict[bytes, str]:
        """Return who of some residents may not be scored now, and why.

        Parameters
        ----------
        subjects : sequence of bytes
            `Keyring.subject_of` each.

        Raises
        ------
        LedgerError, StorageError
            The database cannot be read.
        VaultError
            A consent does not open.
        """
        ledger = self._records.ledger
        with ledger.reading() as connection:
            return self._refused(connection, subjects)

    def newest(self) -> int:
        """Return the number of the newest event on record, whatever its purpose, to ask `since` it later."""
        ledger = self._records.ledger
        with ledger.reading() as connection:
            return int(connection.execute(select(func.max(consents.c.number))).scalar() or 0)

    def since(self, connection: Connection, number: int, subjects: Sequence[bytes]) -> dict[bytes, str]:
        """Return who of some residents may not be scored by what they said after an event, and why.

        Within a transaction: of one that writes, nobody changes the answer. Takes and raises what `refused`
        does; who said nothing since is not asked about again.
        """
        question = select(consents.c.subject).where(
            consents.c.number > number,
            consents.c.purpose == self._purpose.key,
            consents.c.subject.is_not(None),
        )
        said = {bytes(one) for one in connection.execute(question).scalars()}
        if not said:
            return {}
        mark = self._records.keyring.marker(self._purpose.key)
        return self._refused(connection, [one for one in subjects if mark(one) in said])

    def _refused(self, connection: Connection, subjects: Sequence[bytes]) -> dict[bytes, str]:
        counted = counting(connection, self._policy, self._purpose.key)
        contents = self._contents(connection, subjects)
        known: dict[tuple[tuple[int, bytes], ...], str] = {}
        found: dict[bytes, str] = {}
        for subject in subjects:
            told = contents.get(subject, ())
            # What a resident's only event says decides, whenever that was; and few say different things.
            key = ((0, told[0][1]),) if len(told) == 1 else tuple(told)
            if key not in known:
                known[key] = self._reason(key, counted)
            if known[key]:
                found[subject] = known[key]
        return found

    def _contents(
        self, connection: Connection, subjects: Sequence[bytes]
    ) -> dict[bytes, list[tuple[int, bytes]]]:
        """Return when and what is on record of residents; who has no key has nothing on record."""
        look, found = Look(connection, lambda: self._records.keyring), dict[bytes, list[tuple[int, bytes]]]()
        for subject, row in look.of_many(consents, self._purpose.key, subjects):
            found.setdefault(subject, []).append((row.at, row.content))
        return found

    def _reason(self, told: Iterable[tuple[int, bytes]], counted: Counting) -> str:
        """Return why a resident may not be scored; nothing where they may."""
        standing = standing_of(Event(0, time_of(at), decode(content)) for at, content in told)
        try:
            refuse(standing, self._purpose, counted)
        except PurposeError as error:
            return error.reason
        return ""


def unheard(records: Records, purposes: Iterable[str]) -> tuple[str, ...]:
    """Return the purposes of which nothing is on record: for these, the consents of a table count.

    The first event of one, a withdrawal among them, ends that for everybody: who puts it on record is told.

    Parameters
    ----------
    records : Records
    purposes : iterable of str
        Keys of purposes.

    Raises
    ------
    LedgerError, StorageError
        The database cannot be read.
    """
    one = select(consents.c.number).limit(1)
    with records.ledger.reading() as connection:
        return tuple(
            purpose
            for purpose in purposes
            if connection.execute(one.where(consents.c.purpose == purpose)).first() is None
        )
