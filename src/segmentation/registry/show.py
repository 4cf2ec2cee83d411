"""A registered version as a notebook shows it: which one it is, its verdict, its segments and its digests.

One that was registered a moment ago shows where its card is, and that nobody has signed it yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.shown import segments, status, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.registry.load import RegisteredModel
    from segmentation.registry.register import Registered

_PAGE = Markup(
    "<p><strong>{name} version {version}; audit: {verdict}</strong></p>{segments}{tags}"
    "<p>All of it: <code>registered.card</code>, <code>registered.policy</code>.</p>"
)
_NEW = Markup(
    "<p><strong>{name} version {version} is registered; audit: {verdict}</strong><br>It is a candidate: "
    "nobody has signed it.</p>{tags}<p>Its card: <code>{card}</code><br>In MLflow: <code>{uri}</code>, run "
    "<code>{run}</code><br>As it was registered: <code>segmentation.load_version(home, name, version)</code>"
    "<br>To have it reviewed: <code>segmentation review submit</code></p>"
)


def html(found: RegisteredModel) -> str:
    """Return name, version, verdict, segments and tags, as HTML."""
    return _PAGE.format(
        name=found.name,
        version=found.version,
        verdict=status(found.card.verdict.status),
        segments=segments((one.id, one.name.en, one.size, one.share) for one in found.card.segments),
        tags=_tags(found.tags),
    )


def new(found: Registered) -> str:
    """Return name, version, tags, and where the card and the run are, as HTML."""
    return _NEW.format(
        name=found.name,
        version=found.version,
        verdict=status(found.tags["audit_verdict"]),
        tags=_tags(found.tags),
        card=found.card,
        uri=found.model_uri,
        run=found.run_id,
    )


def _tags(tags: Mapping[str, str]) -> Markup:
    return table("What it was registered with", ("tag", "value"), sorted(tags.items()))
