"""Erasing a resident, in two steps: what goes and what stays by law; then the passphrase (PIPL Art. 47).

It cannot be taken back: the key that opens what is kept is destroyed, and no backup brings it back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from segmentation.errors import ReviewError
from segmentation.ledger.personal.erasing import Erasures
from segmentation.reviews.refusals import Told as Refusal
from segmentation.reviews.refusals import refusal_told
from segmentation.rights.deciding import erase as erased
from serving.pages.declined import REFUSED, TO_MEND, UNSAID
from serving.pages.page import Page, msg, told
from serving.pages.residents.answering import UNCHECKED, WAITS_NOT, WHO_ASKS, identities
from serving.pages.residents.asked import about_one
from serving.pages.residents.named import model_in
from serving.pages.residents.passphrase import fault_of
from serving.pages.residents.resident import account
from serving.pages.residents.told import Teller
from serving.pages.table import address
from serving.pages.visit import Declined, Sent, Shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.ledger.personal.requests import Request
    from serving.pages.residents.asked import Asked
    from serving.pages.residents.rows import Requested
    from serving.pages.visit import Answer

NO_REQUEST = msg("No request: the purpose has ended, or consent was withdrawn")


@dataclass(frozen=True)
class Going:
    """How much goes.

    Attributes
    ----------
    consents, segments, overrides, requests : int
        Rows of each kind.
    """

    consents: int
    segments: int
    overrides: int
    requests: int


@dataclass(frozen=True)
class Erase(Page):
    """See `erase`."""

    TEMPLATE: ClassVar[str] = "residents/erase.html.j2"
    TITLE: ClassVar[str] = msg("Erase a resident")

    subject: str = field(metadata=told(msg("Pseudonym"), msg("It leads to everything that is kept of them.")))
    going: Going = field(
        metadata=told(
            msg("What goes, for good"),
            msg(
                "The key that opens all of it is destroyed, and the rows are emptied; no backup brings them "
                "back."
            ),
        )
    )
    is_sure: bool = field(
        metadata=told(
            msg("What stays"),
            msg("What the law asks to keep, or what names nobody."),
        )
    )
    waiting: tuple[Requested, ...] = field(
        metadata=told(
            msg("What they asked for and wait for"),
            msg("It is closed with the erasure: a request for erasure as done, anything else as refused."),
        )
    )
    request: str = field(
        metadata=told(
            msg("Why they are erased"),
            msg(
                "On their request, or because the purpose has ended or consent was withdrawn (PIPL Art. 47)."
            ),
        )
    )
    requests: tuple[tuple[str, str], ...] = field(
        metadata=told(msg("Next step"), msg("Nothing is erased yet: the next page asks for your passphrase."))
    )
    identity: tuple[tuple[str, str], ...] = field(metadata=told(msg("Who asks"), WHO_ASKS))
    checked: str = field(
        metadata=told(msg("How who asks was checked"), msg("Of the request that is answered by erasing."))
    )
    slips: Mapping[str, str] = field(
        metadata=told(
            msg("Your passphrase"),
            msg(
                "It opens your key, and shows that it is you who erases. What is erased cannot be brought "
                "back."
            ),
        )
    )
    refused: Refusal | None = field(
        metadata=told(msg("Not erased"), msg("The rules do not allow this; nothing was erased."))
    )


def _ask(asked: Asked) -> Answer:
    named, waiting = asked.visit.query.get("request", ""), _waiting(asked)
    return _shown(asked, waiting, named if named in waiting else next(iter(waiting), ""))


def _erase(asked: Asked) -> Answer:
    """Show what is about to be done, and do it with the passphrase."""
    form, waiting, t = asked.visit.form, _waiting(asked), asked.voice.t
    step, request, checked = (form.get(name, "") for name in ("step", "request", "identity"))
    if step not in {"preview", "erase"}:
        raise Declined("malformed", t(UNSAID))
    if request and request not in waiting:
        first = next(iter(waiting), "")
        return _shown(asked, waiting, first, {"request": t(WAITS_NOT)}, status=TO_MEND)
    sure = partial(_shown, asked, waiting, request, is_sure=True)
    if step == "preview":
        return sure()
    ways = _identities(asked, waiting, request)
    if ways and checked not in dict(ways):
        return sure({"identity": t(UNCHECKED)}, status=TO_MEND)
    fault = fault_of(asked)
    if fault is not None:
        return sure({"passphrase": fault.why}, status=fault.status)
    try:
        whom = asked.subject, request or None
        found = erased(_erasures(asked), asked.register, *whom, asked.by, asked.now, checked)
    except ReviewError as error:
        refused = refusal_told(error, asked.visit.language)
        return _shown(asked, waiting, request, refused=refused, status=REFUSED)
    is_swept = found is None or found.is_swept
    return Sent(address("residents"), "erased" if is_swept else "erased_unswept")


erase = about_one(_ask)
carry_out = about_one(_erase)


def _erasures(asked: Asked) -> Erasures:
    file = asked.desk.tombstones
    assert file is not None  # noqa: S101 - pages need a home
    return Erasures(asked.records, file)


def _waiting(asked: Asked) -> dict[str, Request]:
    """Return the requests that an erasure may answer, by their ids."""
    found = asked.register.of(asked.subject)
    return {one.id: one for one in found if one.ended is None and one.right == "erasure"}


def _identities(asked: Asked, waiting: Mapping[str, Request], request: str) -> tuple[tuple[str, str], ...]:
    """Return how who asks may be checked, where that is still to be said of the request."""
    return identities(asked, waiting[request]) if request else ()


def _shown(
    asked: Asked,
    waiting: Mapping[str, Request],
    request: str,
    slips: Mapping[str, str] | None = None,
    refused: Refusal | None = None,
    *,
    is_sure: bool = False,
    status: int = 200,
) -> Shown:
    model, t = model_in(asked.visit), asked.voice.t
    found, teller = account(asked, model), Teller(model.names, asked.voice)
    page = Erase(
        asked.pseudonym,
        Going(len(found.consents), len(found.segments), len(found.overrides), len(found.requests)),
        is_sure,
        tuple(teller.requested(one, asked.now) for one in found.requests if one.ended is None),
        request,
        (*((id_, t("Their request %(id)s", id=id_)) for id_ in waiting), ("", t(NO_REQUEST))),
        _identities(asked, waiting, request) if is_sure else (),
        asked.visit.form.get("identity", ""),
        slips or {},
        refused,
    )
    return Shown(page, status)
