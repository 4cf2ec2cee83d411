"""That it was the resident who asked, or somebody who may act for them, and how that was made sure of.

What is handed over or erased for the wrong person is a breach of its own: so before a person answers a
request for it, the request says how that was checked (GB/T 35273-2020, 8.7; PIPL Art. 31 for children under
14, whose parents ask, and Art. 49 for next of kin). A word of a list is kept, and never a document or its
number: that would be collecting more than the answer needs (PIPL Art. 6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from segmentation.errors import ReviewError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segmentation.ledger.personal.register import Right
    from segmentation.ledger.personal.steps import Told

Checked = Literal["login", "code", "callback", "in_person", "authority", "guardian", "kin"]
"""In their account | by a code sent to a number on record | by calling that number | by a document that was
seen and given back | by an authority from the resident that was seen | as parent or guardian | as next of
kin."""
WAYS: tuple[Checked, ...] = get_args(Checked)
NEEDED: tuple[Right, ...] = ("access", "copy", "erasure")
"""Rights that are not answered as asked before it was checked."""
UNCHECKED = (
    "Nothing says how it was checked that the resident asked, or somebody who may act for them. Check that, "
    f"and say how: {', '.join(WAYS)} (GB/T 35273-2020, 8.7)."
)


def check_way(way: str) -> None:
    """Refuse what is no way to check an identity; nothing is one too.

    Raises
    ------
    ReviewError
        It is another text; it is not repeated, for it may be the number of a document.
    """
    if way and way not in WAYS:
        raise ReviewError(
            f"How an identity was checked is one of {', '.join(WAYS)}, and never the number of a document."
        )


def check_identity(right: str, told: Iterable[Told]) -> None:
    """Refuse to do as asked before it was checked who asks.

    Parameters
    ----------
    right : str
        That was asked for.
    told : iterable of Told
        Of every step of the request, the answer among them.

    Raises
    ------
    ReviewError
        It is one of `NEEDED`, and no step says how.
    """
    if right in NEEDED and not any(one.identity for one in told):
        raise ReviewError(UNCHECKED)
