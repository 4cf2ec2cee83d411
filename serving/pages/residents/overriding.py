"""Putting a segment in the place of the computed one, or letting that hold again, after a person looked.

It is recorded in the name of who decides, with the reason that the resident is told (PIPL Art. 24), survives
the next scoring, and is counted in the audit. A request that it answers is done with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from segmentation.errors import ReviewError
from segmentation.ledger.personal.overrides import LONGEST, Overrides, Told
from segmentation.reviews.refusals import Told as Refusal
from segmentation.reviews.refusals import refusal_told
from segmentation.rights.deciding import ANSWERED
from segmentation.rights.deciding import override as decide
from serving.pages.declined import REFUSED, TO_MEND
from serving.pages.fields import too_long
from serving.pages.page import Page, msg, told
from serving.pages.residents.answering import WAITS_NOT
from serving.pages.residents.asked import about_one
from serving.pages.residents.named import model_in, right_in
from serving.pages.residents.passphrase import fault_of
from serving.pages.residents.resident import account
from serving.pages.residents.told import Teller
from serving.pages.table import address
from serving.pages.visit import Sent, Shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segmentation.ledger.personal.requests import Request
    from serving.pages.residents.asked import Asked
    from serving.pages.residents.named import Model
    from serving.pages.residents.rows import Holds
    from serving.pages.visit import Answer

LIFT = "computed"
"""Stands in the form for the computed segment; no segment of a version is called so."""


@dataclass(frozen=True)
class Decided:
    """What was chosen and typed."""

    segment: str = ""
    reason: str = ""
    request: str = ""


@dataclass(frozen=True)
class Override(Page):
    """See `override`."""

    TEMPLATE: ClassVar[str] = "residents/override.html.j2"
    TITLE: ClassVar[str] = msg("Override the segment")

    subject: str = field(metadata=told(msg("Pseudonym"), msg("It leads to everything that is kept of them.")))
    holds: tuple[Holds, ...] = field(
        metadata=told(
            msg("Where they stand now"),
            msg("The segment that holds: what a person put in its place, or else the computed one."),
        )
    )
    segments: tuple[tuple[str, str], ...] = field(
        metadata=told(
            msg("What holds from now on"),
            msg("It stands beside the computed segment, whatever the next scoring says, until it is lifted."),
        )
    )
    requests: tuple[tuple[str, str], ...] = field(
        metadata=told(
            msg("The request that it answers"), msg("It is done with the decision; the reason is its answer.")
        )
    )
    decided: Decided = field(metadata=told(msg("Reason"), msg("Why; it is kept, and told to the resident.")))
    slips: Mapping[str, str] = field(metadata=told(msg("To mend"), msg("What cannot be taken as it is.")))
    refused: Refusal | None = field(
        metadata=told(msg("Not decided"), msg("The rules do not allow this; nothing was recorded."))
    )


def _ask(asked: Asked) -> Answer:
    return _shown(asked, Decided(request=asked.visit.query.get("request", "")))


def _decide(asked: Asked) -> Answer:
    form = asked.visit.form
    decided = Decided(form.get("segment", ""), form.get("reason", ""), form.get("request", ""))
    model = model_in(asked.visit)
    slips = dict(_slips(asked, model, decided))
    if slips:
        return _shown(asked, decided, slips, status=TO_MEND)
    fault = fault_of(asked)
    if fault is not None:
        return _shown(asked, decided, {"passphrase": fault.why}, status=fault.status)
    try:
        _record(asked, model, decided)
    except ReviewError as error:
        refused = refusal_told(error, asked.visit.language)
        return _shown(asked, decided, refused=refused, status=REFUSED)
    notice = "override_lifted" if decided.segment == LIFT else "overridden"
    return Sent(address("resident", subject=asked.pseudonym), notice)


override = about_one(_ask)
decide_override = about_one(_decide)


def _record(asked: Asked, model: Model, decided: Decided) -> None:
    assert model.policy is not None  # noqa: S101 - without a version there is no segment to choose
    segment = None if decided.segment == LIFT else decided.segment
    put = Told(segment, decided.reason, asked.by, decided.request)
    purpose = model.policy.purpose.key
    at = (asked.subject, purpose, model.policy.name)
    decide(asked.records, asked.register, *at, put, model.segments, asked.now)


def _waiting(asked: Asked) -> tuple[Request, ...]:
    found = asked.register.of(asked.subject)
    return tuple(one for one in found if one.ended is None and one.right in ANSWERED)


def _choices(asked: Asked, model: Model) -> tuple[tuple[str, str], ...]:
    """Return what may hold from now on; nothing where no version can be read."""
    if model.policy is None:
        return ()
    teller = Teller(model.names, asked.voice)
    named = tuple((one, teller.segment(one)) for one in model.segments)
    at = (asked.subject, model.policy.purpose.key, model.policy.name)
    if Overrides(asked.records).standing(*at) is None:
        return named
    return (*named, (LIFT, asked.voice.t("The computed segment holds again")))


def _slips(asked: Asked, model: Model, decided: Decided) -> Iterator[tuple[str, str]]:
    voice = asked.voice
    if decided.segment not in dict(_choices(asked, model)):
        yield "segment", voice.t("Choose what holds from now on.")
    if decided.request and decided.request not in {one.id for one in _waiting(asked)}:
        yield "request", voice.t(WAITS_NOT)
    if not decided.reason.strip():
        yield "reason", voice.t("Say why in your own words: the resident is told.")
    long = too_long(decided.reason, voice, LONGEST)
    if long:
        yield "reason", long


def _shown(
    asked: Asked,
    decided: Decided,
    slips: Mapping[str, str] | None = None,
    refused: Refusal | None = None,
    status: int = 200,
) -> Shown:
    model = model_in(asked.visit)
    teller = Teller(model.names, asked.voice)
    requests = tuple(
        (one.id, f"{one.id}{asked.voice.aside(right_in(asked.voice, one.right))}") for one in _waiting(asked)
    )
    page = Override(
        asked.pseudonym,
        tuple(teller.holds(account(asked, model))),
        _choices(asked, model),
        (("", asked.voice.t("none")), *requests),
        decided,
        slips or {},
        refused,
    )
    return Shown(page, status)
