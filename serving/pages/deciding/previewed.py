"""What is signed, in words and digests, before the passphrase: told from the very record that is signed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from segmentation.ledger.track import last_day
from segmentation.reviews.foreseeing import lasting
from segmentation.reviews.named import ROLES, word
from segmentation.signing import sha256
from serving.pages.deciding.asked import Said
from serving.pages.deciding.outlook import effect
from serving.pages.deciding.waived import Waived, grouped
from serving.pages.page import Page, msg, told
from serving.pages.version.fingerprints import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from segmentation.ledger.comments import Comment
    from segmentation.ledger.records import Decision
    from segmentation.reviews.refusals import Told
    from serving.pages.deciding.acts import Act
    from serving.pages.deciding.matter import Matter
    from serving.pages.deciding.writing import Written

SCORER = "scorer.json"


@dataclass(frozen=True)
class Sooner:
    """The other approval, where the pair ends with it.

    Attributes
    ----------
    name : str
    ends : date
    """

    name: str
    ends: date


@dataclass(frozen=True)
class Holding:
    """Until when the approval holds.

    Attributes
    ----------
    ends : date
        Until when it really holds.
    until : date
        What it says itself.
    early : int
        Waivers that end on `ends`, where that is before `until`.
    sooner : tuple of Sooner
    """

    ends: date
    until: date
    early: int
    sooner: tuple[Sooner, ...]


@dataclass(frozen=True)
class Decided:
    """The decision in words.

    Attributes
    ----------
    name : str
        Who signs.
    role : str
        In which role, in the reader's language.
    verdict : {"kept", "broken", "undetermined"}
    at : datetime
        Which the record says.
    reason : str
    conditions : tuple of str
    waived : tuple of Waived
    passing : int
        Findings that are let pass.
    holding : Holding or None
    """

    name: str
    role: str
    verdict: str
    at: datetime
    reason: str
    conditions: tuple[str, ...]
    waived: tuple[Waived, ...]
    passing: int
    holding: Holding | None


@dataclass(frozen=True)
class Print:
    """A digest.

    Attributes
    ----------
    title : str
        Of what, in the reader's language.
    digest : str
        SHA-256 in hexadecimal digits, without the name of the algorithm.
    note : str
        What else there is to say; empty where nothing is.
    """

    title: str
    digest: str
    note: str = ""


@dataclass(frozen=True)
class Document:
    """A record to the byte.

    Attributes
    ----------
    name : {"payload", "remarks"}
        Of the field that takes it along.
    title : str
        In the reader's language.
    text : str
        Canonical JSON.
    digest : str
        SHA-256 of `text` in hexadecimal digits.
    """

    name: str
    title: str
    text: str
    digest: str


@dataclass(frozen=True)
class Preview(Page):
    """What is about to be signed."""

    TEMPLATE: ClassVar[str] = "preview.html.j2"
    TITLE: ClassVar[str] = msg("Read what you sign")

    version: int = field(metadata=told(msg("Version"), msg("The one that you decide about.")))
    act: Act = field(metadata=told(msg("What this does"), msg("Read it before you sign.")))
    effect: str = field(
        metadata=told(msg("What your signature brings about"), msg("As things stand at this moment."))
    )
    decided: Decided | None = field(
        metadata=told(msg("In words"), msg("What the record says that your key will sign."))
    )
    comments: tuple[Said, ...] = field(
        metadata=told(msg("Comments"), msg("Signed as well, as a record of their own."))
    )
    prints: tuple[Print, ...] = field(
        metadata=told(
            msg("Digests"),
            msg("Fingerprints (SHA-256) of everything that you sign about; one changed letter changes them."),
        )
    )
    documents: tuple[Document, ...] = field(
        metadata=told(
            msg("The record, to the letter"),
            msg("What your key signs: one line of JSON in its canonical form (RFC 8785)."),
        )
    )
    moved: Told | None = field(
        metadata=told(
            msg("Nothing was signed yet"),
            msg("The ledger moved on since you began; this is written anew. Read it again before you sign."),
        )
    )
    fault: str = field(
        metadata=told(
            msg("Your passphrase"), msg("It opens your key for this one signature, and is not kept.")
        )
    )
    failed: Told | None = field(
        metadata=told(
            msg("Nothing was recorded"), msg("Something outside this page failed. Try again later.")
        )
    )


def preview_of(
    matter: Matter,
    record: Written,
    *,
    moved: Told | None = None,
    fault: str = "",
    failed: Told | None = None,
) -> Preview:
    """Return what is about to be signed.

    Parameters
    ----------
    matter : Matter
    record : Written
    moved : Told, optional
        Why what was sent before could not be signed any more, where this was written anew.
    fault : str
        Why the key was not opened.
    failed : Told, optional
        Why nothing could be recorded.
    """
    decision = record.decision
    return Preview(
        version=matter.version,
        act=matter.act,
        effect="" if decision is None else effect(matter, decision.role),
        decided=None if decision is None else _decided(matter, decision),
        comments=_said(matter, record.comment),
        prints=tuple(_prints(matter, record)),
        documents=tuple(_documents(matter, record)),
        moved=moved,
        fault=fault,
        failed=failed,
    )


def _decided(matter: Matter, decision: Decision) -> Decided:
    return Decided(
        decision.by,
        word(ROLES, decision.role, matter.voice),
        decision.verdict,
        decision.at,
        decision.reason,
        decision.conditions,
        grouped(matter, decision.waivers),
        len(decision.waivers),
        _holding(matter, decision),
    )


def _holding(matter: Matter, decision: Decision) -> Holding | None:
    found = lasting(decision, matter.standing.approvals)
    if found is None:
        return None
    sooner = tuple(Sooner(one.by, last_day(one)) for one in found.sooner)
    return Holding(found.end, found.until, len(found.early), sooner)


def _said(matter: Matter, comment: Comment | None) -> tuple[Said, ...]:
    remarks = () if comment is None else comment.remarks
    return tuple(Said(one.section, matter.section(one.section), one.text) for one in remarks)


def _prints(matter: Matter, record: Written) -> Iterator[Print]:
    voice, decision = matter.voice, record.decision
    if decision is None:
        if record.comment is not None:
            yield Print(voice.t(PARTS["bundle"]), _hex(record.comment.bundle))
            yield Print(voice.t("Last event that you saw"), _hex(record.comment.previous))
        return
    yield from (Print(voice.t(title), _hex(getattr(decision.digests, name))) for name, title in PARTS.items())
    files = voice.tn("of %(n)s model file", "of %(n)s model files", len(decision.digests.model))
    if SCORER in decision.digests.model:
        yield Print(voice.t("Scorer of the model"), _hex(decision.digests.model[SCORER]), files)
    yield Print(voice.t("Catalogue of law"), _hex(decision.catalogue))
    yield Print(voice.t("Limits of the audit"), _hex(decision.limits))
    yield Print(voice.t("Last event that you saw"), _hex(decision.previous))


def _documents(matter: Matter, record: Written) -> Iterator[Document]:
    told_of = {
        "payload": (record.payload, matter.voice.t("Record of the decision")),
        "remarks": (record.remarks, matter.voice.t("Record of the comments")),
    }
    for name, (text, title) in told_of.items():
        if text:
            yield Document(name, title, text.decode(), _hex(sha256(text)))


def _hex(digest: str) -> str:
    return digest.rpartition(":")[2]
