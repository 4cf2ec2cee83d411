"""What became of every row and column of a residents table, in counts: the evidence that a card shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, order=True)
class Quarantined:
    """One cell for which a row was left out: where it is and what it breaks, never what it holds.

    Attributes
    ----------
    row : int
        Data row of the table as it was given, from 1.
    column : str
        Column of the cell.
    rule : str
        Id of the rule, a key of `segmentation.residents.schema.RULES`.
    file : str
        Name of the file, in which its rows are counted, where the table is a folder of several.
    """

    row: int
    column: str
    rule: str
    file: str = ""


def rows_of(cells: Iterable[Quarantined]) -> int:
    """Return how many rows cells stand in."""
    return len({(cell.file, cell.row) for cell in cells})


@dataclass(frozen=True)
class Intake:
    """How the rows of a table became residents, in counts.

    ``read == outside_population + quarantined_rows + sum(left_out.values()) + kept``

    Attributes
    ----------
    read : int
        Rows of the table.
    outside_population : int
        Rows that do not belong to the policy's population; nothing else of them was looked at.
    left_out : mapping of str to int
        Rows without a valid consent to the purpose, or outside retention, by reason (`consent.REASONS`).
    quarantined : tuple of Quarantined
        Every faulty cell of the rows left out as faulty, in the order of the rows.
    kept : int
        Residents.
    extra_columns : tuple of str
        Columns of the table that the policy does not know. They were dropped.
    denied_columns : tuple of str
        Those of them that the policy denies.
    refused_columns : tuple of str
        Those of them whose names the catalogue would refuse as features whatever a policy says.
    protected_withheld : int
        Residents whose protected values were made missing because they did not consent to the audit.
    missing : mapping of str to int
        Missing values among the residents, by column of needs and protected attributes; none are left out.
    consent_ledger : tuple of str
        Keys of the purposes of which consent was taken from a ledger; of the others the table told.
    """

    read: int
    outside_population: int
    left_out: Mapping[str, int]
    quarantined: tuple[Quarantined, ...] = field(repr=False)
    kept: int
    extra_columns: tuple[str, ...]
    denied_columns: tuple[str, ...]
    refused_columns: tuple[str, ...]
    protected_withheld: int
    missing: Mapping[str, int]
    consent_ledger: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return how many rows were read and kept; not how many values are withheld, as `to_dict` says."""
        return f"Intake({self.kept} of {self.read} rows kept, {self.quarantined_rows} left out as faulty)"

    def _repr_html_(self) -> str:
        from segmentation.residents import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.intake_html(self)

    @property
    def quarantined_rows(self) -> int:
        """Rows left out as faulty."""
        return rows_of(self.quarantined)

    @property
    def quarantined_by_rule(self) -> Mapping[str, int]:
        """Faulty cells by rule, the most frequent first."""
        return dict(Counter(cell.rule for cell in self.quarantined).most_common())

    def quarantine_frame(self) -> pd.DataFrame:
        """Return the quarantine report, a line for every faulty cell: row (from 1), column and rule.

        Where the table is a folder of several files, the first column names the file of each row.
        """
        files = [cell.file for cell in self.quarantined]
        return pd.DataFrame(
            {
                **({"file": pd.Series(files, dtype="str")} if any(files) else {}),
                "row": pd.Series([cell.row for cell in self.quarantined], dtype="int64"),
                "column": pd.Series([cell.column for cell in self.quarantined], dtype="str"),
                "rule": pd.Series([cell.rule for cell in self.quarantined], dtype="str"),
            }
        )

    def to_dict(self) -> dict[str, object]:
        """Return the counts as plain data for JSON; of the quarantined rows how many, not which.

        How many protected values are withheld is left out: with the tables of an audit it could uncover what
        they hide.
        """
        return {
            "read": self.read,
            "outside_population": self.outside_population,
            "left_out": dict(self.left_out),
            "quarantined_rows": self.quarantined_rows,
            "quarantined_by_rule": dict(self.quarantined_by_rule),
            "kept": self.kept,
            "extra_columns": list(self.extra_columns),
            "denied_columns": list(self.denied_columns),
            "refused_columns": list(self.refused_columns),
            "missing": dict(self.missing),
            **({"consent_ledger": list(self.consent_ledger)} if self.consent_ledger else {}),
        }
