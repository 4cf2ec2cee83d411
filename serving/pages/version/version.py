"""The page of a version: its card, with what the ledger says of it at this moment.

The card and the assessment are what was signed, and are written by their own templates; where the version
stands, who said what, and what who asks may do is live.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from segmentation.errors import BundleError, PolicyError, ReviewError, StorageError
from serving.pages.page import Page, msg, told
from serving.pages.terms_in import terms_in
from serving.pages.unread import unread_told
from serving.pages.version.card_parts import ASSESSMENT, Part, parts_in
from serving.pages.version.fingerprints import Fingerprint, fingerprints_of
from serving.pages.version.history_told import Entry, entries
from serving.pages.version.pending import Pending, pending_of
from serving.pages.version.remarks import CommentForm, Remarks, Said
from serving.pages.version.since_told import Since, since
from serving.pages.version.standing_told import Acts, Live, acts, last_of, live, standing_of
from serving.pages.version.waiving import WaiverForm, Waivers, bounds, waivers_of
from serving.pages.visit import Shown
from serving.pages.words import speaker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from segmentation.ledger.history import History
    from segmentation.ledger.standing import Standing
    from segmentation.reviews.refusals import Told
    from segmentation.reviews.submission import Version
    from serving.pages.version.card_parts import Parts
    from serving.pages.visit import Visit
    from serving.pages.words import Speaker

ABOUT = "about"
"""The section of the card that stands under the name of the model; what is said of it, with the whole."""
FIRST = ("verdict",)
"""Sections of the card that stand before the contents."""
LAST = ("limits", "digests")
"""Sections of the card that stand after the history."""
WHOLE = "version"
"""What a comment on the version as a whole is about."""
IMPACT_HELP = msg(
    "What people say of the effect on residents, under PIPL Art. 55 and 56; it is signed with the version."
)


@dataclass(frozen=True)
class Section:
    """A section of the card, or the assessment, with what people say of it.

    Attributes
    ----------
    name : str
        The id of the section in the page, and what a comment is about.
    title, help : str
        In the reader's language.
    html : Markup or None
        What the card writes there; None of the assessment, which has parts.
    parts : tuple of Part
        Sections of the assessment.
    remarks : Remarks
    terms : tuple of str
        Of the words page, in English, that stand in it.
    """

    name: str
    title: str
    help: str
    html: Markup | None
    parts: tuple[Part, ...]
    remarks: Remarks
    terms: tuple[str, ...]


@dataclass(frozen=True)
class VersionPage(Page):
    """One version."""

    TEMPLATE: ClassVar[str] = "version.html.j2"
    TITLE: ClassVar[str] = msg("Version")

    number: int = field(metadata=told(msg("Version"), msg("Its number in the registry.")))
    target: str = field(
        metadata=told(msg("Where you were"), msg("The place of the form that was sent, to show what it did."))
    )
    name: str = field(
        metadata=told(msg("Model"), msg("What the card calls the model; its name, where nobody can read it."))
    )
    about: Markup | None = field(
        metadata=told(msg("About this model"), msg("What the model is for, and of how many residents."))
    )
    live: Live = field(
        metadata=told(
            msg("May it serve now, and what blocks it?"),
            msg(
                "As the ledger has it at this moment; what the audit found stands below, as it was submitted."
            ),
        )
    )
    acts: Acts = field(
        metadata=told(
            msg("What you can do"),
            msg("What your role may do with this version now; you see all of it before you sign."),
        )
    )
    whole: Remarks = field(
        metadata=told(
            msg("Comments on the version as a whole"),
            msg("What people say of the version, and not of one section."),
        )
    )
    earlier: int = field(
        metadata=told(
            msg("Your notes on an earlier submission"),
            msg(
                "The version was submitted anew since you wrote them, so they are not signed. Read it, and "
                "note anew what still holds."
            ),
        )
    )
    refusal: Told | None = field(
        metadata=told(
            msg("The files of this version cannot be read"),
            msg("Nothing can be decided about it but to stop it, until they are as they were submitted."),
        )
    )
    waivers: Waivers | None = field(
        metadata=told(
            msg("Waive findings"),
            msg(
                "Each finding that blocks needs a waiver of yours before you can approve: why it may pass, "
                "and the last day. A waiver is a note that you alone see until you sign it."
            ),
        )
    )
    since: Since | None = field(
        metadata=told(
            msg("Changes since the version in service"),
            msg("What differs from the version that residents know, in short."),
        )
    )
    first: tuple[Section, ...] = field(
        metadata=told(msg("Verdict"), msg("What the audit found, before all other sections of the card."))
    )
    sections: tuple[Section, ...] = field(
        metadata=told(msg("Model card"), msg("The card section by section, as it was submitted."))
    )
    history: tuple[Entry, ...] = field(
        metadata=told(
            msg("History, with signatures"),
            msg(
                "Every decision and comment, the latest first. Each signature was verified, with the key "
                "that the ledger had of the person then."
            ),
        )
    )
    last: tuple[Section, ...] = field(
        metadata=told(msg("Limits and digests"), msg("What the audit tested against, and fingerprints."))
    )
    fingerprints: tuple[Fingerprint, ...] = field(
        metadata=told(
            msg("What each signature names"),
            msg("Digests (SHA-256) in every decision about this version: a change anywhere changes them."),
        )
    )


def version(visit: Visit) -> Shown:
    """Show a version.

    Raises
    ------
    Declined
        There is none of that number.
    """
    return Shown(page_of(visit))


def page_of(
    visit: Visit, typed: CommentForm | WaiverForm | None = None, wrong: Mapping[str, str] | None = None
) -> VersionPage:
    """Return the page of the version that an address names.

    Parameters
    ----------
    visit : Visit
    typed : CommentForm or WaiverForm, optional
        A form of the page as it was sent, if it is to be mended: a comment, or waivers.
    wrong : mapping of str to str, optional
        What is wrong with it, by its field.
    """
    history = visit.history
    standing = standing_of(visit, history)
    try:
        handed = visit.office.version(history, standing.version, visit.now)
    except (BundleError, PolicyError, ReviewError, StorageError) as error:
        return _unread(visit, history, standing, unread_told(error, visit.language))
    return _read(visit, history, standing, handed, typed, wrong or {})


def _read(
    visit: Visit,
    history: History,
    standing: Standing,
    handed: Version,
    typed: CommentForm | WaiverForm | None,
    wrong: Mapping[str, str],
) -> VersionPage:
    r, pending = speaker(visit.language), pending_of(visit, standing)
    parts = parts_in(visit.office, handed, visit.language)
    comment = typed if isinstance(typed, CommentForm) else None
    waiving = typed if isinstance(typed, WaiverForm) else None
    comments = history.comments(standing.model, standing.version)
    said = Said(comments, pending, typed=comment, error=wrong.get("text", ""))
    may = acts(visit, history, standing, is_readable=True, comments=len(pending.comments))
    waivers = None
    if "approve" in may.allowed and parts.blocking and standing.submission is not None:
        days = bounds(standing.submission, visit.now)
        waivers = waivers_of(r, handed, parts.blocking, pending.waivers, days, waiving, wrong)
    sentences = {one.key: r.text(one.sentence) for same in parts.blocking for one in same}
    titles = {one.name: one.title for one in parts.card.values()} | {"impact": r.t(ASSESSMENT)}
    return VersionPage(
        number=standing.version,
        target=visit.query.get("target", ""),
        name=r.text(handed.card.about.title),
        about=parts.card[ABOUT].html,
        live=live(r, standing, sentences, last_of(history, standing), handed.card.verdict.tally),
        acts=may,
        whole=said.of(WHOLE, ABOUT),
        earlier=pending.earlier,
        refusal=None,
        waivers=waivers,
        since=since(r, visit, history, standing.version, handed),
        first=tuple(_section(r, parts.card[name], said) for name in FIRST),
        sections=_between(r, parts, said),
        history=entries(r, history, visit.office.model, standing.version, titles, sentences),
        last=tuple(_section(r, parts.card[name], said) for name in LAST),
        fingerprints=fingerprints_of(r, standing),
    )


def _between(r: Speaker, parts: Parts, said: Said) -> tuple[Section, ...]:
    """Return the sections of the card that stand in its own order, and after them the assessment."""
    own = [part for name, part in parts.card.items() if name not in {ABOUT, *FIRST, *LAST}]
    impact = Section("impact", r.t(ASSESSMENT), r.t(IMPACT_HELP), None, parts.impact, said.of("impact"), ())
    return (*(_section(r, part, said) for part in own), impact)


def _unread(visit: Visit, history: History, standing: Standing, refusal: Told) -> VersionPage:
    """Return the page of a version of which nobody can read the files: what is live, and the history."""
    r = speaker(visit.language)
    return VersionPage(
        number=standing.version,
        target="",
        name=visit.office.model,
        about=None,
        live=live(r, standing, {}, last_of(history, standing)),
        acts=acts(visit, history, standing, is_readable=False, comments=0),
        whole=Said(history.comments(standing.model, standing.version), Pending(), may=False).of(WHOLE),
        earlier=pending_of(visit, standing).earlier,
        refusal=refusal,
        waivers=None,
        since=None,
        first=(),
        sections=(),
        history=entries(r, history, visit.office.model, standing.version, {}),
        last=(),
        fingerprints=fingerprints_of(r, standing),
    )


def _section(r: Speaker, part: Part, said: Said) -> Section:
    terms = terms_in(str(part.html), r.language)
    return Section(part.name, part.title, part.help, part.html, (), said.of(part.name), terms)
