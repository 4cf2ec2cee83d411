"""Where a version stands, as a notebook shows it: the state, why, who approved it, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.shown import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.ledger.records import Decision
    from segmentation.ledger.standing import Standing

_PAGE = Markup(
    "<p><strong>{model} version {version}: {state}</strong><br>{why}{until}</p>{approvals}{missing}"
)
_UNTIL = Markup("<br>Until: {}")
_MISSING = Markup("<p>Signatures that are missing: {}.</p>")


def html(found: Standing) -> str:
    """Return state, reason, approvals and missing signatures, as HTML."""
    return _PAGE.format(
        model=found.model,
        version=found.version,
        state=words(found.state),
        why=found.why,
        until="" if found.valid_until is None else _UNTIL.format(found.valid_until),
        approvals=approved(found.approvals),
        missing=_MISSING.format(", ".join(found.missing)) if found.missing else "",
    )


def approved(approvals: Sequence[Decision]) -> Markup:
    """Return who approved, as what, on which day and why, as a table in HTML."""
    rows = [(one.by, one.role, f"{one.at:%Y-%m-%d}", one.reason) for one in approvals]
    return table("Approved by", ("person", "role", "day", "reason"), rows)


def words(state: str) -> str:
    """Return a state as it is read."""
    return state.replace("_", " ")
