"""Which columns of a residents table a policy reads, and where it says so."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from segmentation.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from segmentation.policy import Policy
    from segmentation.policy.parts import Purpose

STATES = ("given", "refused", "withdrawn")
"""The states of a consent."""


def consent_columns(purpose: Purpose) -> tuple[str, str, str]:
    """Return the columns of a purpose's consent: its state, its time, and the version of the notice."""
    return f"consent_{purpose.key}", f"consent_{purpose.key}_at", f"consent_{purpose.key}_notice"


def objection_column(purpose: Purpose) -> str:
    """Return the column that says whether residents object to automated decisions; a ledger alone has it."""
    return f"consent_{purpose.key}_objected"


def needed_columns(policy: Policy) -> dict[str, str]:
    """Return every column that the table must have, with the key of the policy that asks for it."""
    table = policy.residents
    return {
        **{column: f"residents.population.{column}" for column in table.population},
        **_consents("purpose", policy.purpose),
        **_consents("audit_purpose", policy.audit_purpose),
        **({table.collected_on: "residents.collected_on"} if table.collected_on else {}),
        **({table.source: "residents.source"} if table.source else {}),
        **{column: f"proxies.{column}" for column in policy.proxies},
        **{column: f"protected.{column}" for column in policy.protected},
        **{column: f"features.{column}" for column in policy.features},
        table.id: "residents.id",
    }


def _consents(section: str, purpose: Purpose) -> dict[str, str]:
    if purpose.consent == "not_required":
        return {}
    state, at, notice = consent_columns(purpose)
    wanted = {state: f"{section}.key", at: f"{section}.key"}
    return wanted | ({notice: f"{section}.notice_versions"} if purpose.notice_versions else {})


def column_faults(columns: Sequence[str], policy: Policy) -> dict[str, Fault]:
    """Return the columns that are missing from a table or stand in it twice, with the fault of each."""
    times = Counter(columns)
    faults = {}
    for column, key in needed_columns(policy).items():
        where = f"column '{column}'"
        if times[column] == 0:
            faults[column] = Fault(where, "is missing", _way_to(column, key, columns))
        if times[column] > 1:
            faults[column] = Fault(where, f"stands {times[column]} times in the table", "keep one of them")
    return faults


def _way_to(column: str, key: str, columns: Iterable[str]) -> str:
    """Return the way out; names a column of the table only if it is the missing one in another spelling.

    A table without a header would otherwise show values of its first resident.
    """
    for other in columns:
        if _spelling(other) == _spelling(column):
            return f"rename '{other}'"
    return f"add it, or change `{key}` in the policy"


def _spelling(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def extra_columns(columns: Iterable[str], policy: Policy) -> tuple[str, ...]:
    """Return the columns that the policy does not know, each once, in the order of the table."""
    known = {*needed_columns(policy)}
    known.update(consent_columns(policy.purpose), consent_columns(policy.audit_purpose))
    return tuple(column for column in dict.fromkeys(columns) if column not in known)
