"""Entering what a resident asks for, by an officer: done at once where the law says so.

A withdrawal and an objection ask nothing: no reason, no leave and no second question (PIPL Art. 15, 24).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import ReviewError
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.events import Told as Said
from segmentation.ledger.personal.register import RIGHTS
from segmentation.ledger.personal.requests import AT_ONCE, LONGEST, Told
from segmentation.reviews.refusals import refusal_told
from segmentation.rights.beheld import beheld
from segmentation.rights.exercise import receive as received
from serving.pages.declined import REFUSED, TO_MEND, UNSAID
from serving.pages.fields import too_long
from serving.pages.page import msg
from serving.pages.residents.asked import about_one
from serving.pages.residents.named import CHANNELS, LANGUAGES, model_in
from serving.pages.residents.resident import form_of, shown
from serving.pages.table import address
from serving.pages.visit import Declined, Sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.ledger.personal.register import Right
    from serving.pages.residents.asked import Asked
    from serving.pages.visit import Answer

LIFT = "lift"
"""Stands in the form for taking an objection back; it is no right that is asked for, and no request."""
UNKNOWN = msg("Choose one of those that are there.")


def _receive(asked: Asked) -> Answer:
    typed = {name: asked.visit.form.get(name, "") for name in ("right", "channel", "language", "text")}
    slips = dict(_slips(asked, typed))
    right = next((one for one in RIGHTS if one == typed["right"]), None)
    if slips or right is None:
        return shown(asked, form_of(asked, **typed, slips=slips), TO_MEND)
    told = Told(by=asked.by, text=typed["text"], channel=typed["channel"], language=typed["language"])
    try:
        _enter(asked, right, told, _meant(asked, right))
    except ReviewError as error:
        slips = {"right": str(refusal_told(error, asked.visit.language))}
        return shown(asked, form_of(asked, **typed, slips=slips), REFUSED)
    return _back(asked, "at_once" if right in AT_ONCE else "entered")


def _say(asked: Asked) -> Answer:
    """Withdraw a consent, object, or take an objection back, for one purpose; twice is as good as once."""
    what, purpose = asked.visit.form.get("what", ""), asked.visit.form.get("purpose", "")
    if what not in {*AT_ONCE, LIFT} or purpose not in _known(asked):
        raise Declined("malformed", asked.voice.t(UNSAID))
    ledger = Consents(asked.records)
    standing = ledger.standing(asked.subject, purpose)
    is_said = {
        "withdrawal": standing.state == "withdrawn",
        "objection": standing.objected is not None,
        LIFT: standing.objected is None,
    }
    if is_said[what]:
        return _back(asked, "said_before")
    if what == LIFT:
        ledger.record(asked.subject, purpose, Said("objection_lifted"), asked.by, asked.now)
    else:
        right: Right = "withdrawal" if what == "withdrawal" else "objection"
        _enter(asked, right, Told(by=asked.by), (purpose,))
    return _back(asked, "at_once")


receive = about_one(_receive)
say = about_one(_say)


def _enter(asked: Asked, right: Right, told: Told, purposes: tuple[str, ...]) -> None:
    received(asked.records, asked.register, asked.subject, right, told, purposes, asked.now)


def _back(asked: Asked, notice: str) -> Sent:
    return Sent(address("resident", subject=asked.pseudonym), notice)


def _slips(asked: Asked, typed: dict[str, str]) -> Iterator[tuple[str, str]]:
    voice = asked.voice
    known = {"right": RIGHTS, "channel": tuple(CHANNELS), "language": tuple(LANGUAGES)}
    for name, among in known.items():
        if typed[name] not in among:
            yield name, voice.t(UNKNOWN)
    long = too_long(typed["text"], voice, LONGEST)
    if long:
        yield "text", long


def _meant(asked: Asked, right: Right) -> tuple[str, ...]:
    """Return what an objection or a withdrawal is about where no purpose is named.

    An objection is about the purpose for which residents are placed: an audit decides nothing about them.
    A withdrawal is from all that are stated or on record.
    """
    if right not in AT_ONCE:
        return ()
    stated = model_in(asked.visit).stated
    if right == "objection" and stated:
        return stated[:1]
    return _known(asked)


def _known(asked: Asked) -> tuple[str, ...]:
    """Return the purposes that are stated, or of which anything is on record."""
    with beheld(asked.records) as seen:
        return asked.desk.purposes.to_take_back(seen, model_in(asked.visit).stated)
