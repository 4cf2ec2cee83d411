"""A segmenter as a notebook shows it: what it looks at, what it found, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.features import is_needs_encoder

if TYPE_CHECKING:
    from segmentation.clustering.segmenter import Segmenter

_PAGE = Markup(
    "<p><strong>Segmenter</strong> of {features} features: {found}.<br>Number of segments: {number}; seed "
    "{seed}; restarts {restarts}; erasure: {erasure}.</p>{after}"
)
_AFTER = Markup(
    "<p>How the number was found: <code>segmenter.choice_</code>. How they stand: "
    "<code>segmenter.stability(needs)</code>. As data, to be served: <code>segmenter.fold()</code>.</p>"
)


def html(segmenter: Segmenter) -> str:
    """Return what a segmenter was asked for and what it found, as HTML; no size of a segment."""
    is_fitted = hasattr(segmenter, "cluster_centers_")
    return _PAGE.format(
        features=features(segmenter),
        found=found(segmenter),
        number="the most that repeat themselves" if segmenter.n_segments == "auto" else segmenter.n_segments,
        seed=segmenter.random_state,
        restarts=segmenter.restarts,
        erasure="none" if segmenter.erase is None else "yes, before distances are taken",
        after=_AFTER if is_fitted else "",
    )


def found(segmenter: Segmenter) -> str:
    """Return which segments were found, if they were looked for."""
    if not hasattr(segmenter, "cluster_centers_"):
        return "not fitted"
    return f"{segmenter.n_segments_} segments: {', '.join(segmenter.segments_)}"


def features(segmenter: Segmenter) -> str:
    """Return how many features it looks at, where it knows before it is fitted."""
    if hasattr(segmenter, "n_features_in_"):
        return f"{segmenter.n_features_in_}"
    encoder = segmenter.encoder
    if encoder is None or not is_needs_encoder(encoder):
        return "all"
    return str(sum(len(columns) for _, _, columns in encoder.transformers))
