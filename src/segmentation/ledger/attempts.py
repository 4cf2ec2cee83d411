"""How often a passphrase did not fit: after a few failures in a short while a name is locked for some time.

Whoever guesses then learns nothing more, and who owns the name waits a quarter of an hour (OWASP ASVS 5.0,
6.3.1; NIST SP 800-63B, 5.2.2). Signing in and signing are counted apart, so that no stranger who guesses at
the door keeps anybody from signing who is inside. A name is kept as a mark that nobody computes without a
secret which the database does not have: what was typed in the field of a name may be anything, even a
passphrase. How many rows a flood of invented names makes is bounded by what each costs: the work of opening a
key, about five a second for each process, for a quarter of an hour.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from hmac import new as hmac
from typing import TYPE_CHECKING, Literal

from sqlalchemy import bindparam, delete, select, text, update

from segmentation.ledger.records import likeness
from segmentation.ledger.tables import attempts
from segmentation.ledger.working import keeping, time_of, written

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from segmentation.ledger.store import Ledger

MOST = 5
"""Failures after which a name is locked."""
WITHIN = timedelta(minutes=15)
"""How long a failure counts."""
LOCKED = timedelta(minutes=15)
"""How long a name is locked."""
Purpose = Literal["sign in", "sign"]
"""For what a passphrase was tried."""
AHEAD = timedelta(minutes=1)
"""How far a failure may be ahead of who counts: they wait for each other, and the clocks of hosts differ."""

# Whoever comes at the same time waits here for the row, which need not be there yet.
_HELD = text(
    "INSERT INTO attempts (who, failures, until, ends) VALUES (:who, '', NULL, :ends) "
    "ON CONFLICT (who) DO UPDATE SET failures = attempts.failures RETURNING failures, until"
)


class Attempts:
    """The failures in a ledger's database, of all processes together.

    Every method raises a `LedgerError` or a `StorageError` where the database refuses.

    Parameters
    ----------
    ledger : Ledger
    key : bytes
        Under which names are marked: random, 32 bytes, and nowhere in the database. Who has another one
        counts apart.
    most : int
        Failures after which a name is locked.
    within : timedelta
        How long a failure counts.
    locked : timedelta
        How long a name is locked.
    """

    def __init__(
        self,
        ledger: Ledger,
        key: bytes,
        most: int = MOST,
        within: timedelta = WITHIN,
        locked: timedelta = LOCKED,
    ) -> None:
        self._ledger, self._key = ledger, key
        self._most, self._within, self._lasting = most, within, locked

    def locked(self, purpose: Purpose, who: str, now: datetime) -> datetime | None:
        """Return until when a name is locked; None where it is not.

        Parameters
        ----------
        purpose : {"sign in", "sign"}
        who : str
            As somebody typed it; names that look alike are one.
        now : datetime
            Aware.
        """
        with self._ledger.reading() as connection:
            question = select(attempts.c.until).where(attempts.c.who == self._mark(purpose, who))
            until = time_of(connection.execute(question).scalar())
        return until if until is not None and now < until else None

    def failed(self, purpose: Purpose, who: str, now: datetime) -> datetime | None:
        """Count a failure; return until when the name is locked now, None where it is not.

        Parameters
        ----------
        purpose, who, now : str, str, datetime
            As in `locked`.
        """
        with keeping(self._ledger) as connection:
            until = self._counted(connection, self._mark(purpose, who), now)
        self._sweep(now)
        return until

    def cleared(self, purpose: Purpose, who: str, now: datetime) -> None:
        """Forget the failures of a name, whose passphrase did fit; `locked` says what is given."""
        with keeping(self._ledger) as connection:
            connection.execute(delete(attempts).where(attempts.c.who == self._mark(purpose, who)))
        self._sweep(now)

    def _mark(self, purpose: Purpose, who: str) -> str:
        """Return what is kept of a name."""
        told = f"{purpose}\n{likeness(who)}".encode(errors="replace")
        return f"hmac-sha256:{hmac(self._key, told, sha256).hexdigest()}"

    def _counted(self, connection: Connection, mark: str, now: datetime) -> datetime | None:
        row = connection.execute(_HELD, {"who": mark, "ends": written(now)}).one()
        until = time_of(row.until)
        if until is not None and now < until:
            return until
        told = () if until is not None else (time_of(one) for one in row.failures.split())
        still = [one for one in told if one is not None and now - self._within < one <= now + AHEAD]
        failures = sorted([*still, now])[-self._most :]
        until = now + self._lasting if len(failures) >= self._most else None
        change = update(attempts).where(attempts.c.who == bindparam("mark"))
        connection.execute(
            change,
            {
                "mark": mark,
                "failures": " ".join(map(written, failures)),
                "until": None if until is None else written(until),
                "ends": written(until or now + self._within),
            },
        )
        return until

    def _sweep(self, now: datetime) -> None:
        """Take away what says nothing any more, but for rows that somebody is writing at this moment."""
        over = select(attempts.c.who).where(attempts.c.ends <= written(now))
        with keeping(self._ledger) as connection:
            connection.execute(
                delete(attempts).where(attempts.c.who.in_(over.with_for_update(skip_locked=True)))
            )
