"""The way of a table into `Residents`: judged, cut to who consented, and split.

Nothing later judges again: what comes out of here is what the rest may trust. Errors are raised where no
exception of a library is in reach, because those quote values.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from segmentation.errors import ResidentsError
from segmentation.progress import SILENT, watched
from segmentation.residents.columns import needed_columns
from segmentation.residents.counts import Counts
from segmentation.residents.judge import judge
from segmentation.residents.parts import Form
from segmentation.residents.spill import Spill
from segmentation.residents.split import split
from segmentation.residents.store import StoredResidents
from segmentation.residents.stream import Terms, admit_tables, without_audit
from segmentation.residents.tables import Held, open_rows
from segmentation.residents.wanted import wanted_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from segmentation.policy import Policy
    from segmentation.progress import Progress, Watch
    from segmentation.residents.consent import ConsentSource
    from segmentation.residents.model import Residents
    from segmentation.residents.wanted import Array


READING = "Reading residents"
"""The one step of everything that reads a table."""


def read_residents(
    path: str | Path,
    policy: Policy,
    *,
    as_of: date,
    progress: Progress = False,
    consents: ConsentSource | None = None,
) -> Residents:
    """Read, check and split a residents table.

    Parameters
    ----------
    path : str or Path
        A Parquet file, a folder of Parquet files that are one table, or a CSV file in UTF-8 (with or without
        a byte order mark), one row per resident. Only the columns that the policy needs are read.
    policy : Policy
        Says which columns there are, what they hold, and which rows belong.
    as_of : date
        The day of reference for consent and retention.
    progress : bool or callable, default False
        True shows a bar, in a notebook and on a terminal. A callable is told the step before it starts.
    consents : ConsentSource, optional
        Where consent stands, if not in the table, such as a `segmentation.consents.ConsentLedger`.

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
    store_residents : The same from tables that are larger than memory.
    """
    with watched(progress, first=READING) as watch:
        return _read(Path(path), _terms(path, policy, as_of, consents), watch)


def residents_from(
    frame: pd.DataFrame, policy: Policy, *, as_of: date, consents: ConsentSource | None = None
) -> Residents:
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
    consents : ConsentSource, optional
        Where consent stands, if not in the table, such as a `segmentation.consents.ConsentLedger`.

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
    terms = replace(_terms("", policy, as_of, consents), title="The residents are refused")
    return _admitted(frame.set_axis(columns, axis="columns"), columns, terms)


def read_needs(
    path: str | Path,
    policy: Policy,
    *,
    as_of: date,
    features: Collection[str] | None = None,
    consents: ConsentSource | None = None,
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
    consents : ConsentSource, optional
        As for `read_residents`.

    Returns
    -------
    Residents
        `protected` has no column. Protected columns of the file count as extra ones.

    Raises
    ------
    ResidentsError
        As for `read_residents`.
    """
    blind = without_audit(policy, features)
    return _read(Path(path), Terms(blind, _day(as_of), _title(path), 1, is_full=False, consents=consents))


def read_dated_needs(
    path: str | Path,
    policy: Policy,
    *,
    as_of: date,
    features: Collection[str] | None = None,
    consents: ConsentSource | None = None,
) -> tuple[Residents, Array | None]:
    """Read a table to be scored that is not Parquet, and when each row was collected.

    Takes and raises what `read_needs` does.

    Returns
    -------
    Residents
    ndarray of datetime64 of shape (n,), or None
        None where the policy names no such column.
    """
    terms = Terms(
        without_audit(policy, features), _day(as_of), _title(path), 1, is_full=False, consents=consents
    )
    rows = open_rows(Path(path), needed_columns(terms.asked).keys())
    assert isinstance(rows, Held)  # noqa: S101 - of Parquet who calls reads batches
    return _dated(rows.table.to_pandas(), rows.columns, terms)


def store_residents(
    path: str | Path,
    policy: Policy,
    *,
    as_of: date,
    progress: Progress = False,
    folder: Path | None = None,
    consents: ConsentSource | None = None,
) -> StoredResidents:
    """Read, check and split residents that need not fit into memory.

    What may be used waits in an unnamed temporary file that nobody else can open and that is gone when the
    process is, however it ends. Memory does not grow with the table.

    Parameters
    ----------
    path : str or Path
        A Parquet file, or a folder of Parquet files with the same columns: one table, in the order of their
        names.
    policy, as_of
        As for `read_residents`.
    progress : bool or callable, default False
        True shows a bar, in a notebook and on a terminal. A callable is told the step before it starts.
    folder : Path, optional
        Where to put the temporary file; the system's temporary folder by default.
    consents : ConsentSource, optional
        As for `read_residents`.

    Returns
    -------
    StoredResidents
        The same residents as `read_residents` gives, in batches. Close it, or use it in a ``with`` block.

    Raises
    ------
    ResidentsError
        As for `read_residents`; or the table is no Parquet.
    StorageError
        The temporary folder is full or cannot be written to.
    """
    terms = _terms(path, policy, as_of, consents)
    rows = open_rows(Path(path), ())
    if isinstance(rows, Held):
        raise ResidentsError(f"The table {path} is no Parquet. Write it as Parquet to read it in batches.")
    form = Form.of(policy)
    spill = Spill(form.schema, folder)
    try:
        with watched(progress, first=READING) as watch:
            return StoredResidents(admit_tables(rows, terms, spill.write, watch), form, spill)
    except BaseException:
        spill.close()
        raise


def _terms(path: str | Path, policy: Policy, as_of: date, consents: ConsentSource | None) -> Terms:
    least = 2 * policy.audit.smallest_group
    return Terms(policy, _day(as_of), _title(path), least, is_full=True, consents=consents)


def _title(path: str | Path) -> str:
    return f"The residents table {Path(path)} is refused"


def _day(as_of: date) -> date:
    return as_of.date() if isinstance(as_of, datetime) else as_of


def _read(path: Path, terms: Terms, watch: Watch = SILENT) -> Residents:
    rows = open_rows(path, needed_columns(terms.asked).keys())
    if isinstance(rows, Held):
        return _admitted(rows.table.to_pandas(), rows.columns, terms)
    form = Form.of(terms.policy)
    batches: list[pa.RecordBatch] = []
    intake = admit_tables(rows, terms, batches.append, watch)
    return form.residents(pa.Table.from_batches(batches, form.schema), intake)


def _admitted(table: pd.DataFrame, columns: Sequence[str], terms: Terms) -> Residents:
    return _dated(table, columns, terms)[0]


def _dated(table: pd.DataFrame, columns: Sequence[str], terms: Terms) -> tuple[Residents, Array | None]:
    judged = judge(table, columns, terms.asked)
    terms.refuse(judged.faults)
    policy, sound = terms.policy, judged.sound
    arrays = {name: wanted.array(sound[name]) for name, wanted in wanted_columns(terms.asked).items()}
    everybody = pa.array(sound[policy.residents.id], type=pa.large_string())
    told = terms.with_consents(arrays, everybody)
    cut = split(told, np.ones(len(sound), dtype=bool), policy, terms.as_of)
    ids = everybody.filter(pa.array(cut.kept))
    counts = Counts(len(ids), cut.withheld, Counter(cut.left_out), Counter(cut.missing))
    intake = counts.intake(
        judged.read, judged.outside, judged.quarantined, columns, policy, terms.told_elsewhere
    )
    terms.check(intake)
    form = Form.of(policy)
    batch = form.batch(ids, [*cut.needs.values(), *cut.protected.values()])
    collected = arrays.get(policy.residents.collected_on or "")
    dated = None if collected is None else collected[cut.kept]
    return form.residents(pa.Table.from_batches([batch]), intake), dated
