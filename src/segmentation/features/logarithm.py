"""log1p as a transformer that knows how many columns it saw.

scikit-learn's own `FunctionTransformer` forgets that where it may not refuse missing values, and then neither
names its columns nor shows itself in a notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import validate_data

if TYPE_CHECKING:
    from sklearn.utils import Tags

Floats = NDArray[np.float64]


class Logarithm(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """``log(1 + x)`` of every column; what is missing stays missing."""

    def fit(self, X: ArrayLike, y: None = None) -> Self:
        """Remember number and names of the columns.

        Parameters
        ----------
        X : array-like of shape (n_residents, n_columns)
            Greater than -1, or NaN.
        y : None
            Not used.
        """
        self._checked(X, reset=True)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Return ``log(1 + X)``.

        Parameters
        ----------
        X : array-like of shape (n_residents, n_columns)

        Raises
        ------
        ValueError
            The columns are others than those it was fitted on.
        """
        logarithms: Floats = np.log1p(self._checked(X, reset=False))
        return logarithms

    def _checked(self, X: ArrayLike, *, reset: bool) -> Floats:
        checked: Floats = validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
        return checked

    def __sklearn_tags__(self) -> Tags:
        """Say that missing values are taken."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
