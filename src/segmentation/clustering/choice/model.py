"""What is known of how many segments there are: the rivals, whether there are any, how stable they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from segmentation.drawing import Language
    from segmentation.policy import Policy

Reason = Literal[
    "chosen",
    "given",
    "passes, but a larger one does too",
    "does not repeat itself",
    "a segment is not stable",
    "too small a segment",
    "fewer segments and shuffled columns do as well",
]


@dataclass(frozen=True)
class Rival:
    """One number of segments that was tried.

    Attributes
    ----------
    n_segments : int
    prediction_strength : float
        Mean over halvings, in [0, 1]; 1 when both halves agree on every pair (Tibshirani & Walther 2005).
    jaccard : tuple of float
        For each segment, largest first, the mean over bootstrap samples of the Jaccard similarity with the
        most similar segment found anew, in [0, 1] (Hennig 2007).
    smallest_share : float
        Mean share of the smallest segment, in (0, 1 / n_segments].
    silhouette : float or None
        Mean over the sample, in [-1, 1], for information; None where it is not defined.
    reason : str
        Why it was chosen, or lost; "given" where a user insisted on it.
    """

    n_segments: int
    prediction_strength: float
    jaccard: tuple[float, ...]
    smallest_share: float
    silhouette: float | None
    reason: Reason

    @property
    def weakest(self) -> float:
        """The least Jaccard similarity of a segment."""
        return min(self.jaccard)


@dataclass(frozen=True)
class Structure:
    """Whether the residents hold segments at all, or only what shuffled columns hold too.

    Attributes
    ----------
    n_segments : int
        The number that was tested.
    inertia : float
        Within-segment share of the variance of the sample, in (0, 1].
    shuffled : float
        The least of it over all shuffles: features in an order of their own each, so that nothing joins them.
    shuffles : int
    p_value : float
        Share of the shuffles (and the residents themselves) with an inertia at most as large, in (0, 1].
    limit : float
        The largest p value that counts as structure.
    copula_p : float or None
        The same against residents who are correlated as these are and not clustered (a Gaussian copula), for
        information; None where it could not be made.
    """

    n_segments: int
    inertia: float
    shuffled: float
    shuffles: int
    p_value: float
    limit: float
    copula_p: float | None

    @property
    def is_there(self) -> bool:
        """Whether shuffled columns do worse."""
        return self.p_value <= self.limit


@dataclass(frozen=True)
class Choice:
    """How the number of segments was found.

    Attributes
    ----------
    rivals : tuple of Rival
        By number of segments; the one that was given, where one was.
    structure : Structure or None
        Of the number chosen, or given; None where none passes.
    """

    rivals: tuple[Rival, ...]
    structure: Structure | None

    @property
    def is_given(self) -> bool:
        """Whether a user insisted on the number."""
        return any(rival.reason == "given" for rival in self.rivals)

    @property
    def n_segments(self) -> int | None:
        """The number of segments that was chosen or given; None where none was."""
        return next((one.n_segments for one in self.rivals if one.reason in {"chosen", "given"}), None)

    def __repr__(self) -> str:
        """Return the number that was found, of how many that were tried, and whether there is structure."""
        tried = f"{len(self.rivals)} numbers tried"
        if self.n_segments is None:
            return f"Choice(no number of segments, {tried})"
        how = "given" if self.is_given else "chosen"
        structure = "" if self.structure is None else f", structure: {self.structure.is_there}"
        return f"Choice({self.n_segments} segments, {how}, {tried}{structure})"

    def _repr_html_(self) -> str:
        from segmentation.clustering.choice import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.html(self)

    def plot(self, language: Language = "en", policy: Policy | None = None) -> Figure:
        """Return a picture: what each number of segments reached, and which one was taken.

        Parameters
        ----------
        language : {"en", "zh"}
            Chinese needs a font that holds it; without one the picture is in English and says so.
        policy : Policy, optional
            Whose limits are drawn.
        """
        from segmentation.clustering.choice.picture import picture  # noqa: PLC0415 - matplotlib takes a second

        return picture(self, language, policy)


@dataclass(frozen=True)
class Stability:
    """How the segments that came of it stand when residents are drawn anew.

    Attributes
    ----------
    jaccard : tuple of float
        For each segment, in their order: mean similarity with the most similar segment of a bootstrap sample.
    bootstraps : int
    borderline : float
        Margin under which a resident is borderline (`segmentation.scorer.Explanation`).
    borderline_share : float
        Share of residents who are.
    moved_borderline, moved_others : float or None
        Of the refits, the share that gives such a resident another segment, and any other resident; None
        where there is nobody.
    """

    jaccard: tuple[float, ...]
    bootstraps: int
    borderline: float
    borderline_share: float
    moved_borderline: float | None
    moved_others: float | None

    def __repr__(self) -> str:
        """Return how many segments were found again how often, and the least of their similarities."""
        least = floor(min(self.jaccard) * 100 + 1e-9) / 100
        told = f"{self.bootstraps} bootstraps, least Jaccard {least:.2f}"
        return f"Stability({len(self.jaccard)} segments, {told})"

    def _repr_html_(self) -> str:
        from segmentation.clustering.choice import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.stable(self)

    def plot(self, language: Language = "en", segments: Sequence[str] | None = None) -> Figure:
        """Return a picture: how surely each segment is found again.

        Parameters
        ----------
        language : {"en", "zh"}
            Chinese needs a font that holds it; without one the picture is in English and says so.
        segments : sequence of str, optional
            Their ids, in the order of `jaccard`; S1, S2 … by default.
        """
        from segmentation.clustering.choice.picture import stands  # noqa: PLC0415 - matplotlib takes a second

        return stands(self, segments or [f"S{at + 1}" for at in range(len(self.jaccard))], language)
