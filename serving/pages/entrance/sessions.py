"""Who is signed in: sessions that a person's own key signed, and passphrases that did not fit.

A session is a token of 32 random bytes that the browser alone keeps. The database has its SHA-256, and what
the person's key signed when they came (`segmentation.ledger.sessions`): neither who reads the database nor
who writes it can be somebody else.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from segmentation.ledger.attempts import LOCKED
from segmentation.ledger.sessions import Opened, Session, Sessions, counts
from serving.pages.visit import Person

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from segmentation.ledger.attempts import Purpose
    from segmentation.ledger.history import History
    from segmentation.reviews.desk import Signer
    from serving.pages.office import Office


def id_of(token: str) -> str:
    """Return the id of a session: SHA-256 of its token, in hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


class Porter:
    """Lets people in and out; several threads may use one.

    Every method raises a `LedgerError` or a `StorageError` where the database refuses.

    Parameters
    ----------
    office : Office
    random : callable
        Draws the text of a token, from so many bytes.
    """

    def __init__(self, office: Office, random: Callable[[int], str] = secrets.token_urlsafe) -> None:
        self._settings, self._attempts, self._random = office.settings, office.attempts, random
        self._sessions = Sessions(office.ledger)

    def who(self, token: str, history: History, now: datetime) -> Person | None:
        """Return whose session a token is of; None where it is of none that counts.

        Parameters
        ----------
        token : str
        history : History
            Of this moment: a key that was replaced and a role that was taken away end a session.
        now : datetime
            In UTC.
        """
        session = self._sessions.find(id_of(token))
        if session is None or counts(session, history, now, self._idle) is not None:
            return None
        self._sessions.touch(session.id, now)
        return Person(session.person, history.people[session.person].roles, session.id, session.expires)

    def let_in(self, signer: Signer, history: History, now: datetime) -> str:
        """Begin a session, which the person's key signs; return its token.

        Parameters
        ----------
        signer : Signer
        history : History
        now : datetime
            In UTC.
        """
        token = self._random(32)
        until = now + timedelta(seconds=self._settings.longest)
        opened = Opened(
            ledger=history.ledger,
            session=id_of(token),
            by=signer.name,
            key=signer.key.public.text,
            at=now,
            expires=until,
        )
        signed = signer.key.sign(opened.content())
        self._sessions.open(Session(opened.session, signer.name, now, now, until, signed))
        self._sessions.sweep(now)
        return token

    def let_out(self, session: str) -> None:
        """End a session by its id."""
        self._sessions.end(session)

    def let_out_everywhere(self, name: str) -> None:
        """End every session of a person."""
        self._sessions.end_all(name)

    # ---- Passphrases that were not the right ones -----------------------------------------------------

    def counted(self, purpose: Purpose, name: str, now: datetime) -> datetime | None:
        """Count a passphrase before it is tried; return until when the name is locked, where it is not tried.

        So who tries many at once has no more of them than who tries one after another. `cleared` forgets them
        where the passphrase was the right one. Signing in and signing are counted apart.
        """
        told = (purpose, name, now)
        until = self._attempts.locked(*told) or self._attempts.failed(*told)
        # The last one that is tried locks the name from now on.
        return None if until is None or until == now + LOCKED else until

    def cleared(self, purpose: Purpose, name: str, now: datetime) -> None:
        """Forget the failures of a name, whose passphrase did fit."""
        self._attempts.cleared(purpose, name, now)

    @property
    def _idle(self) -> timedelta:
        return timedelta(seconds=self._settings.idle)
