"""The fit of a `Segmenter`: what is searched among residents at hand, and what all of them make of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state
from sklearn.utils.validation import _num_samples

from segmentation.clustering import parameters
from segmentation.clustering.centers import means, nearest
from segmentation.clustering.fold import segment_id
from segmentation.clustering.found import MOVES, at_once, in_passes, usual_values
from segmentation.clustering.judging import choice_of, number_of
from segmentation.clustering.lloyd import Tally, searched, tallied
from segmentation.clustering.parallel import one_thread
from segmentation.clustering.reading import first_encoded, later_encoded
from segmentation.features import gaps, is_needs_encoder
from segmentation.progress import SILENT

if TYPE_CHECKING:
    from segmentation.clustering.disclosing import Usual
    from segmentation.clustering.found import Found
    from segmentation.clustering.segmenter import Segmenter
    from segmentation.features import Gap
    from segmentation.progress import Watch

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Batches = Callable[[], Iterable[ArrayLike]]


def of_all(segmenter: Segmenter, X: ArrayLike, watch: Watch = SILENT) -> Found:
    """Fit encoder, number and segments to residents who are all at hand; raises what `Segmenter.fit` does."""
    with one_thread():
        points, mapped, labels = _searched(segmenter, X, watch)
        start = _start(segmenter, points, labels)
        return at_once(
            points, mapped, start, labels, segmenter.smallest_size, segmenter.erase, _gaps(segmenter)
        )


def of_sample(
    segmenter: Segmenter, batches: Batches, sample: ArrayLike, *, keep: bool, watch: Watch = SILENT
) -> Found:
    """Fit to a sample, and let all residents move the centres.

    Parameters
    ----------
    segmenter : Segmenter
    batches : callable
        Yields all residents, batch by batch, as often as it is called.
    sample : table or array-like of shape (n_sample, n_features)
    keep : bool
        Whether to keep who is where.
    watch : Watch
        Told of the choice of a number.

    Raises
    ------
    ValueError
        What `Segmenter.fit_batches` raises.
    """
    with one_thread():
        points, _, labels = _searched(segmenter, sample, watch)
        size = segmenter.smallest_size
        return in_passes(
            lambda centers, common: _tally(segmenter, batches, centers, common, keep=keep),
            _start(segmenter, points, labels),
            size,
            segmenter.erase,
            common=usual_values(points, labels, segmenter.n_segments_, size, _gaps(segmenter)),
            moves=MOVES if segmenter.centers is None else 0,
        )


def _searched(segmenter: Segmenter, X: ArrayLike, watch: Watch) -> tuple[Floats, Floats, Labels]:
    """Find segments among residents who fit into memory; return them encoded, mapped, and labels."""
    points = first_encoded(segmenter, X)
    parameters.check_shapes(segmenter, points.shape[1])
    random, erase = check_random_state(segmenter.random_state), segmenter.erase
    segmenter.choice_ = None
    if segmenter.n_segments == "auto" and len(points) >= 2 * segmenter.min_segments:
        segmenter.choice_ = choice_of(segmenter, points, random, watch=watch)
    number = segmenter.n_segments_ = number_of(segmenter, segmenter.choice_, len(points))
    segmenter.segments_ = tuple(segment_id(label) for label in range(number))
    mapped = erase.apply_alike(points) if erase else points
    if segmenter.centers is None:
        return points, mapped, searched(mapped, number, segmenter.restarts, random)
    centers = np.asarray(segmenter.centers, np.float64)
    return points, mapped, nearest(points, erase.apply(centers) if erase else centers, erase)


def _start(segmenter: Segmenter, points: Floats, labels: Labels) -> Floats:
    """Return the centres before anybody's share is rounded.

    Sums are taken anew in the order of the rows: two fits of the same residents must have equal digests.
    """
    if segmenter.centers is None:
        return means(points, labels, segmenter.n_segments_)
    return np.array(segmenter.centers)


def _tally(
    segmenter: Segmenter, batches: Batches, centers: Floats, common: tuple[Usual, ...], *, keep: bool
) -> Tally:
    tallies = (
        tallied(later_encoded(segmenter, batch), centers, segmenter.erase, common, keep=keep)
        for batch in batches()
        if _num_samples(batch)
    )
    seen = next(tallies, None)
    if seen is None:
        raise ValueError("`batches` yields nobody; it must yield everybody each time it is called.")
    return sum(tallies, seen)


def _gaps(segmenter: Segmenter) -> tuple[Gap, ...]:
    return gaps(segmenter.encoder_) if is_needs_encoder(segmenter.encoder_) else ()
