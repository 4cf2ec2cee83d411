"""How another log is tied to this chain: its last digest stands here now and then, and the witness sees it.

Nobody signs an anchor, as nobody signs that a bundle was published. Whoever can write the database can add a
false one, of any batch. So none of them replaces another: the log is held against all, and what the true ones
show shows as before. A false one is told beside them, and keeps nobody from anchoring what comes later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from segmentation.errors import ReviewError
from segmentation.ledger.entering import about_nothing
from segmentation.ledger.event import Draft
from segmentation.ledger.facts import Anchor, Change
from segmentation.ledger.records import HIGHEST
from segmentation.signing.canonical import DIGEST

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from segmentation.ledger.access import AccessLog
    from segmentation.ledger.book import Book
    from segmentation.ledger.facts import Facts
    from segmentation.ledger.history import History

ACCESS = "access"
"""The one log that is anchored."""
OFTEN = timedelta(days=1)
"""How long after an anchor the next one is due."""


@dataclass(frozen=True)
class Anchored:
    """What came of anchoring.

    Attributes
    ----------
    anchor : Anchor or None
        The new one; None where none was due, or nothing was moved since the last.
    misfits : tuple of str
        In one sentence each, the anchors before it that the access log does not fit.
    """

    anchor: Anchor | None
    misfits: tuple[str, ...]


def anchors(facts: Facts, draft: Draft, now: datetime) -> Change:
    """Allow the note of how far the access log goes, each of which says something new.

    It may name a batch before one that is named already: a false anchor far ahead would else be the last.
    """
    about_nothing(draft)
    body = dict(draft.body or {})
    number, digest = body.get("number"), body.get("digest")
    if draft.signed is not None or set(body) != {"log", "number", "digest"} or body["log"] != ACCESS:
        raise ReviewError(
            "The note of how far a log goes is unsigned, and names the log `access`, a number and a digest, "
            "and nothing else."
        )
    if type(number) is not int or not 1 <= number <= HIGHEST:
        raise ReviewError(f"The number of an anchor is a whole number from 1 to {HIGHEST}.")
    if not isinstance(digest, str) or re.fullmatch(DIGEST, digest) is None:
        raise ReviewError("The digest of an anchor is `sha256:` and 64 hexadecimal digits.")
    if (number, digest) in facts.anchors:
        raise ReviewError(f"The access log is anchored at this batch {number} already; anchor a later one.")
    return Change(anchored=Anchor(number, digest, now))


def anchor(book: Book, log: AccessLog, now: datetime, after: timedelta = OFTEN) -> Anchored:
    """Write how far the access log goes into the chain of events, where the last time is a day ago.

    An anchor that the log does not fit does not count as the last time, so that a false one puts off nothing.

    Parameters
    ----------
    book : Book
        Of the ledger that the log is in. Its clock is the time of the event, and who waits for a clock that
        was ahead is everybody: make sure of it.
    log : AccessLog
    now : datetime
        Aware.
    after : timedelta
        How long ago the last time must be.

    Raises
    ------
    LedgerError, StorageError
        The log cannot be read, or what `Book.record` raises.
    """
    known = book.history().anchors
    judged = log.judged(known)
    last = max(judged.fits, key=lambda one: one.number, default=None)
    head = judged.head
    if head.number <= (last.number if last else 0) or (last and now < last.at + after):
        return Anchored(None, judged.misfits)

    def make(history: History, _: datetime) -> Iterable[Draft]:
        if history.anchors != known:  # another worker was quicker
            return []
        return [Draft("anchored", body={"log": ACCESS, "number": head.number, "digest": head.digest})]

    added = book.record(make).anchors[len(known) :]
    return Anchored(next((one for one in added if one.digest == head.digest), None), judged.misfits)
