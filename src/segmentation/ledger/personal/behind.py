"""Whose pseudonyms these are: a pseudonym does not tell, so that of everybody who has a key is made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from segmentation.ledger.personal.tables import data_keys

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from segmentation.vault import Keyring

AT_ONCE = 10_000
"""Keys that are read at a time."""


def subjects_behind(
    connection: Connection, keyring: Keyring, purpose: str, marks: Collection[bytes]
) -> dict[bytes, bytes]:
    """Return the subject (`Keyring.subject_of`) behind each pseudonym of a purpose; seconds for a million.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    keyring : Keyring
    purpose : str
    marks : collection of bytes
        Those of residents who have no key any more are left out.
    """
    mark, wanted = keyring.marker(purpose), set(marks)
    if not wanted:
        return {}
    everybody = connection.execute(select(data_keys.c.subject), execution_options={"yield_per": AT_ONCE})
    found = ((mark(subject), subject) for subject in map(bytes, everybody.scalars()))
    return {pseudonym: subject for pseudonym, subject in found if pseudonym in wanted}
