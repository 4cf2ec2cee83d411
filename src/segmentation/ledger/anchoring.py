"""How another log is tied to this chain: its last digest stands here now and then, and the witness sees it.

Nobody signs an anchor, as nobody signs that a bundle was published. Whoever can write the database can add a
false one: it is then the log that does not fit, and who verifies it is told so; it makes nobody believe more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from segmentation.errors import ReviewError
from segmentation.ledger.entering import about_nothing
from segmentation.ledger.facts import Anchor, Change
from segmentation.ledger.records import HIGHEST
from segmentation.signing.canonical import DIGEST

if TYPE_CHECKING:
    from datetime import datetime

    from segmentation.ledger.event import Draft
    from segmentation.ledger.facts import Facts

ACCESS = "access"
"""The one log that is anchored."""


def anchors(facts: Facts, draft: Draft, now: datetime) -> Change:
    """Allow the note of how far the access log goes, each further than the one before."""
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
    if facts.anchored is not None and number <= facts.anchored.number:
        raise ReviewError(
            f"The access log is anchored at batch {facts.anchored.number} already; anchor a later one."
        )
    return Change(anchored=Anchor(number, digest, now))
