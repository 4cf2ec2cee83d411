"""What becomes of sound rows, counted stretch by stretch, and whether those who are left will do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segmentation.errors import Fault
from segmentation.policy.catalogue import load_catalogue
from segmentation.residents.columns import extra_columns
from segmentation.residents.consent import REASONS
from segmentation.residents.intake import Intake

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from segmentation.policy import Policy
    from segmentation.residents.intake import Quarantined


@dataclass
class Counts:
    """What became of sound rows, stretch by stretch.

    Attributes
    ----------
    kept, withheld : int
        Residents, and those whose protected values were made missing.
    left_out, missing : Counter of str
        Sound rows that may not be used, by reason, and missing values by need.
    """

    kept: int = 0
    withheld: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)

    def add(
        self, kept: int, left_out: Mapping[str, int], missing: Mapping[str, int], withheld: int = 0
    ) -> None:
        """Add the next stretch."""
        self.kept += kept
        self.withheld += withheld
        self.left_out.update(left_out)
        self.missing.update(missing)

    def intake(
        self,
        read: int,
        outside: int,
        quarantined: tuple[Quarantined, ...],
        columns: Sequence[str],
        policy: Policy,
        told_elsewhere: tuple[str, ...] = (),
    ) -> Intake:
        """Return the counts as evidence, with what the columns of the table say.

        Parameters
        ----------
        read, outside : int
        quarantined : tuple of Quarantined
        columns : sequence of str
        policy : Policy
        told_elsewhere : tuple of str
            Purposes of which the consents stood in a ledger.
        """
        extra = extra_columns(columns, policy)
        return Intake(
            read=read,
            outside_population=outside,
            left_out={reason: self.left_out[reason] for reason in REASONS if self.left_out[reason]},
            quarantined=quarantined,
            kept=self.kept,
            extra_columns=extra,
            denied_columns=tuple(column for column in extra if column in policy.denied),
            refused_columns=tuple(column for column in extra if _is_refused(column)),
            protected_withheld=self.withheld,
            missing={name: self.missing[name] for name in policy.features if self.missing[name]},
            consent_ledger=told_elsewhere,
        )


def _is_refused(column: str) -> bool:
    return any(entry.kind == "refused" for entry in load_catalogue().match_name(column))


def too_few(intake: Intake, least: int) -> Fault:
    """Return the fault of a table with fewer residents than are needed."""
    have = f"{intake.kept} resident{'' if intake.kept == 1 else 's'}"
    needed = f", and at least {least} are needed (twice `audit.smallest_group`)" if least > 1 else ""
    rule = f"leaves {have} that may be used{needed}{_where_they_went(intake)}"
    return Fault("the table", rule, "add residents whose rows may be used")


def gone(intake: Intake) -> dict[str, int]:
    """Return how many rows were left out, by reason in words; only reasons that apply."""
    counts = {
        "outside the population": intake.outside_population,
        "faulty": intake.quarantined_rows,
        **{REASONS[reason]: count for reason, count in intake.left_out.items()},
    }
    return {reason: count for reason, count in counts.items() if count}


def _where_they_went(intake: Intake) -> str:
    """Return what the other rows were left out for, as the end of a clause."""
    counts = gone(intake)
    told = ", ".join(f"{count} {reason}" for reason, count in counts.items())
    return f"; {sum(counts.values())} of {intake.read} rows were left out: {told}" if told else ""


def empty_features(intake: Intake) -> Iterator[Fault]:
    """Yield the faults of needs that are missing for every resident."""
    for column, count in intake.missing.items():
        if count == intake.kept:
            rule = "holds no value for any resident that may be used"
            fix = f"fill it, or delete `features.{column}` from the policy"
            yield Fault(f"column '{column}'", rule, fix)
