"""Why a resident is in one segment and not in the next: exact, because scores are linear in the needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """What each feature adds to the gap between the segment of a resident and the runner-up.

    Attributes
    ----------
    segments, features : tuple of str
    chosen, runner_up : ndarray of int64, shape (n_residents,)
        Positions in `segments`.
    gap : ndarray of shape (n_residents,)
        Squared distance to the centre of the runner-up, less that to the own centre, from 0.
    contributions : ndarray of shape (n_residents, n_features)
        Weight times deviation from the mean resident; positive speaks for the own segment.
    constant : ndarray of shape (n_residents,)
        The gap of the mean resident between these two segments: the sum of a row of `contributions` and this
        is `gap`, to 1e-9.
    margin : ndarray of shape (n_residents,)
        In [0, 1]: how far from the boundary between the two segments, as a share of the way from there to
        what lies as deep in the segment as its centre; 0 on the boundary, 1 at the centre or beyond.
    borderline : ndarray of bool, shape (n_residents,)
        Whether the margin is under the policy's `clustering.borderline`.
    """

    segments: tuple[str, ...]
    features: tuple[str, ...]
    chosen: Ints
    runner_up: Ints
    gap: Floats
    contributions: Floats
    constant: Floats
    margin: Floats
    borderline: NDArray[np.bool_]
