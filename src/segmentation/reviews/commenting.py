"""Writing down what a person says about sections of a version, ready to be signed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from pydantic import ValidationError

from segmentation.card.model import ModelCard
from segmentation.errors import ReviewError
from segmentation.ledger.commenting import Comment, Remark
from segmentation.ledger.event import Draft
from segmentation.ledger.records import Decision
from segmentation.ledger.signatures import WHO
from segmentation.reviews.drafting import entered, fitting, submitted, unsaid
from segmentation.reviews.keyfiles import spelled
from segmentation.reviews.submission import which
from segmentation.wording import msg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from segmentation.ledger.history import History
    from segmentation.ledger.records import Adoption, Role
    from segmentation.signing import Signed

SECTIONS: Mapping[str, str] = {field.name: field.metadata["title"] for field in fields(ModelCard)} | {
    "impact": msg("Personal information protection impact assessment"),
    "version": msg("The version as a whole"),
}
"""What a remark may be about, with its heading: a section of the card, the assessment, or the whole."""


@dataclass(frozen=True)
class Saying:
    """What a person wants to say about sections of a version.

    Attributes
    ----------
    model, version : str, int
    by : str
        Name of the person.
    remarks : tuple of Remark
    role : str or None
        In which of their roles; None takes the first that fits.
    """

    model: str
    version: int
    by: str
    remarks: tuple[Remark, ...]
    role: Role | None = None


def remark(section: str, text: str) -> Remark:
    """Return a remark.

    Raises
    ------
    ReviewError
        The text is empty, too long, or holds letters that nobody can sign.
    """
    try:
        return Remark(section=section, text="\n".join(text.splitlines()))
    except ValidationError as error:
        raise unsaid(error) from None


def comment_of(saying: Saying, history: History, now: datetime) -> Comment:
    """Return a comment about what was last submitted, to be signed.

    Raises
    ------
    ReviewError
        The version was never submitted, nobody of that name is in the ledger, a remark is about a section
        that there is not, or the record cannot say what it was given.
    """
    check_sections(saying.remarks)
    submission = submitted(history.standing(saying.model, saying.version, now))
    person = entered(spelled(saying.by), history)
    try:
        return Comment(
            ledger=history.ledger,
            model=saying.model,
            version=saying.version,
            bundle=submission.digests.bundle,
            remarks=saying.remarks,
            by=person.name,
            key=person.key,
            role=saying.role or fitting(person, WHO["comment"], ()),
            at=now,
            previous=history.head.digest,
        )
    except ValidationError as error:
        raise unsaid(error) from None


def check_sections(remarks: Iterable[Remark]) -> None:
    """Refuse remarks about what is no section of a version."""
    unknown = [one.section for one in remarks if one.section not in SECTIONS]
    if unknown:
        raise ReviewError(f"There is no such section as {unknown[0]}. Name one of {', '.join(SECTIONS)}.")


def drafted(comment: Comment, signed: Signed) -> Draft:
    """Return a signed comment as an event to come."""
    return Draft("comment", signed, comment.model, comment.version)


def check_beside(record: Decision | Adoption | Comment, comment: Decision | Adoption | Comment) -> Comment:
    """Return what stands beside a decision, if it is a comment by the same person on the same submission.

    Raises
    ------
    ReviewError
        It is not, or the decision is none about what was submitted.
    """
    if not isinstance(record, Decision) or record.action == "submit" or not isinstance(comment, Comment):
        raise ReviewError("Only a comment stands beside a decision. Attach each of the two by itself.")
    told = (comment.model, comment.version, comment.by, comment.key, comment.bundle)
    if told != (record.model, record.version, record.by, record.key, record.digests.bundle):
        about = which(record.model, record.version)
        raise ReviewError(
            f"The comment is not by {record.by}, or not about the {about} that they decide on. Attach each "
            "of the two by itself."
        )
    check_sections(comment.remarks)
    return comment
