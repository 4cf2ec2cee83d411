"""`Segmenter`: residents in, segments out, as a scikit-learn estimator.

It receives needs and nothing else: no argument of it could carry a resident's protected attribute. A
mitigation reaches it as a map of encoded needs, or as centres, made elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin, clone
from sklearn.metrics import pairwise_distances
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils.validation import _num_samples, check_is_fitted

from segmentation.clustering import fitting, parameters, show
from segmentation.clustering.blocks import blocks, drawn
from segmentation.clustering.centers import nearest
from segmentation.clustering.fold import fold
from segmentation.clustering.judging import choice_of, stability_of
from segmentation.clustering.parallel import one_thread
from segmentation.clustering.reading import later_encoded, validated
from segmentation.features import is_needs_encoder, needs_encoder, needs_table
from segmentation.progress import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    import pandas as pd
    from sklearn.compose import ColumnTransformer

    from segmentation.clustering.affine import AffineMap
    from segmentation.clustering.choice import Choice, Stability
    from segmentation.clustering.found import Found
    from segmentation.policy import Policy
    from segmentation.progress import Progress
    from segmentation.scorer import FoldedScorer
    from segmentation.scorer.explanation import Explanation

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

FITTING = "Finding segments"
"""What a bar says while `Segmenter.fit` works."""


class Segmenter(TransformerMixin, ClusterMixin, BaseEstimator):
    """Clusters residents by what they need.

    k-means (Lloyd, best of several restarts) on encoded needs. With ``n_segments="auto"`` the number of
    segments is the largest one that repeats itself and that shuffled needs do not show as well; where there
    is none, all residents are one segment and `n_segments_` is 1. Beyond `fit_sample` residents, encoder,
    number and restarts come from a sample of so many; then all residents move the centres.

    Parameters
    ----------
    encoder : transformer or None, default None
        Maps needs to float64 columns; `Segmenter.from_policy` makes it from a policy. None standardises
        plain numbers.
    n_segments : "auto" or int, default "auto"
        The number of segments.
    min_segments, max_segments : int, default 2 and 10
        The fewest and most segments that "auto" tries.
    smallest_share : float, default 0.05
        "auto" takes no number of segments with a segment smaller than this share, on average over the
        halves of the sample.
    smallest_size : int, default 1
        Nor one with a segment of fewer residents than this, by the same measure.
    prediction_strength : float, default 0.8
        Least mean prediction strength for "auto", in (0, 1].
    splits : int, default 5
        Halvings for each number of segments.
    bootstrap_jaccard : float, default 0.75
        Least mean bootstrap Jaccard similarity of every segment for "auto", in (0, 1].
    bootstraps : int, default 50
        Bootstrap samples for each number of segments.
    shuffles : int, default 99
        Shuffles of the needs that the segments must beat.
    shuffle_p : float, default 0.01
        Largest p value against them that counts as structure, in (0, 0.5).
    sample_size : int, default 4000
        Residents that "auto" looks at, drawn at random.
    fit_sample : int, default 100_000
        Residents that encoder and restarts look at.
    restarts : int, default 10
        Restarts of every k-means; the best one is kept.
    borderline : float, default 0.1
        Margin to the next segment under which a resident is borderline, in (0, 1).
    random_state : int, RandomState instance or None, default None
        Of samples, halvings, bootstraps, shuffles and k-means.
    erase : AffineMap or None, default None
        Applied to encoded needs before any distance is taken, at fit and after.
    centers : ndarray of shape (n_segments, n_encoded_columns) or None, default None
        Centres to be used instead of k-means', in encoded units before `erase`. "auto" then still tries the
        numbers of segments, for the record.

    Attributes
    ----------
    n_segments_ : int
    segments_ : tuple of str
        Their ids; S1, S2 … unless `named` gave others.
    cluster_centers_ : ndarray of shape (n_segments_, n_encoded_columns)
        Largest segment first; after `erase`.
    average_ : ndarray of shape (n_encoded_columns,)
        The mean resident in encoded units, before `erase`; rounded as the centres are.
    sizes_ : ndarray of int64, shape (n_segments_,)
        Training residents of each segment; dropped with `labels_`.
    labels_ : ndarray of shape (n_residents,)
        Segment of each training resident, from 0; after `fit` alone.
    choice_ : Choice or None
        How the number of segments was found; None where it was given.
    inertia_ : float
        Sum of squared distances to the nearest centre, in encoded units, after `erase`; of all residents.
    encoder_ : transformer
        The fitted encoder.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where `fit` got a table with names.

    References
    ----------
    Tibshirani & Walther (2005), Cluster validation by prediction strength, JCGS 14(3). Hennig (2007),
    Cluster-wise assessment of cluster stability, CSDA 52(1).
    """

    def __init__(  # noqa: PLR0913 - scikit-learn keeps every parameter of an estimator here
        self,
        encoder: ColumnTransformer | None = None,
        n_segments: int | Literal["auto"] = "auto",
        *,
        min_segments: int = 2,
        max_segments: int = 10,
        smallest_share: float = 0.05,
        smallest_size: int = 1,
        prediction_strength: float = 0.8,
        splits: int = 5,
        bootstrap_jaccard: float = 0.75,
        bootstraps: int = 50,
        shuffles: int = 99,
        shuffle_p: float = 0.01,
        sample_size: int = 4000,
        fit_sample: int = 100_000,
        restarts: int = 10,
        borderline: float = 0.1,
        random_state: int | np.random.RandomState | None = None,
        erase: AffineMap | None = None,
        centers: Floats | None = None,
    ) -> None:
        self.encoder = encoder
        self.n_segments = n_segments
        self.min_segments = min_segments
        self.max_segments = max_segments
        self.smallest_share = smallest_share
        self.smallest_size = smallest_size
        self.prediction_strength = prediction_strength
        self.splits = splits
        self.bootstrap_jaccard = bootstrap_jaccard
        self.bootstraps = bootstraps
        self.shuffles = shuffles
        self.shuffle_p = shuffle_p
        self.sample_size = sample_size
        self.fit_sample = fit_sample
        self.restarts = restarts
        self.borderline = borderline
        self.random_state = random_state
        self.erase = erase
        self.centers = centers

    @classmethod
    def from_policy(
        cls,
        policy: Policy,
        n_segments: int | Literal["auto"] = "auto",
        *,
        without: Collection[str] = (),
        erase: AffineMap | None = None,
        centers: Floats | None = None,
    ) -> Self:
        """Return an unfitted segmenter with the encoder, limits and seed of a policy.

        Parameters
        ----------
        policy : Policy
        n_segments : "auto" or int, default "auto"
        without : collection of str, default ()
            Features to be left out: neither the segments nor the scorer read them.
        erase : AffineMap or None, default None
        centers : ndarray of shape (n_segments, n_encoded_columns) or None, default None

        Raises
        ------
        ValueError
            A feature to be left out is none of the policy's, or no feature would remain.
        """
        encoder = needs_encoder(policy, without)
        return cls(encoder, n_segments, erase=erase, centers=centers, **parameters.of_policy(policy))

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:  # noqa: N803 - scikit-learn's name
        """Return how many segments it makes, or has found; an encoder of a policy would fill a page."""
        if not is_needs_encoder(self.encoder):
            return str(super().__repr__(N_CHAR_MAX))
        found = show.found(self)
        return f"Segmenter({show.features(self)} features, n_segments={self.n_segments!r}, {found})"

    def _repr_html_(self) -> str:
        return show.html(self)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        # scikit-learn's diagram carries a script, and says nothing of what was found.
        return {"text/plain": repr(self), "text/html": show.html(self)}

    def fit(self, X: ArrayLike, y: object = None, *, progress: Progress = False) -> Self:
        """Find the segments.

        Parameters
        ----------
        X : table or array-like of shape (n_residents, n_features)
            Needs of at least two residents. A policy's encoder takes a DataFrame of the policy's features,
            in any order and with nothing else in it.
        y : ignored
        progress : bool or callable, default False
            True shows a bar, in a notebook and on a terminal, while the number of segments is chosen.

        Raises
        ------
        ValueError
            The input is not a table of needs, `n_segments` is neither "auto" nor within 1 and the number of
            residents who differ, or `erase` or `centers` does not fit the encoded columns.
        """
        if self.encoder is None:
            X = validated(self, X, fit=True)
        parameters.check_numbers(self)
        n = _num_samples(X)
        with watched(progress, first=FITTING) as watch:
            if n > self.fit_sample:
                sample = _safe_indexing(X, drawn(n, self.fit_sample, self.random_state))
                return self._keep(fitting.of_sample(self, lambda: blocks(X), sample, keep=True, watch=watch))
            return self._keep(fitting.of_all(self, X, watch))

    def fit_batches(
        self,
        batches: Callable[[], Iterable[pd.DataFrame]],
        sample: pd.DataFrame,
        *,
        progress: Progress = False,
    ) -> Self:
        """Find the segments of more residents than memory holds; `labels_` is not kept.

        Parameters
        ----------
        batches : callable
            Yields the needs of all residents, batch by batch and in the same order, as often as it is called.
        sample : DataFrame of shape (n_sample, n_features)
            Some of them, drawn at random. Encoder, number of segments and restarts come from them.
        progress : bool or callable, default False
            As for `fit`.

        Raises
        ------
        ValueError
            As for `fit`, or `batches` yields nobody.
        """
        parameters.check_numbers(self)
        with watched(progress, first=FITTING) as watch:
            self._keep(fitting.of_sample(self, batches, sample, keep=False, watch=watch))
        del self.labels_
        return self

    def predict(self, X: ArrayLike) -> Labels:
        """Return the segment of each resident, an int from 0, as an array of shape (n_residents,)."""
        check_is_fitted(self)
        with one_thread():
            return np.concatenate(
                [nearest(later_encoded(self, part), self.cluster_centers_, self.erase) for part in blocks(X)]
            )

    def transform(self, X: ArrayLike) -> Floats:
        """Return the distance to every centre, in encoded units: shape (n_residents, n_segments_)."""
        with one_thread():
            mapped = self._map(later_encoded(self, X))
            return np.asarray(pairwise_distances(mapped, self.cluster_centers_))

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the names of the columns of `transform`: the ids of the segments."""
        check_is_fitted(self)
        return np.array(self.segments_, dtype=object)

    def assess(self, X: ArrayLike, *, progress: Progress = False) -> Choice:
        """Measure the fitted number of segments as "auto" measures the numbers it tries.

        Parameters
        ----------
        X : table or array-like of shape (n_residents, n_features)
            Needs of all residents, or of some of them drawn at random.
        progress : bool or callable, default False
            True shows a bar.
        """
        points, random = later_encoded(self, X), check_random_state(self.random_state)
        with watched(progress, first="Measuring the number of segments") as watch:
            return choice_of(self, points, random, given=int(self.n_segments_), watch=watch)

    def stability(self, X: ArrayLike, *, progress: Progress = False) -> Stability:
        """Measure how the fitted segments stand when residents are drawn anew.

        Parameters
        ----------
        X : table or array-like of shape (n_residents, n_features)
            Needs of all residents, or of some of them drawn at random.
        progress : bool or callable, default False
            True shows a bar.
        """
        with watched(progress, first="Measuring how stable segments are") as watch:
            return stability_of(self, self._map(later_encoded(self, X)), watch)

    def explain(self, X: pd.DataFrame) -> Explanation:
        """Return what each need adds to the gap between a resident's segment and the runner-up.

        Parameters
        ----------
        X : DataFrame of shape (n_residents, n_features)

        Raises
        ------
        ValueError
            The encoder was not made from a policy, or `X` is not a table of needs.
        """
        scorer = self.fold()
        table = needs_table(self.encoder_, X)
        return scorer.explain({name: table[name].to_numpy() for name in scorer.features})

    def fold(self) -> FoldedScorer:
        """Return the fitted segmentation as a few small arrays that need numpy alone.

        Raises
        ------
        ValueError
            The encoder was not made from a policy.
        """
        check_is_fitted(self)
        if not is_needs_encoder(self.encoder_):
            raise ValueError(
                "Only a segmenter made by Segmenter.from_policy folds: its encoder names the features."
            )
        return fold(
            self.encoder_,
            self.cluster_centers_,
            self.erase,
            ids=self.segments_,
            average=self.average_,
            borderline=self.borderline,
        )

    def named(self, ids: Sequence[str]) -> Self:
        """Return a fitted copy whose segments have other ids, in the order of the centres.

        Raises
        ------
        ValueError
            These are not as many different texts as there are segments.
        """
        check_is_fitted(self)
        parameters.check_ids(tuple(ids), self.n_segments_)
        other = self._copied(vars(self))
        other.segments_ = tuple(ids)
        return other

    def without_residents(self) -> Self:
        """Return a fitted copy that holds nothing of any training resident, and no evidence beside the model.

        `labels_`, `sizes_` and `choice_` are gone.
        """
        check_is_fitted(self)
        return self._copied(vars(self).keys() - {"labels_", "sizes_", "choice_"})

    def _copied(self, names: Collection[str]) -> Self:
        copy: Self = clone(self)
        for name in names:
            if name.endswith("_"):
                setattr(copy, name, getattr(self, name))
        return copy

    def _keep(self, found: Found) -> Self:
        self.cluster_centers_, self.average_ = found.centers, found.average
        self.inertia_, self.sizes_, self.labels_ = found.inertia, found.sizes, found.labels
        return self

    def _map(self, points: Floats) -> Floats:
        return points if self.erase is None else self.erase.apply(points)
