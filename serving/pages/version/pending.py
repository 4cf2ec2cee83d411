"""What a reviewer noted while reading and has not signed: what of it is signed with the next act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segmentation.ledger.comments import Comment
    from segmentation.ledger.notes import Note
    from segmentation.ledger.records import Decision
    from segmentation.ledger.standing import Standing
    from serving.pages.visit import Visit


@dataclass(frozen=True)
class Pending:
    """All that a person noted about a version.

    Attributes
    ----------
    comments, waivers : tuple of Note
        About the submission that stands.
    earlier : int
        Notes on an earlier submission: they are not signed with this one.
    """

    comments: tuple[Note, ...] = ()
    waivers: tuple[Note, ...] = ()
    earlier: int = 0


def pending_of(visit: Visit, standing: Standing) -> Pending:
    """Return what who is signed in noted about a version."""
    submission = standing.submission
    found = visit.office.notes.of(visit.signed_in.name, standing.model, standing.version)
    bundle = "" if submission is None else submission.digests.bundle
    current = [note for note in found if note.bundle == bundle]
    return Pending(
        tuple(note for note in current if note.kind == "comment"),
        tuple(note for note in current if note.kind == "waiver" and note.expires is not None),
        len(found) - len(current),
    )


def clear_signed(visit: Visit, pending: Pending, decision: Decision | None, comment: Comment | None) -> None:
    """Take away the notes that were signed; what was changed since stays.

    Raises
    ------
    LedgerError, StorageError
        The database refuses; they are all there still.
    """
    said = set() if comment is None else {(one.section, one.text) for one in comment.remarks}
    waivers = () if decision is None else decision.waivers
    waived = {(one.finding, one.reason, one.expires) for one in waivers}
    signed = [
        *(note for note in pending.comments if (note.key, note.text) in said),
        *(note for note in pending.waivers if (note.key, note.text, note.expires) in waived),
    ]
    model, version = visit.office.model, int(visit.path["version"])
    visit.office.notes.remove_signed(visit.signed_in.name, model, version, signed)
