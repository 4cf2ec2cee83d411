"""A frontier as a notebook shows it: what is recommended, a row for each mitigation, where the rest is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.shown import table

if TYPE_CHECKING:
    from segmentation.mitigation.outcome import Frontier, Outcome

HEADS = (
    "mitigation",
    "segments",
    "association (V)",
    "V left",
    "broken",
    "undetermined",
    "silhouette kept",
    "of needs explained",
)
ALONE = (
    "mitigation",
    "segments",
    "association (V)",
    "broken",
    "undetermined",
    "silhouette, in its own space",
    "of needs explained",
)
_HEAD = Markup(
    "<p><strong>Frontier of {attribute}</strong>: {conclusion} Fitted on {seen} residents, "
    "measured on {unseen} others.</p>"
)
_FOOT = Markup(
    "<p>★ recommended. All figures: <code>frontier.to_frame()</code>. In a picture: "
    "<code>frontier.plot(policy=policy)</code>. To take one: "
    "<code>build(policy, residents, mitigation=…)</code>.</p>"
)


def html(found: Frontier) -> str:
    """Return what each mitigation removes and costs, as HTML."""
    head = _HEAD.format(
        attribute=found.attribute,
        conclusion=found.conclusion.en,
        seen=f"{found.seen:,}",
        unseen=f"{found.unseen:,}",
    )
    rows = [_row(found, one) for one in found.outcomes]
    return head + table("Mitigations, on residents that they did not see", HEADS, rows) + _FOOT


def one(outcome: Outcome) -> str:
    """Return one mitigation alone, as HTML: its figures, not what they were before."""
    said, good = outcome.disparity, outcome.quality
    row = (
        outcome.key,
        str(outcome.n_segments),
        _figure(None if said is None else said.association),
        "–" if said is None else str(said.broken),
        "–" if said is None else str(said.undetermined),
        _figure(None if good is None else good.silhouette),
        _figure(None if good is None else good.explained, ".0%"),
    )
    return table("A mitigation, on residents that it did not see", ALONE, [row])


def _row(found: Frontier, one: Outcome) -> tuple[str, ...]:
    said, good = one.disparity, one.quality
    return (
        f"{one.key} ★" if one is found.recommended else one.key,
        str(one.n_segments),
        _figure(None if said is None else said.association),
        _figure(found.association_ratio(one), ".0%"),
        "–" if said is None else str(said.broken),
        "–" if said is None else str(said.undetermined),
        _figure(found.silhouette_ratio(one), ".0%"),
        _figure(None if good is None else good.explained, ".0%"),
    )


def _figure(value: float | None, form: str = ".2f") -> str:
    return "–" if value is None else format(value, form)
