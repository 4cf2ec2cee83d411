"""A registered version as a notebook shows it: which one it is, its verdict, its segments and its digests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.policy.show import table

if TYPE_CHECKING:
    from segmentation.registry.load import RegisteredModel

_PAGE = Markup(
    "<p><strong>{name} version {version}; audit: {verdict}</strong></p>{segments}{tags}"
    "<p>All of it: <code>registered.card</code>, <code>registered.policy</code>.</p>"
)


def html(found: RegisteredModel) -> str:
    """Return name, version, verdict, segments and tags, as HTML."""
    rows = [(one.id, one.name.en, f"{one.size:,}", f"{one.share:.1%}") for one in found.card.segments]
    return _PAGE.format(
        name=found.name,
        version=found.version,
        verdict=found.card.verdict.status,
        segments=table("Segments", ("id", "name", "residents", "share"), rows),
        tags=table("What it was registered with", ("tag", "value"), sorted(found.tags.items())),
    )
