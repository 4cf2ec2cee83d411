"""The rules, as one table: what each kind of event must be, and what it changes.

One implementation serves both `History.permit` (a `ReviewError` for who asks) and the replay of a ledger (a
`LedgerError` that names the event). A kind of its own is one more entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import ReviewError, SigningError
from segmentation.ledger.anchoring import anchors
from segmentation.ledger.commenting import comments
from segmentation.ledger.decisions import decides
from segmentation.ledger.entering import begins, enters
from segmentation.ledger.following import activates, adopts
from segmentation.ledger.issuing import ends, issues

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from segmentation.ledger.event import Draft
    from segmentation.ledger.facts import Change, Facts

    Rule = Callable[[Facts, Draft, datetime], Change]


RULES: Mapping[str, Rule] = {
    "start": begins,
    "person": enters,
    "decision": decides,
    "adoption": adopts,
    "activated": activates,
    "api_key": issues,
    "api_key_revoked": ends,
    "anchored": anchors,
    "comment": comments,
}
"""By kind of event; what is not here is refused."""


def change_of(facts: Facts, draft: Draft, now: datetime, rules: Mapping[str, Rule] = RULES) -> Change:
    """Return what a draft would change if it were the next event.

    Parameters
    ----------
    facts : Facts
        Of the events so far; not changed.
    draft : Draft
    now : datetime
        Time of the event.

    Raises
    ------
    ReviewError
        The rules do not allow it.
    """
    if not facts.ledger and draft.kind != "start":
        raise ReviewError("A ledger begins with its start, signed by the root key; begin it first.")
    rule = rules.get(draft.kind)
    if rule is None:
        raise ReviewError("The event is of a kind that this version of the program does not know; update it.")
    try:
        return rule(facts, draft, now)
    except SigningError as error:
        raise ReviewError(str(error)) from None
