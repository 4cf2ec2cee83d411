"""An approved version as a notebook shows it: which one, who approved it why, until when, and its digests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.ledger.show import approved, words

if TYPE_CHECKING:
    from segmentation.approved.model import Approved

_PAGE = Markup(
    "<p><strong>{name} version {version}, {state}</strong><br>{why}<br>Until: {until}</p>{approvals}"
    "<p>Bundle: <code>{bundle}</code><br>Decision: <code>{decision}</code></p>"
)


def html(found: Approved) -> str:
    """Return name, version, state, approvals and digests, as HTML."""
    return _PAGE.format(
        name=found.name,
        version=found.version,
        state=words(found.standing.state),
        why=found.standing.why,
        until=found.valid_until,
        approvals=approved(found.standing.approvals),
        bundle=found.digest,
        decision=found.decision,
    )
