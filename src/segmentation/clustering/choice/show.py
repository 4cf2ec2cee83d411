"""A choice, and how its segments stand, as a notebook shows them: a table each.

Shares of residents are left out: of a small segment they would give away its size.
"""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.shown import table

if TYPE_CHECKING:
    from segmentation.clustering.choice.model import Choice, Rival, Stability, Structure

HEADS = ("segments", "prediction strength", "Jaccard of the weakest", "silhouette", "what came of it")
_CHOICE = Markup(
    "<p><strong>{}</strong> {}</p>{}<p>In a picture: <code>choice.plot(policy=policy)</code>.</p>"
)
_STABLE = Markup("{}<p>In a picture: <code>stability.plot()</code>.</p>")


def html(choice: Choice) -> str:
    """Return every number of segments that was tried, what it reached, and why it lost, as HTML."""
    taken = choice.n_segments
    head = "No number of segments repeats itself." if taken is None else f"{taken} segments."
    rows = table("Numbers of segments that were tried", HEADS, map(_row, choice.rivals))
    return _CHOICE.format(head, _structure(choice.structure), rows)


def stable(stability: Stability) -> str:
    """Return how surely each segment is found again, as HTML."""
    rows = [(at + 1, below(one)) for at, one in enumerate(stability.jaccard)]
    caption = f"How each segment is found again in {stability.bootstraps} bootstrap samples"
    return _STABLE.format(table(caption, ("segment, in their order", "Jaccard similarity"), rows))


def below(figure: float) -> str:
    """Return a figure to two digits from below, so that none reads as a limit that it does not reach."""
    told = f"{floor(figure * 100 + 1e-9) / 100:.2f}"
    return told if figure >= 1 else f"≥ {told}"


def _row(one: Rival) -> tuple[object, ...]:
    return (
        one.n_segments,
        below(one.prediction_strength),
        below(one.weakest) if one.jaccard else "–",
        "–" if one.silhouette is None else f"{one.silhouette:.2f}",
        one.reason,
    )


def _structure(found: Structure | None) -> str:
    if found is None:
        return ""
    said = "There is structure" if found.is_there else "Shuffled columns do as well: there is no structure"
    return (
        f"{said} (p = {found.p_value:.2g} over {found.shuffles} shuffles, at most {found.limit:g} allowed)."
    )
