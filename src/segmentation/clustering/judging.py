"""How many segments a `Segmenter` makes, and how they stand: what it asks of `clustering.choice`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from segmentation.clustering.choice import Choice, Criteria, Stability, choose, stability
from segmentation.clustering.choice.shuffle import as_they_are
from segmentation.errors import NoStructureError
from segmentation.features import feature_blocks, is_needs_encoder
from segmentation.progress import SILENT

if TYPE_CHECKING:
    from segmentation.clustering.segmenter import Segmenter
    from segmentation.progress import Watch

Floats = NDArray[np.float64]


def choice_of(
    segmenter: Segmenter,
    points: Floats,
    random: np.random.RandomState,
    given: int | None = None,
    watch: Watch = SILENT,
) -> Choice:
    """Try every number of segments on a sample of encoded residents, or measure the one that is given."""
    blocks = feature_blocks(segmenter.encoder_) if is_needs_encoder(segmenter.encoder_) else None
    sample, limits = _sample(segmenter, points, random), _criteria(segmenter, len(points))
    mapped = as_they_are if segmenter.erase is None else segmenter.erase.apply_alike
    return choose(sample, limits, random, given=given, blocks=blocks, mapped=mapped, watch=watch)


def stability_of(segmenter: Segmenter, mapped: Floats, watch: Watch = SILENT) -> Stability:
    """Measure on a sample of mapped needs how the fitted segments stand."""
    random = check_random_state(segmenter.random_state)
    sample = _sample(segmenter, mapped, random)
    limits = _criteria(segmenter, len(mapped))
    return stability(
        sample, segmenter.cluster_centers_, limits, random, borderline=segmenter.borderline, watch=watch
    )


def number_of(segmenter: Segmenter, choice: Choice | None, residents: int) -> int:
    """Return how many segments are made; one, where "auto" finds no structure.

    Raises
    ------
    NoStructureError
        More are asked for than there are residents.
    """
    if segmenter.centers is not None:
        return len(segmenter.centers)
    if segmenter.n_segments == "auto":
        is_there = choice is not None and choice.structure is not None and choice.structure.is_there
        return (choice.n_segments or 1) if choice is not None and is_there else 1
    if segmenter.n_segments > residents:
        raise NoStructureError(
            f"`n_segments` is {segmenter.n_segments}, and there are {residents} residents; ask for fewer."
        )
    return segmenter.n_segments


def _sample(segmenter: Segmenter, mapped: Floats, random: np.random.RandomState) -> Floats:
    size = min(segmenter.sample_size, len(mapped))
    return np.asarray(mapped[random.choice(len(mapped), size, replace=False)])


def _criteria(segmenter: Segmenter, residents: int) -> Criteria:
    return Criteria(
        fewest=segmenter.min_segments,
        most=segmenter.max_segments,
        least_strength=segmenter.prediction_strength,
        smallest_share=max(segmenter.smallest_share, segmenter.smallest_size / residents),
        least_jaccard=segmenter.bootstrap_jaccard,
        splits=segmenter.splits,
        bootstraps=segmenter.bootstraps,
        restarts=segmenter.restarts,
        shuffles=segmenter.shuffles,
        shuffle_p=segmenter.shuffle_p,
    )
