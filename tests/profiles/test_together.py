"""All profiles together: still a tuple, and a table without hidden figures."""

import copy
import pickle

import numpy as np
import pytest

from segmentation.policy import Text
from segmentation.profiles import Distinction, Profile, Profiles
from tests.policies import small_policy

POLICY = small_policy()


def profile(segment, *, hidden=False):
    needs = (
        Distinction("repairs", None, 9.0, 2.0, 1.23456, (1.0, 1.5)),
        Distinction("channel", "app", 0.5, 0.25, 0.5, (0.25, 0.75), hidden),
    )
    return Profile(segment, Text(en=f"Name of {segment}", zh=f"{segment}之名"), 100, 0.5, needs, None)


@pytest.fixture
def found():
    return Profiles([profile("S1"), profile("S2", hidden=True)], POLICY)


def test_it_is_a_tuple_of_profiles(found):
    assert found == (profile("S1"), profile("S2", hidden=True))
    assert [one.segment for one in found] == ["S1", "S2"]
    assert (len(found), found[1].segment) == (2, "S2")


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda found: pickle.loads(pickle.dumps(found))])
def test_a_copy_keeps_the_policy(found, again):
    copied = again(found)

    assert (copied, type(copied), copied.policy) == (found, Profiles, POLICY)


def test_what_is_shown_hides_and_rounds_every_profile(found):
    assert found.shown == tuple(one.shown for one in found)
    assert found.shown.policy is POLICY
    assert found.shown[1].needs[1].inside is None


def test_a_table_has_a_row_for_each_segment_and_need_without_hidden_figures(found):
    table = found.to_frame()

    assert list(table["segment"]) == ["S1", "S1", "S2", "S2"]
    assert list(table["difference"])[:2] == [1.235, 0.5]
    assert table.loc[3, ["inside", "outside", "difference", "low", "high"]].isna().all()
    assert list(table["hidden"]) == [False, False, False, True]
    assert np.array_equal(table.loc[1, ["low", "high"]].to_numpy(float), [0.25, 0.75])
