"""What people say of a section: signed comments, the note of who asks, and the form for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.reviews.commenting import SECTIONS
from serving.pages.fields import says_something, text_fault
from serving.pages.page import msg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from segmentation.ledger.comments import Comment
    from segmentation.ledger.event import Event
    from segmentation.ledger.records import Role
    from serving.pages.version.pending import Pending
    from serving.pages.words import Speaker

EMPTY = msg("Write something, or take your comment away.")


@dataclass(frozen=True)
class Remark:
    """A signed comment: number of its event, by whom, in which role, when, and what it says."""

    seq: int
    by: str
    role: Role
    at: datetime
    text: str


@dataclass(frozen=True)
class Remarks:
    """What is said of one section.

    Attributes
    ----------
    section : str
        What a comment is about.
    signed : tuple of Remark
        The oldest first.
    mine : str
        The comment of who asks that waits for their signature; empty where there is none.
    may : bool
        Whether they may write one.
    typed, error : str
        What was typed, and what is wrong with it, where the form is to be mended.
    """

    section: str
    signed: tuple[Remark, ...]
    mine: str
    may: bool
    typed: str
    error: str


@dataclass(frozen=True)
class CommentForm:
    """A form for a comment as it was sent: the section, and the text."""

    section: str
    text: str

    @classmethod
    def of(cls, form: Mapping[str, str]) -> CommentForm:
        """Return what a browser sent."""
        return cls(form.get("key", ""), form.get("text", "").strip())


class Said:
    """All that is said of a version, by section.

    Parameters
    ----------
    comments : iterable of (Event, Comment)
        Those that were signed.
    pending : Pending
        What who asks has noted.
    may : bool
        Whether they may write more.
    typed : CommentForm, optional
        A form that is to be mended.
    error : str
        What is wrong with it.
    """

    def __init__(
        self,
        comments: Iterable[tuple[Event, Comment]],
        pending: Pending,
        *,
        may: bool = True,
        typed: CommentForm | None = None,
        error: str = "",
    ) -> None:
        self._signed: dict[str, list[Remark]] = {}
        for event, one in comments:
            for remark in one.remarks:
                told = Remark(event.seq, one.by, one.role, event.at, remark.text)
                self._signed.setdefault(remark.section, []).append(told)
        self._pending = {one.key: one.text for one in pending.comments}
        self._may, self._typed, self._error = may, typed, error

    def of(self, section: str, *beside: str) -> Remarks:
        """Return what is said of one section, and what was signed of others that stand beside it."""
        typed = self._typed if self._typed is not None and self._typed.section == section else None
        mine = self._pending.get(section, "")
        found = [one for name in (section, *beside) for one in self._signed.get(name, ())]
        signed = tuple(sorted(found, key=lambda one: one.seq))
        return Remarks(
            section, signed, mine, self._may, typed.text if typed else mine, self._error if typed else ""
        )


def fault(r: Speaker, typing: CommentForm) -> str:
    """Return what is wrong with a comment, in the reader's language; empty where nothing is."""
    if not says_something(typing.text):
        return r.t(EMPTY)
    return text_fault(typing.text, r)


def is_section(name: str) -> bool:
    """Whether there is such a section to comment on."""
    return name in SECTIONS
