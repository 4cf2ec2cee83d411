"""Whether it is really who is signed in: a passphrase that opens their own key, as for a signature.

What cannot be taken back, or decides about somebody, is not done by a browser that was left open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from segmentation.errors import SigningError
from serving.pages.declined import NOT_ALLOWED, REFUSED, TO_MEND, TOO_OFTEN
from serving.pages.entrance.sessions import Porter
from serving.pages.page import msg

if TYPE_CHECKING:
    from datetime import datetime

    from serving.pages.residents.asked import Asked

MISSING = msg("Type your passphrase: it shows that it is you who decides.")
WRONG = msg("This passphrase does not open your key. Nothing was done; type it again.")
LOCKED = msg("The passphrase was wrong too often, so it is not tried until %(until)s. Nothing was done.")
OTHER = msg(
    "Your key on this service is missing, or is not the one that the ledger has of you. Nothing was done; "
    "ask who keeps the people."
)


class Fault(NamedTuple):
    """Why a passphrase shows nothing, and the status of the page that says so."""

    why: str
    status: int


def fault_of(asked: Asked) -> Fault | None:
    """Return why the passphrase of a form does not show that it is who is signed in; None where it does.

    Wrong ones are counted with those of signatures, and too many lock the name.
    """
    visit, name, voice = asked.visit, asked.by, asked.voice
    passphrase = visit.form.get("passphrase", "")
    if not passphrase:
        return Fault(voice.t(MISSING), TO_MEND)
    porter = Porter(visit.office)
    until = porter.counted("sign", name, visit.now)
    if until is not None:
        return _locked(asked, until)
    try:
        key = visit.office.signer(name, passphrase).key
    except SigningError:
        if not visit.office.keeps(name):
            return Fault(voice.t(OTHER), REFUSED)
        until = visit.office.attempts.locked("sign", name, visit.now)
        return Fault(voice.t(WRONG), NOT_ALLOWED) if until is None else _locked(asked, until)
    porter.cleared("sign", name, visit.now)
    if key.public.text != visit.history.people[name].key:
        return Fault(voice.t(OTHER), REFUSED)
    return None


def _locked(asked: Asked, until: datetime) -> Fault:
    return Fault(asked.voice.t(LOCKED, until=asked.voice.time(until)), TOO_OFTEN)
