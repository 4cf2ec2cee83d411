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
    found: dict[bytes, bytes] = {}
    question = select(data_keys.c.subject)
    with connection.execute(question, execution_options={"yield_per": AT_ONCE}) as everybody:
        for subject in map(bytes, everybody.scalars()):
            if (pseudonym := mark(subject)) in wanted:
                found[pseudonym] = subject
                if len(found) == len(wanted):
                    break
    return found
