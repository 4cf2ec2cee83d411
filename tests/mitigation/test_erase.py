"""LEACE: nothing linear is left of the target, and no resident moves more than needed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import roc_auc_score

from segmentation.mitigation import leace


def planted(n=2000, seed=0):
    """Needs with a group of three in two directions, a one-hot block and a constant column."""
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 3, n)
    numbers = rng.normal(size=(n, 5)) @ rng.normal(size=(5, 5))
    numbers[:, 0] += 2.0 * groups
    numbers[:, 1] += 1.5 * (groups == 1)
    levels = np.eye(3)[(groups + rng.integers(0, 2, n)) % 3]
    return np.hstack([numbers, levels, np.full((n, 1), 0.7)]), groups


def marks(groups, unknown=None):
    found = np.eye(groups.max() + 1)[groups]
    if unknown is not None:
        found[unknown] = np.nan
    return found


def cross(encoded, targets):
    centred = targets - targets.mean(axis=0)
    return encoded.T @ centred / len(encoded)


def mahalanobis(before, after):
    """Return the mean squared move, in units of the residents' own covariance."""
    moves = after - before
    return np.einsum("ij,jk,ik->i", moves, np.linalg.pinv(np.cov(before.T), hermitian=True), moves).mean()


# ---- Worked by hand ---------------------------------------------------------------------------------


def test_one_of_two_independent_columns_is_the_target():
    encoded = np.array([[0.0, 0.0], [0.0, 2.0], [1.0, 0.0], [1.0, 2.0]])
    erased = leace(encoded, encoded[:, :1])
    np.testing.assert_allclose(erased.map.matrix, [[0, 0], [0, 1]], atol=1e-12)
    np.testing.assert_allclose(erased.map.offset, [0.5, 0], atol=1e-12)
    assert (erased.rank, erased.available, erased.dimensions) == (1, 1, 2)


def test_what_moves_with_the_target_moves_out_along_the_line_of_both():
    # the second column is the first plus noise that is unrelated to it, so only the noise is left of it
    first, noise = np.array([-1.0, -1.0, 1.0, 1.0]), np.array([-1.0, 1.0, -1.0, 1.0])
    erased = leace(np.column_stack([first, first + noise]), first[:, None])
    after = erased.map.apply(np.column_stack([first, first + noise]))
    np.testing.assert_allclose(after, np.column_stack([0 * noise, noise]), atol=1e-12)


# ---- Nothing linear is left -------------------------------------------------------------------------


def test_the_covariance_with_every_group_is_zero():
    encoded, groups = planted()
    erased = leace(encoded, marks(groups))
    assert np.abs(cross(encoded, marks(groups))).max() > 0.1
    assert np.abs(cross(erased.map.apply(encoded), marks(groups))).max() < 1e-10
    assert (erased.rank, erased.available) == (2, 2)


def test_no_linear_predictor_of_the_group_beats_a_constant():
    encoded, groups = planted()
    after = leace(encoded, marks(groups)).map.apply(encoded)
    for group in range(3):
        is_in = groups == group
        assert LinearRegression().fit(encoded, is_in).score(encoded, is_in) > 0.05
        assert LinearRegression().fit(after, is_in).score(after, is_in) == pytest.approx(0, abs=1e-9)
        scores = LogisticRegression().fit(after, is_in).decision_function(after)
        assert np.ptp(scores) < 0.05


def test_residents_who_were_not_seen_tell_hardly_more():
    encoded, groups = planted()
    others, other_groups = planted(seed=1)
    matrix = np.random.default_rng(0).normal(size=(5, 5))  # one mixture for both tables
    for table in (encoded, others):
        table[:, :5] = table[:, :5] @ matrix
    after = leace(encoded, marks(groups)).map
    guess = LogisticRegression(max_iter=1000).fit(after.apply(encoded), groups == 0)
    auc = roc_auc_score(other_groups == 0, guess.decision_function(after.apply(others)))
    assert abs(auc - 0.5) < 0.06


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 60), st.integers(1, 8), st.integers(1, 6))
def test_any_needs_and_any_targets_are_parted(seed, n, columns, targets):
    rng = np.random.default_rng(seed)
    encoded = rng.integers(0, 3, (n, columns)).astype(float)  # ties, constant and collinear columns
    wanted = rng.integers(0, 2, (n, targets)).astype(float)
    erased = leace(encoded, wanted)
    after = erased.map.apply(encoded)
    assert np.abs(cross(after, wanted)).max() < 1e-10
    assert erased.rank == erased.available <= min(erased.dimensions, targets)
    np.testing.assert_allclose(after.mean(axis=0), encoded.mean(axis=0), atol=1e-10)


# ---- The least change -------------------------------------------------------------------------------


def test_it_moves_residents_less_than_an_orthogonal_projection():
    encoded, groups = planted()
    after = leace(encoded, marks(groups)).map.apply(encoded)
    directions, sizes, _ = np.linalg.svd(cross(encoded, marks(groups)), full_matrices=False)
    kept = directions[:, sizes > 1e-10]
    plain = encoded - (encoded - encoded.mean(axis=0)) @ kept @ kept.T
    assert np.abs(cross(plain, marks(groups))).max() < 1e-10
    assert mahalanobis(encoded, after) < 0.9 * mahalanobis(encoded, plain)
    assert ((encoded - after) ** 2).sum() <= ((encoded - plain) ** 2).sum()


def test_needs_unrelated_to_the_target_stay_as_they_are():
    rng = np.random.default_rng(0)
    encoded = np.column_stack([np.repeat([0.0, 1.0], 50), np.tile([0.0, 1.0], 50)])
    erased = leace(encoded, np.tile([[0.0], [1.0]], (50, 1)))
    np.testing.assert_allclose(erased.map.apply(encoded)[:, 0], encoded[:, 0], atol=1e-12)
    nothing = leace(encoded, np.full((100, 1), rng.random()))
    assert nothing.rank == 0
    np.testing.assert_allclose(nothing.map.apply(encoded), encoded, atol=1e-12)


# ---- Strength, rank and who is not known ------------------------------------------------------------


@pytest.mark.parametrize("strength", [0.25, 0.5, 1.0])
def test_the_strength_is_the_share_of_the_covariance_that_goes(strength):
    encoded, groups = planted()
    after = leace(encoded, marks(groups), strength=strength).map.apply(encoded)
    before = cross(encoded, marks(groups))
    np.testing.assert_allclose(cross(after, marks(groups)), (1 - strength) * before, atol=1e-10)


def test_a_capped_rank_takes_the_most_related_direction_first():
    encoded, groups = planted()
    capped = leace(encoded, marks(groups), rank=1)
    assert (capped.rank, capped.available) == (1, 2)
    left = [
        np.linalg.norm(cross(leace(encoded, marks(groups), rank=rank).map.apply(encoded), marks(groups)))
        for rank in (1, 2, 9)
    ]
    assert np.linalg.norm(cross(encoded, marks(groups))) > 1.3 * left[0]
    assert left[0] > 0.1
    assert left[1:] == pytest.approx([0, 0], abs=1e-10)


def test_two_attributes_are_erased_side_by_side():
    encoded, groups = planted()
    other = (encoded[:, 3] > 0).astype(int)
    both = leace(encoded, np.hstack([marks(groups), marks(other)]))
    assert both.rank == 3
    for wanted in (groups, other):
        assert np.abs(cross(both.map.apply(encoded), marks(wanted))).max() < 1e-10


def test_residents_of_unknown_group_say_nothing_of_the_groups():
    encoded, groups = planted()
    unknown = np.random.default_rng(1).random(len(groups)) < 0.3
    after = leace(encoded, marks(groups, unknown)).map.apply(encoded)
    assert np.abs(cross(after[~unknown], marks(groups)[~unknown])).max() < 1e-10
    lied = groups.copy()
    lied[unknown] = 0
    np.testing.assert_array_equal(
        leace(encoded, marks(lied, unknown)).map.matrix, leace(encoded, marks(groups, unknown)).map.matrix
    )
