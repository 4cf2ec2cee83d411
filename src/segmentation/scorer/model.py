"""`FoldedScorer`: columns in, segments out; JSON in, JSON out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from segmentation.errors import ScorerError
from segmentation.scorer.columns import needed
from segmentation.scorer.explain import explained, margins, two_nearest
from segmentation.scorer.kernel import Kernel, lowest
from segmentation.scorer.parts import (
    FoldedLevels,
    FoldedNumber,
    Part,
    is_a,
    levels_from,
    number_from,
    row_from,
)
from segmentation.scorer.single import One, Single

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from segmentation.scorer.columns import Column, Floats, Given
    from segmentation.scorer.explanation import Explanation
    from segmentation.scorer.single import Value

FORMAT = 2


@dataclass(frozen=True)
class FoldedScorer:
    """Assigns residents to segments from the columns of their needs.

    Attributes
    ----------
    segments : tuple of str
        Segment ids; labels are positions in it.
    constant : tuple of float
        Where each segment's score starts.
    numbers : tuple of FoldedNumber
    levels : tuple of FoldedLevels
    separations : tuple of tuple of float
        Squared distance between the centres of every two segments.
    borderline : float
        The margin under which a resident is borderline, in [0, 1]; see `Explanation`.
    """

    segments: tuple[str, ...]
    constant: tuple[float, ...]
    numbers: tuple[FoldedNumber, ...]
    levels: tuple[FoldedLevels, ...]
    separations: tuple[tuple[float, ...], ...]
    borderline: float

    def __repr__(self) -> str:
        """Return counts and the start of the digest."""
        told = f"{len(self.segments)} segments, {len(self.features)} features"
        return f"FoldedScorer({told}, {self.digest[:15]}…)"

    def _repr_html_(self) -> str:
        return (
            f"<p><strong>Folded scorer</strong>: {len(self.segments)} segments "
            f"({escape(', '.join(self.segments))}) from {len(self.features)} features: "
            f"{escape(', '.join(self.features))}. A margin under {self.borderline:g} is borderline.</p>"
            f"<p>Digest: <code>{self.digest}</code></p>"
        )

    @property
    def parts(self) -> tuple[Part, ...]:
        """What each feature adds."""
        return (*self.numbers, *self.levels)

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the columns it reads."""
        return tuple(part.name for part in self.parts)

    def predict(self, columns: Mapping[str, Given]) -> NDArray[np.int64]:
        """Return the segment of every resident.

        Parameters
        ----------
        columns : mapping of str to array-like of shape (n_residents,)
            One array for each of `features`: numbers and flags as numbers with NaN where missing, ordinals
            and categories as strings with None or NaN where missing. Others are ignored.

        Returns
        -------
        ndarray of shape (n_residents,)
            Positions in `segments`; the first one where two scores are equal.

        Raises
        ------
        ScorerError
            A feature is missing, holds something that is no number or an unknown value, or lengths differ.
        """
        found, rows = self._needed(columns)
        labels = np.empty(rows, np.int64)
        for block, scores in self._kernel.blocks(found, rows):
            labels[block] = lowest(scores)[0]
        return labels

    def scores(self, columns: Mapping[str, Given]) -> Floats:
        """Return every segment's score for every resident.

        Takes and raises what `predict` does.

        Returns
        -------
        ndarray of shape (n_residents, n_segments)
            Squared distance to each centre, less the part that is the same for all segments of a resident:
            differences between segments are exact, the values themselves may be negative.
        """
        found, rows = self._needed(columns)
        scores = np.empty((rows, len(self.segments)))
        for block, part in self._kernel.blocks(found, rows):
            scores[block] = part.T
        return scores

    def margins(self, columns: Mapping[str, Given]) -> tuple[NDArray[np.int64], Floats]:
        """Return the segment of every resident, as `predict` does, and how deep in it a resident is.

        Takes and raises what `predict` does.

        Returns
        -------
        labels : ndarray of shape (n_residents,)
        margins : ndarray of shape (n_residents,)
            In [0, 1], as `Explanation` defines it; a resident with one under `borderline` is borderline.
        """
        found, rows = self._needed(columns)
        labels, margin = np.empty(rows, np.int64), np.empty(rows)
        for block, (chosen, runner_up, gap) in self._two_nearest(found, rows):
            labels[block] = chosen
            margin[block] = margins(self._apart, chosen, runner_up, gap)
        return labels, margin

    def explain(self, columns: Mapping[str, Given]) -> Explanation:
        """Return why every resident is in the segment that `predict` gives and not in the next one.

        Takes and raises what `predict` does.
        """
        found, rows = self._needed(columns)
        chosen, runner_up = np.empty(rows, np.int64), np.empty(rows, np.int64)
        gap = np.empty(rows)
        for block, nearest in self._two_nearest(found, rows):
            chosen[block], runner_up[block], gap[block] = nearest
        return explained(self, found, chosen, runner_up, gap)

    def one(self, values: Mapping[str, Value]) -> One:
        """Return where one resident is: what the others tell of columns with one row, in microseconds.

        Parameters
        ----------
        values : mapping of str to float, str or None
            One value for each of `features`, None or NaN where missing. Others are ignored.

        Raises
        ------
        ScorerError
            As `predict` does.
        """
        return self._single(values) or self._looked_up(values)

    def _looked_up(self, values: Mapping[str, Value]) -> One:
        """Return the same through the kernel, which says as well what is wrong with a value."""
        columns = {name: np.array([values[name]], object) for name in self.features if name in values}
        told = self.explain(columns)
        at = (told.chosen, told.runner_up, told.gap, told.margin, told.borderline)
        return One(*(column[0].item() for column in at))

    @cached_property
    def _single(self) -> Single:
        return Single(self)

    def _two_nearest(
        self, found: Mapping[str, Column], rows: int
    ) -> Iterator[tuple[slice, tuple[NDArray[Any], NDArray[Any], Floats]]]:
        return ((block, two_nearest(scores)) for block, scores in self._kernel.blocks(found, rows))

    @cached_property
    def _apart(self) -> Floats:
        return np.array(self.separations)

    def _needed(self, columns: Mapping[str, Given]) -> tuple[dict[str, Column], int]:
        found = needed(columns, self.features)
        return found, len(found[self.features[0]])

    @cached_property
    def _kernel(self) -> Kernel:
        return Kernel.of(self)

    def to_json(self) -> str:
        """Return the scorer as JSON text; equal scorers give equal text."""
        content = {
            "format": FORMAT,
            "segments": self.segments,
            "constant": self.constant,
            "numbers": [vars(part) for part in self.numbers],
            "levels": [vars(part) for part in self.levels],
            "separations": self.separations,
            "borderline": self.borderline,
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> FoldedScorer:
        """Read what `to_json` wrote.

        Raises
        ------
        ScorerError
            The text is not a scorer of this format, or its parts do not fit together.
        """
        raw = _parsed(text)
        if raw["format"] != FORMAT:
            raise ScorerError(
                f"The scorer is not of format {FORMAT}, the one that this version reads. Export it anew."
            )
        scorer = _assembled(raw)
        if scorer is None:
            raise ScorerError(
                "This is no folded scorer: its parts are not of the documented form. Export it anew."
            )
        _check(scorer)
        return scorer

    @property
    def digest(self) -> str:
        """SHA-256 of `to_json`."""
        return f"sha256:{hashlib.sha256(self.to_json().encode()).hexdigest()}"


def _parsed(text: str) -> dict[str, Any]:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raw = None
    if not isinstance(raw, dict) or "format" not in raw:
        raise ScorerError("This is no folded scorer: it is no JSON object with a `format`. Export it anew.")
    return raw


def _assembled(raw: dict[str, Any]) -> FoldedScorer | None:
    """Return the scorer that the JSON describes, or None where a part is missing or of another type."""
    try:
        return FoldedScorer(
            tuple(is_a(str, name) for name in is_a(list, raw["segments"])),
            row_from(raw["constant"]),
            tuple(number_from(part) for part in is_a(list, raw["numbers"])),
            tuple(levels_from(part) for part in is_a(list, raw["levels"])),
            tuple(row_from(row) for row in is_a(list, raw["separations"])),
            row_from([raw["borderline"]])[0],
        )
    except (KeyError, TypeError, AttributeError, OverflowError):
        return None


def _check(scorer: FoldedScorer) -> None:
    rows = [
        scorer.constant,
        *(row for part in scorer.numbers for row in (part.slope, part.missing, part.mean)),
        *(row for part in scorer.levels for row in (*part.values.values(), part.missing, part.mean)),
        *scorer.separations,
    ]
    if len(scorer.separations) != len(scorer.segments) or any(
        len(row) != len(scorer.segments) or not np.isfinite(row).all() for row in rows
    ):
        raise ScorerError(
            "The scorer does not hold one finite number for each segment everywhere. Export it anew."
        )
    if not 0 <= scorer.borderline <= 1 or np.min(scorer.separations, initial=0.0) < 0:
        raise ScorerError(
            "The scorer's `borderline` must be within 0 and 1, and no squared distance between centres below "
            "0. Export it anew."
        )
    for names, what in ((scorer.segments, "segment"), (scorer.features, "feature")):
        if not names or len(set(names)) != len(names):
            raise ScorerError(f"The scorer must name every {what} once, and at least one. Export it anew.")
