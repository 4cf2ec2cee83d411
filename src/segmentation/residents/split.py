"""The cut through sound rows: who may be used, and their needs apart from their protected values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segmentation.residents.consent import REASONS, USABLE, lacks_consent, reasons_left_out
from segmentation.residents.wanted import ABSENT, CODE, count_missing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from segmentation.policy import Policy
    from segmentation.residents.wanted import Array


@dataclass(frozen=True)
class Split:
    """What the rows of a stretch become.

    Attributes
    ----------
    kept : ndarray of bool of shape (rows,)
        Which rows may be used.
    needs, protected : mapping of str to ndarray of shape (n_kept,)
        Their values, as arrays (`wanted.Wanted`).
    left_out : mapping of str to int
        The sound rows that may not, by reason.
    withheld : int
        Kept rows whose protected values were made missing.
    missing : mapping of str to int
        Missing values among the kept rows, by need.
    """

    kept: NDArray[np.bool_]
    needs: Mapping[str, Array]
    protected: Mapping[str, Array]
    left_out: Mapping[str, int]
    withheld: int
    missing: Mapping[str, int]


def split(columns: Mapping[str, Array], sound: NDArray[np.bool_], policy: Policy, as_of: date) -> Split:
    """Cut rows to those that may be used, and split them.

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (rows,)
        Every column that the policy reads but the ids.
    sound : ndarray of bool of shape (rows,)
        Rows without a faulty cell.
    policy : Policy
        The rules.
    as_of : date
        The day of reference for consent and retention.
    """
    rows = len(sound)
    reasons = reasons_left_out(columns, rows, policy, as_of)
    kept = sound & (reasons == USABLE)
    counts = np.bincount(reasons[sound & ~kept], minlength=len(REASONS))
    withheld = lacks_consent(columns, rows, policy.audit_purpose, as_of)[kept] != USABLE
    places = np.flatnonzero(kept)
    whole = len(places) == rows
    needs = {name: columns[name] if whole else columns[name].take(places) for name in policy.features}
    protected = {name: columns[name].take(places) for name in policy.audited}
    for codes in protected.values():
        codes[withheld] = CODE(ABSENT)
    missing = {name: count_missing(column) for name, column in needs.items()}
    return Split(
        kept,
        needs,
        protected,
        {reason: int(count) for reason, count in zip(REASONS, counts, strict=True) if count},
        int(np.count_nonzero(withheld)),
        {name: count for name, count in missing.items() if count},
    )
