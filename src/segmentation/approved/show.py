"""An approved version as a notebook shows it: which one, who approved it why, until when, and its digests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.shown import table

if TYPE_CHECKING:
    from segmentation.approved.model import Approved

_PAGE = Markup(
    "<p><strong>{name} version {version}, {state}</strong><br>{why}<br>Until: {until}</p>{approvals}"
    "<p>Bundle: <code>{bundle}</code><br>Decision: <code>{decision}</code></p>"
)


def html(found: Approved) -> str:
    """Return name, version, state, approvals and digests, as HTML."""
    rows = [(one.by, one.role, f"{one.at:%Y-%m-%d}", one.reason) for one in found.standing.approvals]
    return _PAGE.format(
        name=found.name,
        version=found.version,
        state=found.standing.state,
        why=found.standing.why,
        until=found.valid_until,
        approvals=table("Approved by", ("person", "role", "day", "reason"), rows),
        bundle=found.digest,
        decision=found.decision,
    )
