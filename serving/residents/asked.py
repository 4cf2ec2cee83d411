"""What every request about a resident has in common: who is meant, what for, and the answers that say no.

The order is fixed: is anything kept here, whom does the path name, how many did this key ask about, and may
it ask for this purpose. Whatever the answer is, the access event has the purpose and a pseudonym.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs

from segmentation.errors import LedgerError, PurposeError, ReviewError, StorageError, VaultError
from segmentation.ledger.personal.entries import MASS
from segmentation.rights.readings import mark_of
from serving.calls import Refused
from serving.room import LATER

if TYPE_CHECKING:
    from collections.abc import Callable

    from segmentation.ledger.personal.records import Records
    from segmentation.policy import Policy
    from serving.calls import Call, Handler, Reply
    from serving.residents.desk import Desk
    from serving.state import State

    At = Callable[["Asked"], Reply]

HOUR = 3_600.0
ONE_DAY = timedelta(days=1)
RIGHTS = "rights"
"""The purpose of what a resident has a right to."""
OTHER = "other"
"""Stands in the access log for a purpose that nobody stated: it might be anything."""
NO_KEYRING = (
    "This service has no keyring, so it keeps nothing of residents. Whoever runs it makes one with "
    "`segmentation keyring init`, and starts it with that."
)
UNREADABLE = (
    "What is kept of residents cannot be read or written now; try again later. Whoever runs the service "
    "finds the reason in its log."
)
UNNAMED = (
    "The path names no resident: a reference is 1 to 200 letters that can be read, percent-encoded as UTF-8."
)
NO_DAY = (
    "`collected_on` is the day on which the needs were collected, as YYYY-MM-DD, and none to come; leave it "
    "out where it is today."
)
LAPSED = (
    "These needs were collected longer ago than the policy lets them be used, {} days (PIPL Art. 19). "
    "Collect them anew; until then the standard service goes on."
)
NO_PURPOSE = "Say what for: ?purpose= and the key of a purpose that the policy states."


class Asked(NamedTuple):
    """A request about one resident, who is known by a pseudonym alone.

    Attributes
    ----------
    call : Call
    state : State
    desk : Desk
    records : Records
    subject : bytes
        `Keyring.subject_of` the resident.
    now : datetime
    """

    call: Call
    state: State
    desk: Desk
    records: Records
    subject: bytes
    now: datetime

    @property
    def by(self) -> str:
        """The id of the API key that asks."""
        return "" if self.call.key is None else self.call.key.id

    def policy(self) -> Policy | None:
        """Return the policy of the version that may be served; None where none may.

        What a resident has a right to does not wait for a version.
        """
        try:
            return self.state.watch.served().approved.policy
        except Refused:
            return None

    def stated(self) -> tuple[str, ...]:
        """Return the keys of the purposes that the policy states."""
        policy = self.policy()
        return () if policy is None else policy.stated


def about_one(at: At, *, reads: bool = True) -> Handler:
    """Return a handler that answers about one resident.

    Parameters
    ----------
    at : callable
        Answers; what the modules of the ledger raise becomes a refusal.
    reads : bool
        Whether what is kept is told, so that it counts against mass reading.
    """

    def handler(call: Call, state: State) -> Reply:
        desk = state.residents
        if desk is None:
            raise Refused("no-keyring", NO_KEYRING)
        call.purpose = RIGHTS
        try:
            subject = _subject(call, desk)
            if reads:
                _spend(call, desk)
            return at(Asked(call, state, desk, desk.records, subject, state.clock()))
        except PurposeError as error:
            raise Refused("no-consent", str(error)) from None
        except ReviewError as error:
            raise Refused("conflict", str(error)) from None
        except (LedgerError, StorageError, VaultError) as error:
            desk.tell(error)
            raise Refused("not-readable", UNREADABLE, headers=LATER) from None

    return handler


def purpose_in(asked: Asked) -> str:
    """Return the purpose that a request names in its query, where its key may ask for it.

    Raises
    ------
    Refused
        It names none, or not one.
    PurposeError
        The key was not issued for it.
    """
    query = asked.call.scope.get("query_string", b"").decode("latin-1")
    named: list[str] = parse_qs(query).get("purpose", [])
    if len(named) != 1:
        raise Refused("malformed", NO_PURPOSE)
    check_purpose(asked.call, named[0])
    return named[0]


def collected_in(asked: Asked, days: int) -> datetime | None:
    """Return when the needs of a request were collected, where its query says: midnight of the day, UTC.

    Parameters
    ----------
    asked : Asked
    days : int
        For which the policy lets them be used.

    Raises
    ------
    Refused
        It is no day, or one to come.
    PurposeError
        It is longer ago than that.
    """
    query = asked.call.scope.get("query_string", b"").decode("latin-1")
    named: list[str] = parse_qs(query, keep_blank_values=True).get("collected_on", [])
    if not named:
        return None
    try:
        (told,) = named
        day = date.fromisoformat(told)
    except ValueError:
        day = date.max
    ago = asked.now.date() - day
    if ago < -ONE_DAY:  # in China it is tomorrow before it is in UTC
        raise Refused("malformed", NO_DAY)
    if ago > days * ONE_DAY:
        raise PurposeError(LAPSED.format(days), reason="retention_lapsed")
    return datetime.combine(day, time(), UTC)


def check_purpose(call: Call, purpose: str) -> None:
    """Refuse a purpose for which a key was not issued; the access event has it.

    Raises
    ------
    PurposeError
    """
    issued = () if call.key is None else call.key.purposes
    call.purpose = purpose if purpose in issued else OTHER
    if purpose not in issued:
        told = ", ".join(issued) or "none"
        message = (
            f"This API key was not issued for that purpose: it may ask for {told}. Personal data are used "
            "for the purpose that was stated (PIPL Art. 6)."
        )
        raise PurposeError(message, reason="purpose_other")


def _subject(call: Call, desk: Desk) -> bytes:
    keyring, ref = desk.keyring(), call.scope["path_params"]["ref"]
    if ref is None:
        raise Refused("malformed", UNNAMED)
    try:
        subject = keyring.subject_of(ref)
    except VaultError:
        subject = None
    if subject is None:
        raise Refused("malformed", UNNAMED)
    call.subject, call.rows = mark_of(keyring, subject), 1
    return subject


def _spend(call: Call, desk: Desk) -> None:
    """Count one resident against what a key may ask about; who asks about too many raises an alert."""
    most = desk.settings.residents_an_hour
    wait = desk.reads.wait(call.slot, most / HOUR, desk.monotonic(), HOUR)
    if wait > 0:
        # Beyond its allowance: the first is recorded with the alert, and the rest are counted.
        call.alert, call.wait = MASS, wait
        raise Refused(
            "too-many-residents",
            f"This API key asked about more residents than {most:,} an hour; come back as Retry-After says.",
            headers=((b"retry-after", b"%d" % ceil(wait)),),
        )
