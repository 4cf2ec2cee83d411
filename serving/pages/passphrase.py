"""Opening the key of who is signed in, with the passphrase of a form: to sign, or to show that it is them.

Whatever it is typed for, a passphrase is counted before it is tried, and too many wrong ones lock the name;
so nobody gets further tries by another form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from segmentation.errors import SigningError
from serving.pages.declined import NOT_ALLOWED, REFUSED, TO_MEND, TOO_OFTEN
from serving.pages.entrance.sessions import Porter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from segmentation.signing import PrivateKey
    from serving.pages.visit import Visit
    from serving.pages.words import Speaker

Why = Literal["missing", "locked", "wrong", "away"]
STATUSES: Mapping[Why, int] = {
    "missing": TO_MEND,
    "locked": TOO_OFTEN,
    "wrong": NOT_ALLOWED,
    "away": REFUSED,
}


@dataclass(frozen=True)
class Closed:
    """Why a key stays closed.

    Attributes
    ----------
    why : {"missing", "locked", "wrong", "away"}
        Nothing was typed | it is not tried for now | it does not open the key | the key rests elsewhere.
    until : datetime or None
        Until when the name is locked.
    """

    why: Why
    until: datetime | None = None

    @property
    def status(self) -> int:
        """Of the page that is shown again."""
        return STATUSES[self.why]

    def told(self, words: Mapping[Why, str], voice: Speaker) -> str:
        """Return it in the words of a form, which may say ``%(until)s``."""
        return voice.t(words[self.why], until="" if self.until is None else voice.time(self.until))


def opened(visit: Visit) -> PrivateKey | Closed:
    """Return the key of who is signed in, which the passphrase of their form opens; or why it stays closed.

    Whether the ledger has this key of them is for who calls.
    """
    name, passphrase = visit.signed_in.name, visit.form.get("passphrase", "")
    if not passphrase:
        return Closed("missing")
    porter = Porter(visit.office)
    until = porter.counted("sign", name, visit.now)
    if until is not None:
        return Closed("locked", until)
    try:
        key = visit.office.signer(name, passphrase).key
    except SigningError:
        if not visit.office.keeps(name):
            return Closed("away")
        until = visit.office.attempts.locked("sign", name, visit.now)
        return Closed("wrong") if until is None else Closed("locked", until)
    porter.cleared("sign", name, visit.now)
    return key
