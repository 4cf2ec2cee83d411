"""A registered version as a notebook shows it: which one it is, its verdict, its segments and its digests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.shown import segments, status, table

if TYPE_CHECKING:
    from segmentation.registry.load import RegisteredModel

_PAGE = Markup(
    "<p><strong>{name} version {version}; audit: {verdict}</strong></p>{segments}{tags}"
    "<p>All of it: <code>registered.card</code>, <code>registered.policy</code>.</p>"
)


def html(found: RegisteredModel) -> str:
    """Return name, version, verdict, segments and tags, as HTML."""
    return _PAGE.format(
        name=found.name,
        version=found.version,
        verdict=status(found.card.verdict.status),
        segments=segments((one.id, one.name.en, one.size, one.share) for one in found.card.segments),
        tags=table("What it was registered with", ("tag", "value"), sorted(found.tags.items())),
    )
