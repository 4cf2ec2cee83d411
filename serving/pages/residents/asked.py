"""What every page about residents has in common: who may be told, of whom, how often, and what is closed.

The reference of a resident is typed into one form and goes no further: an address has a pseudonym that means
nothing without the keyring. The order is fixed: is anything kept here, may this person be told, and whom does
the address name. Whatever the answer is, the access event has the purpose and a pseudonym of the log's own.
What tells of the resident counts as reading, also a form that comes back to be mended, and is held back where
that is too much; what was done leads on, and is never held back.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TYPE_CHECKING

from segmentation.errors import LedgerError, StorageError, VaultError
from segmentation.ledger.personal.entries import MASS
from segmentation.ledger.track import day_of
from segmentation.rights.readings import mark_of
from serving.pages.page import msg
from serving.pages.visit import Declined, Sent
from serving.pages.words import Speaker, speaker
from serving.residents.asked import HOUR, RIGHTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.personal.requests import Requests
    from serving.pages.visit import Answer, Handler, Visit
    from serving.residents.desk import Desk

    At = Callable[["Asked"], Answer]

NO_KEYRING = msg(
    "This service has no keyring, so it keeps nothing of residents. Whoever runs it makes one with "
    "`segmentation keyring init`, and starts it with that."
)
UNREADABLE = msg("Nothing was done. Try again later; whoever runs the service finds the reason in its log.")
UNTRAINED = msg(
    "Your training does not count any more, so you may not be told of residents. Ask an administrator to "
    "enter a new one."
)
TOO_MANY = msg(
    "You asked about more residents than %(most)s an hour, and this was noted. Go on in a while; who must "
    "read of many asks by an export that is agreed on."
)


@dataclass(frozen=True)
class Asked:
    """A request about one resident, who is known by a pseudonym alone.

    Attributes
    ----------
    visit : Visit
    desk : Desk
    subject : bytes
        `Keyring.subject_of` the resident.
    """

    visit: Visit
    desk: Desk
    subject: bytes

    @property
    def by(self) -> str:
        """Who is signed in."""
        return self.visit.signed_in.name

    @property
    def now(self) -> datetime:
        """The time of the request."""
        return self.visit.now

    @property
    def pseudonym(self) -> str:
        """What stands for the resident in addresses."""
        return self.subject.hex()

    @cached_property
    def voice(self) -> Speaker:
        """The reader's language."""
        return speaker(self.visit.language)

    @cached_property
    def records(self) -> Records:
        """The tables; raises what `Desk.records` does."""
        return self.desk.records

    @cached_property
    def register(self) -> Requests:
        """The register of requests; raises what `Desk.records` does."""
        return self.desk.requests


def guarded(handler: Handler) -> Handler:
    """Return a handler of which a closed database or keyring is told, and logged without what it says."""

    @wraps(handler)
    def held(visit: Visit) -> Answer:
        try:
            return handler(visit)
        except (LedgerError, StorageError, VaultError) as error:
            desk = visit.office.residents
            if desk is not None:
                desk.tell(error)
            raise Declined("closed", speaker(visit.language).t(UNREADABLE)) from None

    return held


def about_one(at: At) -> Handler:
    """Return a handler of the resident whom an address names.

    Parameters
    ----------
    at : callable
        Answers: with `Sent` where something was done; whatever else it answers tells of the resident.
    """

    @guarded
    def handler(visit: Visit) -> Answer:
        desk = desk_in(visit)
        check_officer(visit)
        subject = bytes.fromhex(visit.path["subject"])
        tell_about(visit, desk, subject)
        answer = at(Asked(visit, desk, subject))
        if not isinstance(answer, Sent):
            spend(visit, desk)
        return answer

    return handler


def desk_in(visit: Visit) -> Desk:
    """Return where residents are kept, and say what for in the access event.

    Raises
    ------
    Declined
        The service has no keyring.
    """
    visit.about.purpose = RIGHTS
    desk = visit.office.residents
    if desk is None:
        raise Declined("not_found", speaker(visit.language).t(NO_KEYRING))
    return desk


def check_officer(visit: Visit) -> None:
    """Decline a person whose training does not count: their role is the table's matter."""
    person = visit.history.people.get(visit.signed_in.name)
    until = None if person is None else person.training_until
    if until is None or until < day_of(visit.now):
        raise Declined("refused", speaker(visit.language).t(UNTRAINED))


def tell_about(visit: Visit, desk: Desk, subject: bytes) -> None:
    """Name the resident in the access event; raises a `VaultError` where the keyring stays closed."""
    visit.about.subject = mark_of(desk.keyring(), subject)


def spend(visit: Visit, desk: Desk) -> None:
    """Count one resident against what a person may ask about; who asks about too many raises an alert.

    A person has as many as an API key, and the same counter over all workers.
    """
    most = desk.settings.residents_an_hour
    number = int.from_bytes(hashlib.sha256(f"person {visit.signed_in.name}".encode()).digest()[:8])
    if desk.reads.wait(number, most / HOUR, desk.monotonic(), HOUR) > 0:
        visit.about.alert = MASS
        voice = speaker(visit.language)
        raise Declined("too_often", voice.t(TOO_MANY, most=voice.integer(most)))
