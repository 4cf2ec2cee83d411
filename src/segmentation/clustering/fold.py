"""From a fitted segmenter to its folded scorer.

The squared distance of an encoded resident `z` to a centre `c` is |z|² - 2 c·z + |c|², and |z|² is the same
for all segments, so what remains is linear in `z`; `z` itself is affine in log1p or plain numbers and
constant per value. A map `A z + b` before the distances changes none of this: -2 c·(A z + b) is linear in `z`
too, with the slopes -2 A'c and the constant -2 c·b, so a scorer of mitigated segments has the same form.

A scorer is given away, so no number of few residents may be worked out of it. Whoever has one can solve it
for what it was made of: the centres, the mean resident, and mean and spread of each feature. All of these
are rounded to what the smallest group adds to them, and where fewer differ from a value that all others have
they say only that value (`clustering.disclosing`, `features.coarse`). Distances between centres follow from
the centres, and `borderline` is the policy's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.features import EncodedLevels, EncodedNumber, encoded_features
from segmentation.policy.features import UNKNOWN
from segmentation.scorer import FoldedLevels, FoldedNumber, FoldedScorer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklearn.compose import ColumnTransformer

    from segmentation.clustering.affine import AffineMap

Floats = NDArray[np.float64]

HANDICAP = 1e-10
"""What every segment's score starts above the one before it. A resident at equal distances then goes to the
first segment, however a sum is rounded; otherwise scorer, ONNX and scikit-learn could each pick another."""


def starts(centers: Floats) -> Floats:
    """Return where each segment's score starts, before anything is known of a resident."""
    return np.asarray((centers**2).sum(axis=1) + HANDICAP * np.arange(len(centers)))


def linear(centers: Floats, erase: AffineMap | None = None) -> tuple[Floats, Floats]:
    """Return what orders the segments of an encoded resident, as one constant and one slope per segment.

    Parameters
    ----------
    centers : ndarray of shape (n_segments, n_columns)
        In the space of the distances, after `erase`.
    erase : AffineMap or None, default None

    Returns
    -------
    constant : ndarray of shape (n_segments,)
    slopes : ndarray of shape (n_segments, n_columns)
        ``constant + slopes @ z`` is the squared distance of ``erase(z)``, less what all segments share.
    """
    constant, slopes = starts(centers), -2.0 * centers
    if erase is None:
        return constant, slopes
    return constant + slopes @ erase.offset, slopes @ erase.matrix


def fold(
    encoder: ColumnTransformer,
    centers: Floats,
    erase: AffineMap | None = None,
    *,
    ids: Sequence[str],
    average: Floats,
    borderline: float,
) -> FoldedScorer:
    """Fold a fitted encoder and the centres found in its space into one scorer.

    Parameters
    ----------
    encoder : ColumnTransformer
        A fitted `segmentation.features.needs_encoder`.
    centers : ndarray of shape (n_segments, n_encoded_columns)
        After `erase`.
    erase : AffineMap or None, default None
        What stands between the encoded columns and the space of the centres.
    ids : sequence of str
        Segment ids in the order of the centres.
    average : ndarray of shape (n_encoded_columns,)
        The mean resident that contributions are told against, before `erase`; rounded as the centres are.
    borderline : float
        The margin under which a resident is borderline, in [0, 1].
    """
    constant, slopes = linear(centers, erase)
    numbers, levels = [], []
    for part in encoded_features(encoder):
        if isinstance(part, EncodedLevels):
            levels.append(_levels(part, slopes, average))
        else:
            constant = constant - _at_mean(part, slopes)
            numbers.append(_number(part, slopes, average))
    apart = tuple(_row(row) for row in separations(centers))
    return FoldedScorer(tuple(ids), _row(constant), tuple(numbers), tuple(levels), apart, float(borderline))


def separations(centers: Floats) -> Floats:
    """Return the squared distance between every two centres: shape (n_segments, n_segments)."""
    return np.asarray(((centers[:, None] - centers) ** 2).sum(axis=2))


def segment_id(label: int) -> str:
    """Return the id of the segment with that label: S1 for 0."""
    return f"S{label + 1}"


def _per_unit(part: EncodedNumber, slopes: Floats) -> Floats:
    return slopes[:, part.column] * part.weight / part.scale


def _at_mean(part: EncodedNumber, slopes: Floats) -> Floats:
    return _per_unit(part, slopes) * part.mean


def _number(part: EncodedNumber, slopes: Floats, average: Floats) -> FoldedNumber:
    known, unknown = slopes[:, part.column], slopes[:, part.column + 1]
    missing = (known * part.at_missing + unknown) * part.weight + _at_mean(part, slopes)
    columns = slice(part.column, part.column + 2)
    mean = slopes[:, columns] @ average[columns] + _at_mean(part, slopes)
    return FoldedNumber(part.name, part.log, _row(_per_unit(part, slopes)), _row(missing), _row(mean))


def _levels(part: EncodedLevels, slopes: Floats, average: Floats) -> FoldedLevels:
    added = {value: _row(slopes[:, part.columns] @ vector) for value, vector in part.vectors.items()}
    missing = added.pop(UNKNOWN)
    mean = slopes[:, part.columns] @ average[part.columns]
    return FoldedLevels(part.name, added, missing, _row(mean))


def _row(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
