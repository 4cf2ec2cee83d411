"""Everything that is kept of one resident, and what may be done about it: the answer to an access request.

What an officer reads here is what the resident is given: the same account (`segmentation.rights.account`), on
a page that can be printed, as a page of its own to be handed over, and as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import msgspec

from segmentation.rights.gathering import account_of
from segmentation.rights.kept import states_of
from segmentation.rights.report import page as page_of
from serving.languages import named
from serving.pages.page import Page, msg, told
from serving.pages.residents.asked import about_one
from serving.pages.residents.named import CHANNELS, LANGUAGES, model_in, rights_in
from serving.pages.residents.told import Teller
from serving.pages.visit import Declined, File, Shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.rights.account import Account
    from serving.pages.residents.asked import Asked
    from serving.pages.residents.named import Model
    from serving.pages.residents.rows import Holds, Looked, Placed, Put, Requested, Said, Standing
    from serving.pages.visit import Answer

READINGS = 100
"""Of who asked, the newest that are shown; the copies have all."""


@dataclass(frozen=True)
class Receiving:
    """The form in which a request is entered on behalf of the resident.

    Attributes
    ----------
    rights, channels, languages : tuple of (str, str)
        What may be chosen, each with its words.
    right, channel, language, text : str
        What was typed.
    slips : mapping of str to str
        What is to be mended, by field.
    """

    rights: tuple[tuple[str, str], ...]
    channels: tuple[tuple[str, str], ...]
    languages: tuple[tuple[str, str], ...]
    right: str = "access"
    channel: str = "front_desk"
    language: str = "zh"
    text: str = ""
    slips: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Resident(Page):
    """See `resident`."""

    TEMPLATE: ClassVar[str] = "residents/resident.html.j2"
    TITLE: ClassVar[str] = msg("One resident")

    subject: str = field(
        metadata=told(
            msg("Pseudonym"),
            msg("It stands for the resident in this address; without the keyring it means nothing."),
        )
    )
    holds: tuple[Holds, ...] = field(
        metadata=told(
            msg("Where they stand now"),
            msg("The segment that holds: what a person put in its place, or else the computed one."),
        )
    )
    requests: tuple[Requested, ...] = field(
        metadata=told(
            msg("Their requests"),
            msg("What they asked for, in their words, what was done about it and by when it is due."),
        )
    )
    receiving: Receiving = field(
        metadata=told(
            msg("Enter a request for them"),
            msg(
                "In their own words, and without names or numbers. An objection and a withdrawal take effect "
                "at once; everything else waits for an answer."
            ),
        )
    )
    purposes: tuple[Standing, ...] = field(
        metadata=told(
            msg("Consent by purpose"),
            msg(
                "The newest word counts. Withdrawing and objecting need no reason and nobody's leave "
                "(PIPL Art. 15, 24); the service of the contract goes on."
            ),
        )
    )
    consents: tuple[Said, ...] = field(
        metadata=told(
            msg("Every consent on record"),
            msg("What was said, when, to which notice, and who recorded it; nothing here is ever changed."),
        )
    )
    segments: tuple[Placed, ...] = field(
        metadata=told(
            msg("Kept segments"),
            msg(
                "Where the resident was placed, by which version and signed decision, and until when it is "
                "kept."
            ),
        )
    )
    overrides: tuple[Put, ...] = field(
        metadata=told(
            msg("What people decided instead"),
            msg("It outlives the next scoring until it is lifted, and the audit counts it."),
        )
    )
    readings: tuple[Looked, ...] = field(
        metadata=told(
            msg("Who asked about them"),
            msg("From the access log, the newest first. What was asked in the last minute may be missing."),
        )
    )
    is_empty: bool = field(
        metadata=told(
            msg("Nothing is kept"),
            msg(
                "Nothing is kept of whoever has this reference: no consent, no segment and no request. Make "
                "sure that it was typed as the company has it."
            ),
        )
    )


def shown(asked: Asked, receiving: Receiving | None = None, status: int = 200) -> Shown:
    """Return the page of a resident, with what was typed where a request could not be entered."""
    model = model_in(asked.visit)
    found = account(asked, model)
    teller = Teller(model.names, asked.voice)
    page = Resident(
        asked.pseudonym,
        tuple(teller.holds(found)),
        tuple(teller.requested(one, asked.now) for one in reversed(found.requests)),
        receiving or form_of(asked),
        tuple(teller.standings(found.purposes)),
        tuple(teller.said(found.consents)),
        tuple(teller.placed(one) for one in reversed(found.segments)),
        tuple(teller.put(one) for one in reversed(found.overrides)),
        tuple(teller.looked(found.readings))[:READINGS],
        found.is_empty,
    )
    return Shown(page, status)


def account(asked: Asked, model: Model) -> Account:
    """Return everything that is kept; raises what `account_of` does."""
    states = states_of(asked.visit.history, asked.now)
    return account_of(asked.records, asked.subject, model.stated, asked.now, asked.desk.purposes, states)


def form_of(asked: Asked, **typed: object) -> Receiving:
    """Return the form of a request, empty or with what was typed."""
    voice = asked.voice
    channels = tuple((key, voice.t(word)) for key, word in CHANNELS.items())
    languages = tuple((key, voice.t(word)) for key, word in LANGUAGES.items())
    return Receiving(rights_in(voice), channels, languages, **typed)  # type: ignore[arg-type]  # texts and slips


def _resident(asked: Asked) -> Answer:
    return shown(asked)


def _as_json(asked: Asked) -> Answer:
    found = account(asked, model_in(asked.visit))
    return File(msgspec.json.format(msgspec.json.encode(found), indent=1), "application/json", "account.json")


def _as_page(asked: Asked) -> Answer:
    """Return the account as a page of its own, in the language of the resident."""
    language = named(asked.visit.query.get("language", asked.visit.language))
    if language is None:
        raise Declined("malformed", asked.voice.t("The account is written in Chinese and in English alone."))
    model = model_in(asked.visit)
    page = page_of(account(asked, model), model.names, language)
    return File(page.encode(), "text/html; charset=utf-8", f"account-{language}.html")


resident = about_one(_resident)
as_json = about_one(_as_json)
as_page = about_one(_as_page)
