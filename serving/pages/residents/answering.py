"""Answering one request: done, refused with the reason that the resident is told, or extended once.

An answer stays (PIPL Art. 50): who was refused may go to court, and what they were told is on record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from segmentation.errors import ReviewError
from segmentation.ledger.personal.deadlines import is_short
from segmentation.ledger.personal.identity import NEEDED
from segmentation.ledger.personal.requests import LONGEST, Told
from segmentation.reviews.refusals import Told as Refusal
from segmentation.reviews.refusals import refusal_told
from segmentation.rights.gathering import told_of
from serving.pages.declined import REFUSED, TO_MEND
from serving.pages.fields import too_long
from serving.pages.page import Page, msg, told
from serving.pages.residents.asked import about_one
from serving.pages.residents.named import IDENTITY, model_in
from serving.pages.residents.told import Teller
from serving.pages.table import address
from serving.pages.visit import Declined, Sent, Shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segmentation.ledger.personal.requests import Request
    from serving.pages.residents.asked import Asked
    from serving.pages.residents.rows import Requested
    from serving.pages.visit import Answer

ENDS: Mapping[str, str] = {
    "done": msg("It was done as asked"),
    "refused": msg("It is refused, for the reason below"),
    "extended": msg("It takes as many days again, for the reason below"),
}
"""What may be said of a request."""
WHO_ASKS = msg("How it was checked that it is them, or somebody who may act for them.")
WAITS_NOT = msg("This request does not wait for an answer any more. Choose another, or none.")
"""Of a request that another form names, and that was answered meanwhile."""
UNCHECKED = msg("Check who asks, and choose how it was done: nothing is handed over or erased before that.")


@dataclass(frozen=True)
class Typed:
    """What was typed into the form."""

    what: str = ""
    text: str = ""
    identity: str = ""


@dataclass(frozen=True)
class RequestPage(Page):
    """See `request`."""

    TEMPLATE: ClassVar[str] = "residents/request.html.j2"
    TITLE: ClassVar[str] = msg("One request")

    subject: str = field(metadata=told(msg("Pseudonym"), msg("It leads to everything that is kept of them.")))
    request: Requested = field(
        metadata=told(msg("What was asked for"), msg("In the words of the resident, with every step since."))
    )
    ways: tuple[tuple[str, str], ...] = field(
        metadata=told(
            msg("Answer it"),
            msg("The answer is recorded in your name, stays as it is, and is told to the resident."),
        )
    )
    typed: Typed = field(
        metadata=told(msg("What the resident is told"), msg("In their language; without names."))
    )
    identity: tuple[tuple[str, str], ...] = field(metadata=told(msg("Who asks"), WHO_ASKS))
    slips: Mapping[str, str] = field(metadata=told(msg("To mend"), msg("What cannot be taken as it is.")))
    refused: Refusal | None = field(
        metadata=told(msg("Not recorded"), msg("The register did not take the answer."))
    )


def _request(asked: Asked) -> Answer:
    return _shown(asked, _found(asked))


def _answer(asked: Asked) -> Answer:
    request = _found(asked)
    typed = Typed(*(asked.visit.form.get(name, "") for name in ("what", "text", "identity")))
    slips = dict(_slips(asked, request, typed))
    if slips:
        return _shown(asked, request, typed, slips, status=TO_MEND)
    register = asked.register
    step = {"done": register.done, "refused": register.refuse, "extended": register.extend}[typed.what]
    try:
        step(asked.subject, request.id, Told(asked.by, typed.text, identity=typed.identity), asked.now)
    except ReviewError as error:
        refused = refusal_told(error, asked.visit.language)
        return _shown(asked, request, typed, refused=refused, status=REFUSED)
    return Sent(address("resident", subject=asked.pseudonym), "answered")


request = about_one(_request)
answer = about_one(_answer)


def _found(asked: Asked) -> Request:
    """Return the request that the address names, where it is this resident's; raises `Declined`."""
    for one in asked.register.of(asked.subject):
        if one.id == asked.visit.path["request"]:
            return one
    raise Declined("not_found", asked.voice.t("There is no such request."))


def _ways(asked: Asked, request: Request) -> tuple[tuple[str, str], ...]:
    """Return what may be said of a request: an erasure is done by erasing, and once extended is enough.

    What has working days by law is not extended at all.
    """
    if request.ended is not None:
        return ()
    channel = request.steps[0].told.channel
    lacking = {
        "done" if request.right == "erasure" else "",
        "extended" if request.state == "extended" or is_short(request.right, channel) else "",
    }
    return tuple((key, asked.voice.t(word)) for key, word in ENDS.items() if key not in lacking)


def identities(asked: Asked, request: Request) -> tuple[tuple[str, str], ...]:
    """Return the ways in which who asks may be checked, where the request needs that and does not say yet."""
    is_checked = any(step.told.identity for step in request.steps)
    if request.right not in NEEDED or request.ended is not None or is_checked:
        return ()
    return tuple((key, asked.voice.t(word)) for key, word in IDENTITY.items())


def _slips(asked: Asked, request: Request, typed: Typed) -> Iterator[tuple[str, str]]:
    voice = asked.voice
    # Of what was answered already, the register says so.
    if typed.what not in (dict(_ways(asked, request)) if request.ended is None else ENDS):
        yield "what", voice.t("Choose what is said of it.")
    is_left_out = not typed.identity and typed.what == "done" and identities(asked, request)
    if is_left_out or typed.identity not in {"", *IDENTITY}:
        yield "identity", voice.t(UNCHECKED)
    if typed.what != "done" and not typed.text.strip():
        yield "text", voice.t("Say why: the resident is told the reason, and may go to court (PIPL Art. 50).")
    long = too_long(typed.text, voice, LONGEST)
    if long:
        yield "text", long


def _shown(
    asked: Asked,
    request: Request,
    typed: Typed | None = None,
    slips: Mapping[str, str] | None = None,
    refused: Refusal | None = None,
    status: int = 200,
) -> Shown:
    names, ways = model_in(asked.visit).names, _ways(asked, request)
    page = RequestPage(
        asked.pseudonym,
        Teller(names, asked.voice).requested(told_of(request), asked.now),
        ways,
        typed or Typed(),
        identities(asked, request) if "done" in dict(ways) else (),
        slips or {},
        refused,
    )
    return Shown(page, status)
