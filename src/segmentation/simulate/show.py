"""A community as a notebook shows it: what was planted, and of its made-up residents counts alone.

They are nobody, but whoever prints a table of residents without a thought will do so with a real one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.shown import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.simulate.community import Community
    from segmentation.simulate.truth import Truth

_COMMUNITY = Markup(
    "<p><strong>Simulated community</strong>: {residents} residents, who are made up, and {requests} "
    "requests of a year that ends on {end}.</p>"
)
_TRUTH = Markup(
    "{segments}<p>{carrier} Clean: <code>{clean}</code>. Too small to judge: {tiny}.</p><p>Which resident is "
    "in which planted segment: <code>{name}.segments</code>.</p>"
)
_CARRIER = Markup(
    "Carried into {segment}, out of {sibling}, by <code>{feature}</code> at strength {strength:g}: "
    "<code>{attribute}</code>, group {group}."
)


def html(found: Community) -> str:
    """Return how large a community is and what was planted, as HTML."""
    head = _COMMUNITY.format(
        residents=f"{len(found.residents):,}",
        requests=f"{len(found.requests):,}",
        end=found.truth.period_end,
    )
    return head + _planted(found.truth, "community.truth")


def planted(truth: Truth) -> str:
    """Return what was planted, as HTML."""
    return _planted(truth, "truth")


def _planted(truth: Truth, name: str) -> Markup:
    tiny, carrier = truth.tiny_group, truth.carrier
    return _TRUTH.format(
        segments=table("Planted segments", ("segment", "planted share"), _segments(truth)),
        carrier="Nothing is carried." if carrier is None else _CARRIER.format(**vars(carrier)),
        clean=truth.clean_attribute,
        tiny=f"{tiny.count} residents, {tiny.attribute} {tiny.group}",
        name=name,
    )


def _segments(truth: Truth) -> Iterator[tuple[str, str]]:
    for name, share in zip(truth.segment_names, truth.prior_shares, strict=True):
        yield name, f"{share:.1%}"
