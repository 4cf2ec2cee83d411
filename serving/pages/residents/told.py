"""An account as an officer reads it: a row for everything that is kept, in words of their language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from segmentation.ledger.personal.register import Listed
from segmentation.rights.kept import TAKEN_BACK
from segmentation.rights.words import REVIEWED, VERSIONS
from serving.pages.page import msg
from serving.pages.residents.named import (
    CHANNELS,
    CONSENT,
    IDENTITY,
    LANGUAGES,
    LOOKS,
    code_in,
    entry_of,
    word_in,
)
from serving.pages.residents.rows import (
    Holds,
    Looked,
    Placed,
    Put,
    Requested,
    Said,
    Standing,
    StepTold,
)
from serving.residents.asked import RIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from segmentation.ledger.personal.register import Right, State
    from segmentation.rights import account
    from segmentation.rights.report import Names
    from serving.pages.words import Speaker

DECLINED = 400
"""From this status on nothing was told."""
PAGES: Mapping[str, str] = {
    "page_resident": msg("this page"),
    "page_resident_json": msg("the copy as JSON"),
    "page_resident_page": msg("the copy as a page"),
    "page_request": msg("a request on a page"),
    "page_override": msg("the form to override"),
    "page_erase": msg("the form to erase"),
    "page_find_resident": msg("the search by reference"),
    "page_whose": msg("the way from the register"),
    "page_receive_request": msg("entering a request"),
    "page_say": msg("withdrawing or objecting, or taking an objection back"),
    "page_answer": msg("answering a request"),
    "page_decide_override": msg("deciding on the segment"),
    "page_carry_out": msg("erasing"),
}
"""What people ask about a resident by pages; further names are those of the API and of commands."""


@dataclass(frozen=True)
class Teller:
    """Tells what is kept in one language."""

    names: Names
    voice: Speaker

    def standings(self, found: Iterable[account.Purpose]) -> Iterator[Standing]:
        """Yield where consent to each purpose stands."""
        kinds = {"given": "kept", "refused": "broken", "withdrawn": "broken"}
        for one in found:
            yield Standing(
                one.purpose,
                self.purpose(one.purpose),
                kinds.get(one.state or "", "undetermined"),
                self.voice.t(CONSENT[one.state or ""]),
                _time(one.since),
                one.notice,
                _time(one.objected),
                one.state == "given",
            )

    def said(self, found: Iterable[account.Consent]) -> Iterator[Said]:
        """Yield every event of consent."""
        for one in found:
            yield Said(
                self.purpose(one.purpose),
                code_in(self.voice, CONSENT, one.event_state),
                _at(one.event_time),
                one.privacy_notice,
                code_in(self.voice, CHANNELS, one.collection_method),
                code_in(self.voice, LANGUAGES, one.language),
                one.entity_id,
            )

    def placed(self, one: account.Kept) -> Placed:
        """Return one row of the classification table."""
        return Placed(
            self.purpose(one.purpose),
            one.model,
            self.segment(one.segment),
            one.version,
            one.decision,
            one.margin,
            one.borderline,
            one.imputed,
            _at(one.at),
            _at(one.expires),
            one.is_expired,
            getattr(VERSIONS.get(one.state, REVIEWED), self.voice.language) if one.state else "",
        )

    def put(self, one: account.Override) -> Put:
        """Return one decision of a person."""
        segment = "" if one.segment is None else self.segment(one.segment)
        return Put(self.purpose(one.purpose), segment, one.reason, one.by, one.request, _at(one.at))

    def holds(self, found: account.Account) -> Iterator[Holds]:
        """Yield what holds now, for each purpose and model of which anything is kept."""
        for purpose, model in dict.fromkeys((one.purpose, one.model) for one in _placings(found)):
            kept = [one for one in found.segments if _is_of(one, purpose, model)][-1:]
            people = [one for one in found.overrides if _is_of(one, purpose, model)]
            used = [one for one in kept if not one.is_expired and one.state not in TAKEN_BACK]
            placed = self.placed(used[0]) if used else None
            put = self.put(people[-1]) if people and people[-1].segment is not None else None
            segment = "" if placed is None else placed.segment if put is None else put.segment
            yield Holds(self.purpose(purpose), model, segment, placed, put)

    def requested(self, one: account.Request, now: datetime) -> Requested:
        """Return a request with its steps."""
        steps = tuple(
            StepTold(
                self.voice.t(LOOKS[step.state][2]) if step.state in LOOKS else step.state,
                _at(step.at),
                step.by,
                step.text,
                code_in(self.voice, CHANNELS, step.channel),
                code_in(self.voice, LANGUAGES, step.language),
                code_in(self.voice, IDENTITY, step.identity),
            )
            for step in one.steps
        )
        return Requested(entry_of(_listed(one), now, self.voice), steps)

    def looked(self, found: Iterable[account.Reading]) -> Iterator[Looked]:
        """Yield who asked, the newest first."""
        for one in sorted(found, key=lambda one: one.at, reverse=True):
            yield Looked(
                _at(one.at),
                one.by,
                code_in(self.voice, PAGES, one.route),
                self.purpose(one.purpose),
                one.status < DECLINED,
            )

    def purpose(self, key: str) -> str:
        """Return what a purpose is called."""
        if key == RIGHTS:
            return self.voice.t("rights of residents")
        return word_in(self.voice, self.names.purposes, key).rstrip(".。")

    def segment(self, key: str) -> str:
        """Return a segment with its name."""
        if key not in self.names.segments:
            return key
        return f"{key}{self.voice.aside(word_in(self.voice, self.names.segments, key))}"


def _listed(one: account.Request) -> Listed:
    """Return a request as the register has it."""
    right: Right = one.right  # type: ignore[assignment]  # they were read from the register
    state: State = one.state  # type: ignore[assignment]
    return Listed(one.id, right, state, _at(one.received), _at(one.due), _time(one.ended))


def _placings(found: account.Account) -> Iterator[account.Kept | account.Override]:
    yield from found.segments
    yield from found.overrides


def _is_of(one: account.Kept | account.Override, purpose: str, model: str) -> bool:
    return (one.purpose, one.model) == (purpose, model)


def _at(told: str) -> datetime:
    return datetime.fromisoformat(told)


def _time(told: str | None) -> datetime | None:
    return None if told is None else _at(told)
