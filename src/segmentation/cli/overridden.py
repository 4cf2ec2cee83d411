"""How many residents of each segment were put into another by a person, beside an audit.

An audit is of what was computed. Where people keep putting residents of one segment elsewhere, the segment is
wrong for them, and no finding on groups says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.cli import office

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from segmentation.ledger.store import Ledger
    from segmentation.policy import Policy

WHO = "segmentation audit"


def overridden(policy: Policy, home: Path) -> Iterator[str]:
    """Yield one line on the overrides on record of a model; nothing where no ledger has its segments.

    Small counts are hidden. Where they cannot be counted, the line says why: an audit goes on without.
    """
    from segmentation.errors import LedgerError, StorageError, VaultError
    from segmentation.home import Home
    from segmentation.ledger.personal.opening import open_personal
    from segmentation.ledger.personal.overrides import Overrides
    from segmentation.ledger.place import Place
    from segmentation.ledger.store import open_ledger
    from segmentation.ledger.trust import ledger_url

    place = Home(home)
    try:
        address = Place.of(ledger_url(place))
        if address.path is not None and not address.path.exists():
            return
        with open_ledger(ledger_url(place)) as ledger:
            if not _is_in_use(ledger, policy):
                return
            now = office.now()
            records = open_personal(ledger, place, now).records
            counts = Overrides(records).counts(policy.purpose.key, policy.name, WHO, now)
    except (LedgerError, StorageError, VaultError) as error:
        yield f"Overrides by people were not counted. {error}"
        return
    yield f"Overridden by a person, by the segment that was computed: {_told(counts)}"


def _is_in_use(ledger: Ledger, policy: Policy) -> bool:
    """Whether the classification table or the overrides hold anything of a model."""
    from sqlalchemy import select

    from segmentation.ledger.personal.tables import overrides, segments

    with ledger.reading() as connection:
        return any(
            connection.execute(
                select(table.c.number)
                .where(table.c.model == policy.name, table.c.purpose == policy.purpose.key)
                .limit(1)
            ).first()
            for table in (overrides, segments)
        )


def _told(counts: Mapping[str, int]) -> str:
    from segmentation.ledger.personal.counts import told
    from segmentation.ledger.personal.overrides import NOT_KEPT

    if not counts:
        return "nobody"
    named = [f"{segment} {told(count)}" for segment, count in counts.items() if segment]
    if NOT_KEPT in counts:
        named.append(f"no segment kept {told(counts[NOT_KEPT])}")
    return ", ".join(named)
