"""What somebody typed into a field: a text that can be signed, and a day as a browser writes it.

Every form asks the same of a text and of a day, so that what one of them takes no other refuses. Line ends
are those of one kind already (`serving.pages.forms`).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from unicodedata import category

from segmentation.ledger.records import LONGEST_TEXT
from serving.pages.page import msg

if TYPE_CHECKING:
    from serving.pages.words import Speaker

DAY = 10
"""Letters of a day as a browser sends it."""
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs by their category that show nothing: fillers of Hangul, and braille without a dot."""
LONG = msg("It has %(n)s letters; write at most %(most)s.")
UNSEEN = msg(
    "It holds letters that nobody sees (tabs, or marks that turn the order of the text); they are not "
    "signed, so type that place anew."
)


def says_something(text: str) -> bool:
    """Whether a text has a letter or digit that people see."""
    return any(category(one)[0] in "LN" and one not in BLANK for one in text)


def holds_unseen(text: str) -> bool:
    """Whether a text holds what nobody sees beside its blanks and line ends."""
    return any((category(one) in {"Cc", "Cf", "Cs"} and one != "\n") or one in BLANK for one in text)


def too_long(text: str, r: Speaker, most: int = LONGEST_TEXT) -> str:
    """Return that a text is too long, in the reader's language; empty where it is not."""
    length = len(text.strip())
    return r.t(LONG, n=r.integer(length), most=r.integer(most)) if length > most else ""


def text_fault(text: str, r: Speaker) -> str:
    """Return why a text cannot be signed, in the reader's language; empty where it can."""
    return too_long(text, r) or (r.t(UNSEEN) if holds_unseen(text) else "")


def day_as_typed(text: str) -> str:
    """Return what was typed as a day, cut where no day is as long."""
    return text.strip()[: 2 * DAY]


def day_of_text(text: str) -> date | None:
    """Return the day that a text writes as ``2027-06-30``; None where it writes none, or in another way."""
    text = text.strip()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None
