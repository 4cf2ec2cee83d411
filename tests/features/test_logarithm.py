"""The one transformer of the encoder that scikit-learn does not have as it is needed."""

import numpy as np
import pandas as pd
import pytest

from segmentation import Segmenter
from segmentation.features.logarithm import Logarithm
from tests.needs import feature, policy_of

COUNTS = pd.DataFrame({"repairs": [0.0, 1.0, np.nan, 7.0]})


def test_missing_counts_stay_missing_and_all_others_are_log1p_bit_for_bit():
    found = Logarithm().fit_transform(COUNTS)
    np.testing.assert_array_equal(found, np.log1p(COUNTS.to_numpy()))


def test_a_table_has_the_names_of_its_columns():
    table = Logarithm().set_output(transform="pandas").fit_transform(COUNTS)
    assert list(table.columns) == ["repairs"]


def test_other_columns_than_at_fit_are_refused():
    with pytest.raises(ValueError, match="feature names"):
        Logarithm().fit(COUNTS).transform(COUNTS.rename(columns={"repairs": "visits"}))


def test_a_fitted_segmenter_shows_itself_in_a_notebook():
    policy = policy_of(repairs=feature("count"), visits=feature("count"))
    needs = pd.DataFrame({"repairs": [0.0, 1.0, 8.0, 9.0] * 30, "visits": [0.0, 2.0, np.nan, 7.0] * 30})
    segmenter = Segmenter.from_policy(policy, 2).fit(needs)
    assert "2 features: 2 segments" in segmenter._repr_html_()
    assert "Logarithm" in segmenter.encoder_._repr_html_()
