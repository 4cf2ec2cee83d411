"""Whether it is really who is signed in: a passphrase that opens their own key, as for a signature.

What cannot be taken back, or decides about somebody, is not done by a browser that was left open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from serving.pages.declined import REFUSED
from serving.pages.page import msg
from serving.pages.passphrase import Closed, opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from serving.pages.passphrase import Why
    from serving.pages.residents.asked import Asked

OTHER = msg(
    "Your key on this service is missing, or is not the one that the ledger has of you. Nothing was done; "
    "ask who keeps the people."
)
SAID: Mapping[Why, str] = {
    "missing": msg("Type your passphrase: it shows that it is you who decides."),
    "locked": msg(
        "The passphrase was wrong too often, so it is not tried until %(until)s. Nothing was done."
    ),
    "wrong": msg("This passphrase does not open your key. Nothing was done; type it again."),
    "away": OTHER,
}


class Fault(NamedTuple):
    """Why a passphrase shows nothing, and the status of the page that says so."""

    why: str
    status: int


def fault_of(asked: Asked) -> Fault | None:
    """Return why the passphrase of a form does not show that it is who is signed in; None where it does."""
    found = opened(asked.visit)
    if isinstance(found, Closed):
        return Fault(found.told(SAID, asked.voice), found.status)
    if found.public.text != asked.visit.history.people[asked.by].key:
        return Fault(asked.voice.t(OTHER), REFUSED)
    return None
