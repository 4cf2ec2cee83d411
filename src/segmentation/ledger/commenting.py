"""How comments come into the ledger: by anybody who reads versions, about what was submitted last.

A comment changes no state and completes no pair. So one who keeps the people, or who trained the version, may
comment on it as well, and nobody needs a course before they may say what they saw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import ReviewError
from segmentation.ledger.comments import Comment, Remark
from segmentation.ledger.facts import Change
from segmentation.ledger.signatures import entitled, read, seen, signer

if TYPE_CHECKING:
    from datetime import datetime

    from segmentation.ledger.event import Draft
    from segmentation.ledger.facts import Facts
    from segmentation.ledger.records import Person

__all__ = ["Comment", "Remark", "comments", "said"]


def comments(facts: Facts, draft: Draft, now: datetime) -> Change:
    """Allow a comment: signed by somebody who reads versions, about the submission that stands."""
    comment, signed = read(facts, draft, Comment, now)
    if (draft.model, draft.version) != (comment.model, comment.version):
        raise ReviewError(
            f"The comment is about version {comment.version} of {comment.model}, and the event names another "
            "one."
        )
    person = signer(facts, comment, signed)
    seen(facts, comment)
    return said(facts, comment, person, now)


def said(facts: Facts, comment: Comment, person: Person, now: datetime) -> Change:
    """Allow a comment for what it says and who says it; that they signed it is for `comments` to see."""
    entitled(person, comment.role, "comment", now)
    submission = facts.track(comment.model, comment.version).submission
    if submission is None:
        raise ReviewError(
            f"Version {comment.version} of {comment.model} was never submitted, so there is nothing to "
            "comment on; submit it first."
        )
    if comment.bundle != submission.digests.bundle:
        raise ReviewError(
            f"The comment is about something else than what was last submitted as version {comment.version} "
            f"of {comment.model}; look at it again, and sign anew."
        )
    return Change(comment=comment)
