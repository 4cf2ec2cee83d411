"""Signing in and out: who opens their own key here is who they say, and there is no second secret.

Nobody learns from an answer which names there are: one that has no key here takes as long, is counted and is
locked as one that has, and is told the same.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from segmentation.errors import ReviewError, SigningError
from segmentation.reviews.keyfiles import spelled
from segmentation.signing import PrivateKey
from serving.pages.declined import NOT_ALLOWED, TOO_OFTEN
from serving.pages.entrance.sessions import Porter
from serving.pages.page import Page, msg, told
from serving.pages.paths import ours
from serving.pages.table import READERS, address
from serving.pages.visit import Cookie, Sent, Shown
from serving.pages.words import speaker

if TYPE_CHECKING:
    from segmentation.reviews.desk import Signer
    from serving.pages.visit import Visit

MOST_NAME, MOST_PASSPHRASE = 200, 1_024
"""Letters; what is longer is nobody's."""
EVERYWHERE = "everywhere"
"""In the field ``where`` of the form to sign out."""
WRONG = msg("The name or the passphrase is not right. Mind capital letters, and the layout of the keyboard.")
LOCKED = msg("This name is locked until %(until)s, because passphrases were tried too often. Come back then.")
NO_ROLE = msg("The passphrase is right, but you hold no role at this ledger now. Ask an administrator.")
MONITOR = msg(
    "The passphrase is right, but a monitor has no pages: it suspends a version by the command line. Ask an "
    "administrator if you need another role."
)
OTHER_KEY = msg(
    "The passphrase is right, but the ledger knows another key of yours than the one that is kept here. Ask "
    "an administrator to bring the two together."
)


@dataclass(frozen=True)
class SignIn(Page):
    """The form to sign in."""

    TEMPLATE: ClassVar[str] = "sign_in.html.j2"
    TITLE: ClassVar[str] = msg("Sign in")

    name: str = field(metadata=told(msg("Name"), msg("As you are entered in the ledger.")))
    target: str = field(
        metadata=told(msg("Go on"), msg("The page that you asked for, which follows once you are signed in."))
    )
    refusal: str = field(
        default="", metadata=told(msg("Not signed in"), msg("Why you were not let in just now."))
    )


def form(visit: Visit) -> Shown | Sent:
    """Answer the form to sign in; who is signed in is sent on."""
    target = ours(visit.query.get("next", ""))
    if visit.person is not None:
        return Sent(target or address("start"))
    return Shown(SignIn("", target))


def enter(visit: Visit) -> Shown | Sent:
    """Open the key of a person by the passphrase, and begin a session; the one before it ends.

    Raises
    ------
    LedgerError, StorageError
        The ledger is not to be trusted, or cannot be reached.
    """
    name, passphrase = spelled(visit.form.get("name", "")), visit.form.get("passphrase", "")
    porter, voice, history = Porter(visit.office), speaker(visit.language), visit.history
    until = porter.counted("sign in", name, visit.now)
    if until is not None:
        return _again(visit, name, voice.t(LOCKED, until=voice.time(until)), TOO_OFTEN)
    signer = _opened(visit, name, passphrase)
    if signer is None:
        return _again(visit, name, voice.t(WRONG), NOT_ALLOWED)
    porter.cleared("sign in", name, visit.now)
    person = history.people.get(signer.name)
    if person is None or not person.roles:
        return _again(visit, name, voice.t(NO_ROLE), NOT_ALLOWED)
    if person.key != signer.key.public.text:
        return _again(visit, name, voice.t(OTHER_KEY), NOT_ALLOWED)
    if not set(person.roles) & set(READERS):
        return _again(visit, name, voice.t(MONITOR), NOT_ALLOWED)
    if visit.person is not None:
        porter.let_out(visit.person.session)
    token = porter.let_in(signer, history, visit.now)
    cookies = (Cookie("session", token), Cookie("visitor", ""))
    return Sent(ours(visit.form.get("next", "")) or address("start"), "signed_in", cookies)


def leave(visit: Visit) -> Sent:
    """End the session, or every one of this person: another browser was left open, or is lost."""
    porter, person, notice = Porter(visit.office), visit.signed_in, "signed_out"
    if visit.form.get("where") == EVERYWHERE:
        porter.let_out_everywhere(person.name)
        notice = "signed_out_everywhere"
    else:
        porter.let_out(person.session)
    return Sent(address("sign_in"), notice, (Cookie("session", ""),))


def _again(visit: Visit, name: str, refusal: str, status: int) -> Shown:
    page = SignIn(name[:MOST_NAME], ours(visit.form.get("next", "")), refusal)
    return Shown(page, status)


def _opened(visit: Visit, name: str, passphrase: str) -> Signer | None:
    """Open a key; None where there is none, or it stays closed, after the same work."""
    if len(name) <= MOST_NAME and len(passphrase) <= MOST_PASSPHRASE and visit.office.keeps(name):
        with suppress(SigningError, ReviewError):
            return visit.office.signer(name, passphrase)
        return None
    with suppress(SigningError):
        visit.office.stretch(_decoy(), passphrase[:MOST_PASSPHRASE])
    return None


@cache
def _decoy() -> str:
    """Return a key file that nobody opens."""
    return PrivateKey.generate().sealed(secrets.token_urlsafe(32))
