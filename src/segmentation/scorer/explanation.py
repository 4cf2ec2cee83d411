"""Why a resident is in one segment and not in the next: exact, because scores are linear in the needs."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

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
        The gap as a share of the squared distance between both centres, in [0, 1]. Along the way from one
        centre to the other that is how far a resident stands from the boundary, with the centre as measure:
        0 on the boundary, 1 as far from it as the centre of the own segment, or farther.
    borderline : ndarray of bool, shape (n_residents,)
        Whether the margin is under the scorer's `borderline`, the policy's `clustering.borderline`: the
        resident could as well be in the runner-up, and may be there after the next fit. With 0.1, whoever
        stands in the first tenth of the way from the boundary to where the centre is.

    Notes
    -----
    The gap of equal distances is not quite 0: each segment is handicapped by 1e-10 against the one before it,
    so that whoever scores, the first of equals wins. Two segments with the same centre cannot be told apart:
    the margin between them is 0. Where there is one segment alone, it is its own runner-up, every gap and
    contribution is 0, the margin is 1 and nobody is borderline.

    Contributions of features that are told against the mean resident depend on it; the gap does not.
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

    def __repr__(self) -> str:
        """Return counts; never a figure of a resident."""
        return (
            f"Explanation({len(self.chosen)} residents, {len(self.segments)} segments, "
            f"{len(self.features)} features)"
        )

    def _repr_html_(self) -> str:
        return (
            f"<p><strong>Explanation</strong> of {len(self.chosen):,} residents, {len(self.segments)} "
            f"segments by {len(self.features)} features: {escape(', '.join(self.features))}.</p><p>All of it "
            "as a table: <code>segmentation.explanation_table(explanation)</code>. In words: "
            "<code>segmentation.wording.reasons</code>.</p>"
        )
