"""`Segmenter`: residents in, segments out, as a scikit-learn estimator.

It receives needs and nothing else: no argument of it could carry a resident's protected attribute. A
mitigation reaches it as a map of encoded needs, or as centres, made elsewhere.
"""

from __future__ import annotations

import warnings
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin, clone
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import pairwise_distances
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state
from sklearn.utils.validation import _num_samples, check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from segmentation.clustering.centers import coarse, largest_first, means, nearest
from segmentation.clustering.choice import Criteria, Rival, chosen, rivals
from segmentation.clustering.fold import fold
from segmentation.features import is_needs_encoder, needs_encoder, needs_table

if TYPE_CHECKING:
    from collections.abc import Collection

    from sklearn.compose import ColumnTransformer

    from segmentation.clustering.affine import AffineMap
    from segmentation.policy import Policy
    from segmentation.scorer import FoldedScorer

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

DECIMALS = 10
"""Of mapped needs in the search for segments: residents who are alike shall be so to the last bit."""


class Segmenter(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):
    """Clusters residents by what they need.

    k-means (Lloyd, best of several restarts) on encoded needs. With ``n_segments="auto"`` the number of
    segments is the largest one that repeats itself; where none does, all residents are one segment and
    `n_segments_` is 1.

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
    sample_size : int, default 4000
        Residents that "auto" looks at, drawn at random.
    restarts : int, default 10
        Restarts of every k-means; the best one is kept.
    random_state : int, RandomState instance or None, default None
        Of the sample, the halvings and k-means.
    erase : AffineMap or None, default None
        Applied to encoded needs before any distance is taken, at fit and after.
    centers : ndarray of shape (n_segments, n_encoded_columns) or None, default None
        Centres to be used instead of k-means', in encoded units before `erase`. "auto" then still tries the
        numbers of segments, for the record.

    Attributes
    ----------
    n_segments_ : int
    cluster_centers_ : ndarray of shape (n_segments_, n_encoded_columns)
        Largest segment first; after `erase`.
    labels_ : ndarray of shape (n_residents,)
        Segment of each training resident, from 0; dropped from a stored model by `without_residents`.
    rivals_ : list of dict
        The numbers of segments that were tried, and why each lost; empty where the number was given.
    inertia_ : float
        Sum of squared distances to the nearest centre, in encoded units, after `erase`.
    encoder_ : transformer
        The fitted encoder.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where `fit` got a table with names.

    References
    ----------
    Tibshirani & Walther (2005), Cluster validation by prediction strength, JCGS 14(3).
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
        sample_size: int = 4000,
        restarts: int = 10,
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
        self.sample_size = sample_size
        self.restarts = restarts
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
        rules = policy.clustering
        return cls(
            needs_encoder(policy, without),
            n_segments,
            min_segments=rules.segments[0],
            max_segments=rules.segments[1],
            smallest_share=rules.smallest_share,
            smallest_size=policy.audit.smallest_group,
            prediction_strength=rules.prediction_strength,
            splits=rules.splits,
            sample_size=rules.sample_size,
            restarts=rules.restarts,
            random_state=rules.seed,
            erase=erase,
            centers=centers,
        )

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Find the segments.

        Parameters
        ----------
        X : table or array-like of shape (n_residents, n_features)
            Needs of at least two residents. A policy's encoder takes a DataFrame of the policy's features,
            in any order and with nothing else in it.
        y : ignored

        Raises
        ------
        ValueError
            The input is not a table of needs, `n_segments` is neither "auto" nor within 1 and the number of
            residents who differ, or `erase` or `centers` does not fit the encoded columns.
        """
        self._check_numbers()
        encoded = self._encode_first(X)
        self._check_shapes(encoded.shape[1])
        random = check_random_state(self.random_state)
        mapped = self._map(encoded).round(DECIMALS) if self.erase else encoded
        self.rivals_ = self._rivals(mapped, random)
        self.n_segments_ = self._number(len(encoded))
        self.cluster_centers_ = self._centers(encoded, self._groups(encoded, mapped, random))
        self.labels_ = self._nearest(encoded)
        gaps = mapped - self.cluster_centers_[self.labels_]
        self.inertia_ = float(np.einsum("ij,ij->", gaps, gaps))
        return self

    def predict(self, X: ArrayLike) -> Labels:
        """Return the segment of each resident, an int from 0, as an array of shape (n_residents,)."""
        return self._nearest(self._encode(X))

    def transform(self, X: ArrayLike) -> Floats:
        """Return the distance to every centre, in encoded units: shape (n_residents, n_segments_)."""
        mapped = self._map(self._encode(X))
        return np.asarray(pairwise_distances(mapped, self.cluster_centers_))

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
        return fold(self.encoder_, self.cluster_centers_, self.erase)

    def without_residents(self) -> Self:
        """Return a fitted copy that holds nothing of any training resident: `labels_` is gone."""
        check_is_fitted(self)
        bare: Self = clone(self)
        for name, value in vars(self).items():
            if name.endswith("_") and name != "labels_":
                setattr(bare, name, value)
        return bare

    @property
    def _n_features_out(self) -> int:
        return int(self.n_segments_)

    def _check_numbers(self) -> None:
        number = self.n_segments
        is_whole = isinstance(number, Integral) and not isinstance(number, bool)
        if number != "auto" and not (is_whole and int(number) >= 1):
            raise ValueError(f"`n_segments` must be 'auto' or a whole number from 1; got {number!r}.")
        if not 1 <= self.min_segments <= self.max_segments:
            raise ValueError(
                "`min_segments` must be at least 1 and at most `max_segments`; "
                f"got {self.min_segments} and {self.max_segments}."
            )

    def _check_shapes(self, columns: int) -> None:
        if self.erase is not None and len(self.erase.offset) != columns:
            raise ValueError(
                f"`erase` maps {len(self.erase.offset)} columns, and the needs have {columns} once they are "
                "encoded; make it from the same needs."
            )
        if self.centers is None:
            return
        shape = np.shape(self.centers)
        numbers = {"auto": shape[:1]}.get(str(self.n_segments), (self.n_segments,))
        if shape != (*numbers, columns) or not all(shape):
            raise ValueError(
                f"`centers` must have one row per segment and {columns} columns, those of the encoded needs; "
                f"got the shape {shape} with `n_segments` {self.n_segments}."
            )

    def _encode_first(self, X: ArrayLike) -> Floats:
        X = self._validated(X, fit=True)
        self.encoder_ = StandardScaler() if self.encoder is None else clone(self.encoder)
        with np.errstate(invalid="ignore"):  # a column without a value has no mean, and does without
            return np.asarray(self.encoder_.fit_transform(X), np.float64)

    def _encode(self, X: ArrayLike) -> Floats:
        check_is_fitted(self)
        return np.asarray(self.encoder_.transform(self._validated(X, fit=False)), np.float64)

    def _validated(self, X: ArrayLike, *, fit: bool) -> ArrayLike:
        least = 2 if fit else 1
        if self.encoder is None:
            return np.asarray(validate_data(self, X, reset=fit, dtype=np.float64, ensure_min_samples=least))
        if is_needs_encoder(self.encoder):
            X = needs_table(self.encoder, X)
        validate_data(self, X, reset=fit, skip_check_array=True)
        if _num_samples(X) < least:
            raise ValueError(f"At least {least} resident(s) are needed; got {_num_samples(X)}.")
        return X

    def _rivals(self, encoded: Floats, random: np.random.RandomState) -> list[dict[str, Any]]:
        if self.n_segments != "auto" or len(encoded) < 2 * self.min_segments:
            return []
        size = min(self.sample_size, len(encoded))
        sample = encoded[random.choice(len(encoded), size, replace=False)]
        criteria = Criteria(
            self.min_segments,
            self.max_segments,
            self.prediction_strength,
            max(self.smallest_share, self.smallest_size / len(encoded)),
            self.splits,
            self.restarts,
        )
        return [vars(rival) for rival in rivals(sample, criteria, random)]

    def _number(self, residents: int) -> int:
        if self.centers is not None:
            return len(self.centers)
        if self.n_segments == "auto":
            return chosen(tuple(Rival(**rival) for rival in self.rivals_)) or 1
        if self.n_segments > residents:
            raise ValueError(
                f"`n_segments` is {self.n_segments}, and there are {residents} residents; ask for fewer."
            )
        return self.n_segments

    def _groups(self, encoded: Floats, mapped: Floats, random: np.random.RandomState) -> Labels:
        """Return who belongs together; one thread, because threads add up in any order."""
        if self.centers is not None:
            return nearest(encoded, self._map(np.asarray(self.centers, np.float64)), self.erase)
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            try:
                fitted = KMeans(self.n_segments_, n_init=self.restarts, random_state=random).fit(mapped)
            except ConvergenceWarning:
                raise ValueError(
                    f"`n_segments` is {self.n_segments_}, and fewer residents differ from each other; "
                    "ask for fewer."
                ) from None
        return np.asarray(fitted.labels_, np.int64)

    def _centers(self, encoded: Floats, labels: Labels) -> Floats:
        """Return the centres, largest segment first, shares rounded.

        Sums are taken anew in the order of the rows: two fits of the same residents must have equal digests.
        """
        sizes = np.bincount(labels, minlength=self.n_segments_)
        given = means(encoded, labels, self.n_segments_) if self.centers is None else np.array(self.centers)
        rounded = coarse(encoded, given, self.smallest_size / np.maximum(sizes, 1))
        return largest_first(encoded, self._map(rounded), self.erase)

    def _map(self, encoded: Floats) -> Floats:
        return encoded if self.erase is None else self.erase.apply(encoded)

    def _nearest(self, encoded: Floats) -> Labels:
        return nearest(encoded, self.cluster_centers_, self.erase)
