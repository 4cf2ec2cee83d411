"""Who may be used: consent to the stated purpose, data no older than may be kept (PIPL Art. 14, 15, 19).

Consent stands in the table's own columns, or in a ledger of consents where there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from segmentation.residents.columns import STATES, consent_columns, objection_column

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from segmentation.policy import Policy
    from segmentation.policy.parts import Purpose
    from segmentation.residents.wanted import Array

REASONS = {
    "consent_missing": "no consent on record",
    "consent_refused": "consent refused",
    "consent_withdrawn": "consent withdrawn",
    "consent_undated": "consent without a time",
    "consent_later": "consent given after the day of reference",
    "consent_other_notice": "consent to another version of the notice",
    "consent_objected": "objection to automated decisions",
    "collected_later": "collected after the day of reference",
    "retention_lapsed": "kept longer than the policy allows",
}
"""Why a row may be left out, the first that applies, by the id under which it is counted."""


class ConsentSource(Protocol):
    """Consents that stand elsewhere than in the table of residents."""

    @property
    def purposes(self) -> tuple[str, ...]:
        """The purposes for which it is asked in place of the table."""

    def columns(self, references: Sequence[str | None], purposes: Collection[str]) -> Mapping[str, Array]:
        """Return, for each purpose, the columns of consent and of objection for these ids, a row each."""


USABLE = -1
"""Stands where no reason applies."""

_PLACES = {reason: np.int8(at) for at, reason in enumerate(REASONS)}
_REFUSED, _WITHDRAWN = STATES.index("refused"), STATES.index("withdrawn")


def reasons_left_out(
    columns: Mapping[str, Array], rows: int, policy: Policy, as_of: date
) -> NDArray[np.int8]:
    """Return why each row must be left out on a day, as a place in `REASONS`; `USABLE` where it may be used.

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (rows,)
        As `wanted.wanted_columns` says, with those of consent and collection.
    rows : int
        How many rows there are.
    policy : Policy
        Names the purpose and how long a row may be kept.
    as_of : date
        The day of reference.
    """
    consent = lacks_consent(columns, rows, policy.purpose, as_of)
    return np.where(consent == USABLE, _retention(columns, rows, policy, as_of), consent)


def lacks_consent(columns: Mapping[str, Array], rows: int, purpose: Purpose, as_of: date) -> NDArray[np.int8]:
    """Return why a row lacks valid consent to a purpose on a day; `USABLE` where it needs none or has one.

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (rows,)
        With the consent columns of the purpose, where it needs consent.
    rows : int
        How many rows there are.
    purpose : Purpose
        Says whether consent is required, and which versions of the notice count (none named: every version).
    as_of : date
        The day of reference. A consent given later does not count.
    """
    conditions: dict[str, NDArray[np.bool_]] = {}
    if purpose.consent == "required":
        state_column, at_column, notice_column = consent_columns(purpose)
        state, at = columns[state_column], columns[at_column]
        conditions = {
            "consent_missing": state < 0,
            "consent_refused": state == _REFUSED,
            "consent_withdrawn": state == _WITHDRAWN,
            "consent_undated": np.isnat(at),
            "consent_later": at >= _midnight(as_of, 1),
        }
        if notice_column in columns:
            conditions["consent_other_notice"] = columns[notice_column] < 0
    objection = objection_column(purpose)
    if objection in columns:
        conditions["consent_objected"] = columns[objection]
    return _first(conditions, rows)


def _retention(columns: Mapping[str, Array], rows: int, policy: Policy, as_of: date) -> NDArray[np.int8]:
    if policy.residents.collected_on is None:
        return np.full(rows, USABLE, dtype=np.int8)
    collected = columns[policy.residents.collected_on]
    conditions = {
        "collected_later": collected >= _midnight(as_of, 1),
        "retention_lapsed": collected < _midnight(as_of, -policy.retention_days),
    }
    return _first(conditions, rows)


def _midnight(day: date, later: int) -> np.datetime64:
    return np.datetime64(day, "D") + np.timedelta64(later, "D")


def _first(conditions: Mapping[str, NDArray[np.bool_]], rows: int) -> NDArray[np.int8]:
    """Return the place of the first condition that holds for each row; `USABLE` where none does."""
    reasons = np.full(rows, USABLE, dtype=np.int8)
    for reason, holds in reversed(list(conditions.items())):
        reasons[holds] = _PLACES[reason]
    return reasons
