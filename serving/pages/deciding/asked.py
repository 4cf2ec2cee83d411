"""The form of an act: what it does, who signed already, what is still missing, and why somebody may not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from segmentation.ledger.track import day_of
from segmentation.reviews.named import role_title
from serving.pages.deciding.outlook import Outlook, effect
from serving.pages.deciding.passing import Terms, terms_of
from serving.pages.deciding.stand import Stand, stand_of
from serving.pages.deciding.typed import DecisionForm, Slip, latest_day
from serving.pages.page import Page, msg, told
from serving.pages.unread import unread_told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.reviews.refusals import Told
    from serving.pages.deciding.acts import Act
    from serving.pages.deciding.matter import Matter


@dataclass(frozen=True)
class Said:
    """A comment.

    Attributes
    ----------
    key : str
        Of its section.
    title : str
        Of its section, in the reader's language.
    text : str
    chosen : bool
        Whether it is to be signed.
    """

    key: str
    title: str
    text: str
    chosen: bool = True


@dataclass(frozen=True)
class Asking(Page):
    """The form of an act; one class for each act, so that each has its title."""

    TEMPLATE: ClassVar[str] = "decide.html.j2"
    TITLE: ClassVar[str] = msg("Decide about a version")

    version: int = field(metadata=told(msg("Version"), msg("The one that you decide about.")))
    act: Act = field(metadata=told(msg("What this does"), msg("Read it before you write anything.")))
    effect: str = field(
        metadata=told(msg("What your signature brings about"), msg("As things stand at this moment."))
    )
    stand: Stand = field(
        metadata=told(msg("Where it stands"), msg("Its state, who signed already, and who is missing."))
    )
    barred: Told | None = field(
        metadata=told(
            msg("You may not do this now"), msg("The rule that stands against it, and the way out.")
        )
    )
    refused: Told | None = field(
        metadata=told(msg("Nothing was signed"), msg("Why, and what you can do. What you typed is kept."))
    )
    slips: Mapping[str, str] = field(
        metadata=told(msg("To be mended"), msg("What is still wrong, each with its field."))
    )
    typed: DecisionForm = field(metadata=told(msg("Your decision"), msg("Signed as you write it.")))
    roles: tuple[tuple[str, str], ...] = field(
        metadata=told(msg("Your role"), msg("You have two that fit; you sign in one of them."))
    )
    terms: Terms | None = field(
        metadata=told(
            msg("What you let pass"),
            msg("Every finding that blocks the signature needs a waiver of yours, with a reason and a day."),
        )
    )
    comments: tuple[Said, ...] = field(
        metadata=told(
            msg("Your comments"),
            msg("What you noted while you read. Clear the box of what shall not be signed now."),
        )
    )
    earlier: int = field(
        metadata=told(
            msg("Notes on an earlier submission"),
            msg("They are not signed; read the new one, and note anew."),
        )
    )


class AskApproval(Asking):
    """Of an approval."""

    TITLE = msg("Approve this version")


class AskChanges(Asking):
    """Of a request for changes."""

    TITLE = msg("Request changes to this version")


class AskRejection(Asking):
    """Of a rejection."""

    TITLE = msg("Reject this version")


class AskRevocation(Asking):
    """Of a revocation."""

    TITLE = msg("Revoke this version")


class AskSuspension(Asking):
    """Of a suspension."""

    TITLE = msg("Suspend this version")


class AskResumption(Asking):
    """Of a resumption."""

    TITLE = msg("Resume this version")


class AskComments(Asking):
    """Of comments alone."""

    TITLE = msg("Sign comments on this version")


PAGES: Mapping[str, type[Asking]] = {
    "approve": AskApproval,
    "request_changes": AskChanges,
    "reject": AskRejection,
    "revoke": AskRevocation,
    "suspend": AskSuspension,
    "resume": AskResumption,
    "comment": AskComments,
}


def asking(
    matter: Matter,
    outlook: Outlook,
    typed: DecisionForm | None = None,
    slips: tuple[Slip, ...] = (),
    refused: Told | None = None,
) -> Asking:
    """Return the form.

    Parameters
    ----------
    matter : Matter
    outlook : Outlook
    typed : DecisionForm, optional
        What was typed before; without it the form is as new.
    slips : tuple of Slip
        The first of each field is told.
    refused : Told, optional
        Why nothing was signed.
    """
    written = typed or fresh(matter)
    language = matter.visit.language
    chosen_roles = tuple((role, role_title(role, matter.voice)) for role in outlook.roles)
    return PAGES[matter.act.key](
        version=matter.version,
        act=matter.act,
        effect="" if outlook.refusal else effect(matter, outlook.roles[0] if outlook.roles else None),
        stand=stand_of(matter),
        barred=None if outlook.refusal is None else unread_told(outlook.refusal, language),
        refused=refused,
        slips=_firsts(slips),
        typed=written,
        roles=chosen_roles if len(chosen_roles) > 1 else (),
        terms=None if outlook.refusal or matter.act.key != "approve" else terms_of(matter, written),
        comments=_comments(matter, written),
        earlier=matter.pending.earlier,
    )


def _firsts(slips: tuple[Slip, ...]) -> dict[str, str]:
    """Return the first slip of each field, in the order of the form."""
    found: dict[str, str] = {}
    for slip in slips:
        found.setdefault(slip.field, slip.told)
    return found


def fresh(matter: Matter) -> DecisionForm:
    """Return the form before anybody typed: an approval lasts as long as its waivers and the policy allow."""
    if matter.act.key != "approve" or matter.standing.submission is None:
        return DecisionForm()
    latest = latest_day(day_of(matter.visit.now), matter.standing.submission.review_days)
    ends = [one.expires for one in matter.pending.waivers if one.expires is not None]
    return DecisionForm(until=max(day_of(matter.visit.now), min([latest, *ends])).isoformat())


def _comments(matter: Matter, typed: DecisionForm) -> tuple[Said, ...]:
    return tuple(
        Said(
            note.key,
            matter.section(note.key),
            note.text,
            typed.comments is None or note.key in typed.comments,
        )
        for note in matter.pending.comments
    )
