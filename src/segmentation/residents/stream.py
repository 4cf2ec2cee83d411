"""The way of Parquet tables into residents, block by block, each judged and cut before the next is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from segmentation.errors import ResidentsError
from segmentation.progress import SILENT
from segmentation.residents.counts import Counts, empty_features, too_few
from segmentation.residents.model import ROWS
from segmentation.residents.parts import Form
from segmentation.residents.scan import Scan
from segmentation.residents.split import split

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import date

    from segmentation.errors import Fault
    from segmentation.policy import Policy
    from segmentation.progress import Watch
    from segmentation.residents.consent import ConsentSource
    from segmentation.residents.intake import Intake
    from segmentation.residents.look import Looked
    from segmentation.residents.tables import Rows
    from segmentation.residents.wanted import Array


@dataclass(frozen=True)
class Terms:
    """On which terms a table is taken.

    Attributes
    ----------
    policy : Policy
        The rules.
    as_of : date
        The day of reference.
    title : str
        How a refusal begins.
    least : int
        Fewest residents that will do.
    is_full : bool
        Whether every need must be known of somebody.
    consents : ConsentSource or None
        Where consent stands, if not in the table.
    """

    policy: Policy
    as_of: date
    title: str
    least: int
    is_full: bool
    consents: ConsentSource | None = None

    @property
    def told_elsewhere(self) -> tuple[str, ...]:
        """The purposes for which the table is not asked."""
        if self.consents is None:
            return ()
        audit = self.policy.audit_purpose
        asked = [self.policy.purpose.key, *([audit.key] if audit.consent == "required" else [])]
        return tuple(key for key in asked if key in self.consents.purposes)

    @property
    def asked(self) -> Policy:
        """The policy by which the table is read: without columns of consent that stands elsewhere."""
        elsewhere = self.told_elsewhere
        purposes = {"purpose": self.policy.purpose, "audit_purpose": self.policy.audit_purpose}
        freed = {
            name: one.model_copy(update={"consent": "not_required"})
            for name, one in purposes.items()
            if one.key in elsewhere
        }
        return self.policy.model_copy(update=freed) if freed else self.policy

    def with_consents(self, columns: Mapping[str, Array], ids: pa.Array) -> Mapping[str, Array]:
        """Return the columns of some rows with those of consent that stands elsewhere."""
        elsewhere = self.told_elsewhere
        if self.consents is None or not elsewhere:
            return columns
        return {**columns, **self.consents.columns(ids.to_pylist(), elsewhere)}

    def refuse(self, faults: Iterable[Fault]) -> None:
        """Raise all faults as one `ResidentsError`, if there are any."""
        found = tuple(faults)
        if found:
            raise ResidentsError.from_faults(self.title, found)

    def check(self, intake: Intake) -> None:
        """Refuse a table that leaves too few residents, or a need without a value."""
        self.refuse([too_few(intake, self.least)] if intake.kept < self.least else [])
        self.refuse(empty_features(intake) if self.is_full else [])


def without_audit(policy: Policy, features: Collection[str] | None = None) -> Policy:
    """Return a policy that reads no protected column, and of the features only some."""
    read = {name: of for name, of in policy.features.items() if features is None or name in features}
    free = policy.audit_purpose.model_copy(update={"consent": "not_required"})
    return policy.model_copy(update={"features": read, "protected": {}, "proxies": {}, "audit_purpose": free})


def admit_tables(
    tables: Rows,
    terms: Terms,
    keep: Callable[[pa.RecordBatch], None],
    watch: Watch = SILENT,
    rows: int = ROWS,
) -> Intake:
    """Judge a table, and hand on those who may be used.

    Parameters
    ----------
    tables : Rows
        The table.
    terms : Terms
        Who may be used.
    keep : callable
        Gets a record batch (`parts.Form`) of every block that leaves somebody. If the table is refused in the
        end, it got some in vain.
    watch : Watch, optional
        Is told how many rows are read, of how many.
    rows : int
        Largest block.

    Returns
    -------
    Intake
        What became of every row.

    Raises
    ------
    ResidentsError
        The table does not fit the policy; every fault at once.
    """
    form, counts, read = Form.of(terms.policy), Counts(), 0

    def take(looked: Looked) -> None:
        nonlocal read
        read += looked.read
        if looked.ids is not None:
            columns = terms.with_consents(looked.columns, looked.ids)
            cut = split(columns, looked.sound, terms.policy, terms.as_of)
            ids = looked.ids.filter(pa.array(cut.kept))
            counts.add(len(ids), cut.left_out, cut.missing, cut.withheld)
            keep(form.batch(ids, [*cut.needs.values(), *cut.protected.values()]))
        watch.part("rows", read, tables.rows)

    found, faults = Scan(tables, terms.asked, rows).faults(take)
    terms.refuse(faults)
    outside = found.read - found.rows
    intake = counts.intake(
        found.read, outside, found.quarantined, tables.columns, terms.policy, terms.told_elsewhere
    )
    terms.check(intake)
    return intake
