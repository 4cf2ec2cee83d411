"""Who is signed in at the pages: rows that the database holds, and that only a person's own key makes.

The database has the SHA-256 of a session's token and never the token, so who reads it signs in as nobody. And
each row carries what its person signed when they came, so who writes it makes no session either: what counts
is a signature by the key that the ledger has of that person at this moment.
"""

# No `from __future__ import annotations`: pydantic reads these.
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, Field
from sqlalchemy import delete, insert, select, update

from segmentation.errors import LedgerError, SigningError
from segmentation.ledger.records import Key, Record, Who
from segmentation.ledger.tables import sessions
from segmentation.ledger.working import keeping, time_of, written
from segmentation.signing import PublicKey, Signed, canonical

if TYPE_CHECKING:
    from segmentation.ledger.history import History
    from segmentation.ledger.store import Ledger

LONGEST = timedelta(hours=24)
"""How long a session lasts at most, whatever its person signed."""
AHEAD = timedelta(minutes=1)
"""How far the clock of another host may be ahead of this one."""
SELDOM = timedelta(minutes=1)
"""How often it is written down at most that a session is in use."""

Why = Literal["altered", "unsigned", "ahead", "over", "idle", "nobody"]
"""Why a session does not count: its row is not what was signed | no key that this person has now signed it,
or for another ledger | it is of the future | it is over | nobody used it for a while | its person has no
role."""


class Opened(Record):
    """That a person came, with the key that they opened; signed by that key."""

    CALLED: ClassVar[str] = "record of a session"

    type: Literal["session/1"] = "session/1"
    ledger: str
    session: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the token.")]
    by: Who
    key: Key
    at: AwareDatetime
    expires: AwareDatetime


@dataclass(frozen=True)
class Session:
    """Somebody who is signed in.

    Attributes
    ----------
    id : str
        SHA-256 of the token, 64 hexadecimal digits.
    person : str
    opened, seen, expires : datetime
        When they came, when they last asked for something, and from when on they are signed out; UTC.
    signed : Signed
        An `Opened`, and the signature over it.
    """

    id: str
    person: str
    opened: datetime
    seen: datetime
    expires: datetime
    signed: Signed


class Sessions:
    """The sessions in a ledger's database; several threads may use one.

    Every method raises a `LedgerError` or a `StorageError` where the database refuses.

    Parameters
    ----------
    ledger : Ledger
    """

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger

    def open(self, session: Session) -> None:
        """Write down that somebody came."""
        row = {
            "id": session.id,
            "person": session.person,
            "opened": written(session.opened),
            "seen": written(session.seen),
            "expires": written(session.expires),
            "document": session.signed.document,
            "signature": session.signed.signature,
        }
        with keeping(self._ledger) as connection:
            connection.execute(insert(sessions), row)

    def find(self, id: str) -> Session | None:  # noqa: A002 - it is what a session calls it
        """Return a session as its row tells it, which `counts` judges; None where there is none."""
        with self._ledger.reading() as connection:
            question = select(sessions).where(sessions.c.id == id)
            row = connection.execute(question).mappings().one_or_none()
        return None if row is None else _read(row)

    def touch(self, id: str, now: datetime) -> None:  # noqa: A002 - see `find`
        """Write down that a session is in use; at most once a minute."""
        is_due = (sessions.c.id == id) & (sessions.c.seen <= written(now - SELDOM))
        with self._ledger.reading() as connection:
            if connection.execute(select(sessions.c.id).where(is_due)).one_or_none() is None:
                return
        with keeping(self._ledger) as connection:
            connection.execute(update(sessions).where(is_due).values(seen=written(now)))

    def end(self, id: str) -> None:  # noqa: A002 - see `find`
        """Sign somebody out."""
        with keeping(self._ledger) as connection:
            connection.execute(delete(sessions).where(sessions.c.id == id))

    def end_all(self, person: str) -> None:
        """Sign somebody out wherever they are signed in."""
        with keeping(self._ledger) as connection:
            connection.execute(delete(sessions).where(sessions.c.person == person))

    def sweep(self, now: datetime) -> None:
        """Take away what is over."""
        with keeping(self._ledger) as connection:
            connection.execute(delete(sessions).where(sessions.c.expires <= written(now)))


def counts(session: Session, history: "History", now: datetime, idle: timedelta) -> Why | None:
    """Return why a session does not count; None where it does.

    Parameters
    ----------
    session : Session
        As `Sessions.find` returned it: anybody may have written it.
    history : History
        Of this moment.
    now : datetime
        Aware.
    idle : timedelta
        How long it may rest.
    """
    opened = _opened(session)
    if opened is None:
        return "altered"
    person = history.people.get(opened.by)
    if person is None or (person.key, history.ledger) != (opened.key, opened.ledger):
        return "unsigned"
    if not PublicKey(person.key).verifies(session.signed):
        return "unsigned"
    return _lapsed(session, opened, now, idle) if person.roles else "nobody"


def _lapsed(session: Session, opened: Opened, now: datetime, idle: timedelta) -> Why | None:
    if opened.at > now + AHEAD:
        return "ahead"
    if now >= opened.expires or opened.expires - opened.at > LONGEST:
        return "over"
    return "idle" if now - session.seen > idle else None


def _opened(session: Session) -> Opened | None:
    """Return what was signed, where the row is what it says."""
    try:
        opened = Opened.of(session.signed)
        is_whole = canonical(opened.content()).decode() == session.signed.document
    except (LedgerError, SigningError):
        return None
    row = (session.id, session.person, session.opened, session.expires)
    return opened if is_whole and row == (opened.session, opened.by, opened.at, opened.expires) else None


def _read(row: Mapping[Any, Any]) -> Session | None:
    times = [time_of(row[name]) for name in ("opened", "seen", "expires")]
    opened, seen, expires = times
    texts = [row[name] for name in ("id", "person", "document", "signature")]
    if opened is None or seen is None or expires is None or not all(isinstance(one, str) for one in texts):
        return None
    key, person, document, signature = texts
    return Session(key, person, opened, seen, expires, Signed(document, signature))
