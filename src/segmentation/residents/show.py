"""Residents as a notebook shows them: how many were read, left out and kept, never what any of them needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.residents.consent import REASONS
from segmentation.shown import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.residents.intake import Intake

_PAGE = Markup(
    "<p><strong>{kept} residents</strong>, {needs} needs, {protected} protected columns.</p>{intake}"
)


def html(intake: Intake, needs: int, protected: int) -> str:
    """Return what became of every row and column of a residents table, in counts, as HTML.

    Parameters
    ----------
    intake : Intake
    needs, protected : int
        How many columns of each there are.
    """
    return _PAGE.format(
        kept=f"{intake.kept:,}",
        needs=needs,
        protected=protected,
        intake=intake_html(intake),
    )


def intake_html(intake: Intake) -> Markup:
    """Return what became of every row and column of a residents table, in counts, as HTML."""
    rows = table("Rows of the table", ("what became of them", "rows"), _rows(intake))
    return rows + table("Columns that were dropped unread", ("why", "columns"), _columns(intake))


def _rows(intake: Intake) -> Iterator[tuple[str, str]]:
    yield "read", f"{intake.read:,}"
    if intake.outside_population:
        yield "outside the population", f"{intake.outside_population:,}"
    for reason, rows in intake.left_out.items():
        yield f"left out: {REASONS.get(reason, reason)}", f"{rows:,}"
    if intake.quarantined_rows:
        yield "left out as faulty", f"{intake.quarantined_rows:,}"
    yield "kept", f"{intake.kept:,}"


def _columns(intake: Intake) -> Iterator[tuple[str, str]]:
    others = [
        name for name in intake.extra_columns
        if name not in intake.denied_columns and name not in intake.refused_columns
    ]  # fmt: skip
    told = {
        "denied by the policy": intake.denied_columns,
        "refused by the catalogue": intake.refused_columns,
        "not known to the policy": others,
    }
    for why, columns in told.items():
        if columns:
            yield why, ", ".join(columns)
