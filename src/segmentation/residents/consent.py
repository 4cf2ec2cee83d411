"""Who may be used: consent to the stated purpose, data no older than may be kept (PIPL Art. 14, 15, 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segmentation.residents.columns import consent_columns

if TYPE_CHECKING:
    from datetime import date

    from segmentation.policy import Policy
    from segmentation.policy.parts import Purpose

REASONS = {
    "consent_missing": "no consent on record",
    "consent_refused": "consent refused",
    "consent_withdrawn": "consent withdrawn",
    "consent_undated": "consent without a time",
    "consent_later": "consent given after the day of reference",
    "consent_other_notice": "consent to another version of the notice",
    "collected_later": "collected after the day of reference",
    "retention_lapsed": "kept longer than the policy allows",
}
"""Why a row may be left out, the first that applies, by the id under which it is counted."""


def reasons_left_out(table: pd.DataFrame, policy: Policy, as_of: date) -> pd.Series:
    """Return why each row must be left out on a day, as a key of `REASONS`; NaN where it may be used."""
    consent = lacks_consent(table, policy.purpose, as_of)
    return consent.where(consent.notna(), _retention(table, policy, as_of))


def lacks_consent(table: pd.DataFrame, purpose: Purpose, as_of: date) -> pd.Series:
    """Return why each row lacks a valid consent to a purpose on a day; NaN where it has one, or needs none.

    Parameters
    ----------
    table : DataFrame
        In plain form, with the consent columns of the purpose.
    purpose : Purpose
        Says whether consent is required, and which versions of the notice count (none named: every version).
    as_of : date
        The day of reference. A consent given later does not count.
    """
    if purpose.consent == "not_required":
        return pd.Series(np.nan, index=table.index, dtype="str")
    state_column, at_column, notice_column = consent_columns(purpose)
    state, at = table[state_column], table[at_column]
    conditions = {
        "consent_missing": state.isna(),
        "consent_refused": state == "refused",
        "consent_withdrawn": state == "withdrawn",
        "consent_undated": at.isna(),
        "consent_later": at.dt.normalize() > pd.Timestamp(as_of),
    }
    if purpose.notice_versions:
        conditions["consent_other_notice"] = ~table[notice_column].isin(purpose.notice_versions)
    return _first(conditions, table.index)


def _retention(table: pd.DataFrame, policy: Policy, as_of: date) -> pd.Series:
    if policy.residents.collected_on is None:
        return pd.Series(np.nan, index=table.index, dtype="str")
    age = pd.Timestamp(as_of) - table[policy.residents.collected_on].dt.normalize()
    days = age.dt.days
    return _first(
        {"collected_later": days < 0, "retention_lapsed": days > policy.retention_days}, table.index
    )


def _first(conditions: dict[str, pd.Series], index: pd.Index) -> pd.Series:
    """Return the key of the first condition that holds for each row; NaN where none does."""
    reasons: pd.Series = pd.Series(np.nan, index=index, dtype="str")
    for reason, holds in reversed(conditions.items()):
        reasons = reasons.where(~holds, pd.Series(reason, index=index, dtype="str"))
    return reasons
