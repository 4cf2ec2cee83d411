"""The way of a table into `Residents`: judged, cut to who consented, and split.

Nothing later judges again: what comes out of here is what the rest may trust. Errors are raised where no
exception of a library is in reach, because those quote values.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from segmentation.errors import Fault, ResidentsError
from segmentation.policy.catalogue import load_catalogue
from segmentation.residents.columns import extra_columns, needed_columns
from segmentation.residents.consent import REASONS, lacks_consent, reasons_left_out
from segmentation.residents.files import open_table
from segmentation.residents.intake import Intake
from segmentation.residents.judge import Judged, judge
from segmentation.residents.model import Residents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from segmentation.policy import Policy
    from segmentation.policy.parts import Purpose


def read_residents(path: str | Path, policy: Policy, *, as_of: date) -> Residents:
    """Read, check and split a residents table.

    Parameters
    ----------
    path : str or Path
        A Parquet file, or a CSV file in UTF-8 (with or without a byte order mark), one row per resident. Only
        the columns that the policy needs are read.
    policy : Policy
        Says which columns there are, what they hold, and which rows belong.
    as_of : date
        The day of reference for consent and retention.

    Returns
    -------
    Residents
        Needs, protected values and ids of the rows that may be used.

    Raises
    ------
    ResidentsError
        The file cannot be read, or does not fit the policy. Every fault is named with its column, its rows
        (from 1, without the header) and the way out; no value of a resident is.

    See Also
    --------
    residents_from : The same from a table in memory.
    """
    file = Path(path)
    source = open_table(file, needed_columns(policy).keys())
    return _admitted(source.table, source.columns, policy, as_of, f"The residents table {file} is refused")


def residents_from(frame: pd.DataFrame, policy: Policy, *, as_of: date) -> Residents:
    """Check and split a residents table in memory, which stays as it is.

    Numbers may be texts; flags may be true/false, 1/0, yes/no or 是/否 in any case; times may be texts in
    ISO 8601. Blank cells and the words that exports write for them (NA, NaN, null, None …) are missing,
    unless the policy lists them as values.

    Parameters
    ----------
    frame : DataFrame
        One row per resident. Its index does not count.
    policy : Policy
        Says which columns there are, what they hold, and which rows belong.
    as_of : date
        The day of reference for consent and retention.

    Returns
    -------
    Residents
        Needs, protected values and ids of the rows that may be used.

    Raises
    ------
    ResidentsError
        The table does not fit the policy. Every fault is named with its column, its rows (by position, from
        1) and the way out; no value of a resident is.

    See Also
    --------
    read_residents : The same from a file.
    """
    if not isinstance(frame, pd.DataFrame):
        raise ResidentsError(f"The residents must be a pandas DataFrame; got {type(frame).__name__}.")
    columns = [str(name) for name in frame.columns]
    return _admitted(
        frame.set_axis(columns, axis="columns"), columns, policy, as_of, "The residents are refused"
    )


def read_needs(
    path: str | Path, policy: Policy, *, as_of: date, features: Collection[str] | None = None
) -> Residents:
    """Read residents to be scored: no protected column is read, and one resident will do.

    Parameters
    ----------
    path : str or Path
        As for `read_residents`; columns of protected attributes, proxies and audit consent may be missing.
    policy : Policy
        The policy of the version that scores.
    as_of : date
        The day of reference for consent and retention.
    features : collection of str, optional
        Those that the version reads, where its mitigation left others out; they are not asked for.

    Returns
    -------
    Residents
        `protected` has no column. Protected columns of the file count as extra ones.

    Raises
    ------
    ResidentsError
        As for `read_residents`.
    """
    read = {name: of for name, of in policy.features.items() if features is None or name in features}
    blind = policy.model_copy(
        update={
            "features": read,
            "protected": {},
            "proxies": {},
            "audit_purpose": _free(policy.audit_purpose),
        }
    )
    file = Path(path)
    source = open_table(file, needed_columns(blind).keys())
    return _kept(
        source.table, source.columns, blind, as_of, f"The residents table {file} is refused", least=1
    )


def _free(purpose: Purpose) -> Purpose:
    return purpose.model_copy(update={"consent": "not_required"})


def _admitted(
    table: pd.DataFrame, columns: Sequence[str], policy: Policy, as_of: date, title: str
) -> Residents:
    residents = _kept(table, columns, policy, as_of, title, least=2 * policy.audit.smallest_group)
    empty = list(_empty_features(residents))
    if empty:
        raise ResidentsError.from_faults(title, empty)
    return residents


def _kept(
    table: pd.DataFrame, columns: Sequence[str], policy: Policy, as_of: date, title: str, *, least: int
) -> Residents:
    judged = judge(table, columns, policy)
    if judged.faults:
        raise ResidentsError.from_faults(title, judged.faults)
    residents = _split(judged, columns, policy, as_of.date() if isinstance(as_of, datetime) else as_of)
    if len(residents) < least:
        raise ResidentsError.from_faults(title, [_too_few(residents, least)])
    return residents


def _split(judged: Judged, columns: Sequence[str], policy: Policy, as_of: date) -> Residents:
    reasons = reasons_left_out(judged.sound, policy, as_of)
    kept = judged.sound[reasons.isna()].reset_index(drop=True)
    withheld = lacks_consent(kept, policy.audit_purpose, as_of).notna()
    needs = kept[list(policy.features)]
    protected = _protected(kept, withheld, policy)
    extra = extra_columns(columns, policy)
    intake = Intake(
        read=judged.read,
        outside_population=judged.outside,
        left_out={reason: int((reasons == reason).sum()) for reason in REASONS if (reasons == reason).any()},
        quarantined=judged.quarantined,
        kept=len(kept),
        extra_columns=extra,
        denied_columns=tuple(column for column in extra if column in policy.denied),
        refused_columns=tuple(column for column in extra if _is_refused(column)),
        protected_withheld=int(withheld.sum()),
        missing=_missing(needs),
    )
    return Residents(needs, protected, kept[policy.residents.id], intake)


def _protected(kept: pd.DataFrame, withheld: pd.Series[bool], policy: Policy) -> pd.DataFrame:
    return pd.DataFrame(
        {
            column: pd.Categorical(kept[column].mask(withheld), categories=list(attribute.groups))
            for column, attribute in policy.audited.items()
        },
        index=kept.index,
    )


def _missing(table: pd.DataFrame) -> dict[str, int]:
    return {str(column): int(count) for column, count in table.isna().sum().items() if count}


def _is_refused(column: str) -> bool:
    return any(entry.kind == "refused" for entry in load_catalogue().match_name(column))


def _too_few(residents: Residents, least: int) -> Fault:
    have = f"{len(residents)} resident{'' if len(residents) == 1 else 's'}"
    needed = f", and at least {least} are needed (twice `audit.smallest_group`)" if least > 1 else ""
    rule = f"leaves {have} that may be used{needed}{_where_they_went(residents.intake)}"
    return Fault("the table", rule, "add residents whose rows may be used")


def _where_they_went(intake: Intake) -> str:
    """Return what the other rows were left out for, as the end of a clause."""
    counts = {
        "outside the population": intake.outside_population,
        "faulty": intake.quarantined_rows,
        **{REASONS[reason]: count for reason, count in intake.left_out.items()},
    }
    gone = ", ".join(f"{count} {reason}" for reason, count in counts.items() if count)
    return f"; {sum(counts.values())} of {intake.read} rows were left out: {gone}" if gone else ""


def _empty_features(residents: Residents) -> Iterator[Fault]:
    for column, count in residents.intake.missing.items():
        if column in residents.needs and count == len(residents):
            rule = "holds no value for any resident that may be used"
            fix = f"fill it, or delete `features.{column}` from the policy"
            yield Fault(f"column '{column}'", rule, fix)
