"""Of whom an audit is: what was read and left out, so that nobody is dropped without a word.

No line tells a count that the report hides: of groups and outcomes not known it tells whole percents.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from segmentation.audit import AuditReport
    from segmentation.residents import Residents

MUCH = 0.05
"""Share of residents from which it is told that their group is not known."""


def who_was_read(people: Residents, report: AuditReport) -> Iterator[str]:
    """Yield how many rows are residents, and of which attributes the group of many is not known."""
    intake = people.intake
    yield f"Residents: {intake.kept:,} of {intake.read:,} rows"
    if people.protected.isna().to_numpy().all():
        yield "Nobody's group is known, so nothing can be judged: see who consented to the audit."
        return
    single = [table for table in report.tables if table.attribute in people.protected]
    for table in single:
        if table.unknown is not None and table.unknown >= MUCH * len(people):
            yield f"{table.attribute}: {_percent(table.unknown / len(people))} not known"
    hidden = ", ".join(table.attribute for table in single if table.unknown is None)
    if hidden:
        yield f"Hidden, as it would tell a small group's size: how many are not known of {hidden}"


def strangers(tables: Mapping[Path, str], people: Residents) -> Iterator[str]:
    """Yield how many ids of other tables, each with its column of ids, are not residents."""
    from segmentation.residents.files import open_table

    for file, column in tables.items():
        ids = open_table(file, (column,)).table[column].dropna().astype(str).str.strip()
        others = int((~ids.isin(people.ids)).sum())
        if others:
            holds = "1 id that is no resident" if others == 1 else f"{others:,} ids that are no residents"
            yield f"{file} holds {holds} of this audit: left out"


def known(outcomes: pd.DataFrame | None) -> Iterator[str]:
    """Yield of how many residents the outcome of each service is known."""
    if outcomes is not None:
        shares = (f"{name} {_percent(share)}" for name, share in outcomes.notna().mean().items())
        yield f"Outcomes known, of {len(outcomes):,} residents: {', '.join(shares)}"


def _percent(share: float) -> str:
    """Return a share in whole percents, rounded down; never all or nothing where it is neither."""
    return "less than 1%" if 0 < share < 0.01 else f"{math.floor(100 * share + 1e-9)}%"  # noqa: PLR2004
