"""Profiles of the small community, from residents to what is said of their segments."""

import inspect

import numpy as np
import pytest

from segmentation.profiles import profiles
from segmentation.residents import residents_from
from tests.policies import AS_OF, small_policy, small_residents, small_segments

POLICY = small_policy()
IDS = ("S1", "S2", "S3")


@pytest.fixture(scope="module")
def found():
    people = residents_from(small_residents(2000), POLICY, as_of=AS_OF)
    return profiles(POLICY, people.needs, small_segments(2000), IDS)


def test_there_is_a_profile_per_segment_with_its_size(found):
    sizes = np.bincount(small_segments(2000)).tolist()

    assert [one.segment for one in found] == list(IDS)
    assert [one.size for one in found] == sizes
    assert [one.share for one in found] == [size / 2000 for size in sizes]


def test_the_planted_needs_set_the_segments_apart(found):
    tops = [{(need.feature, need.level) for need in one.notable if need.difference > 0} for one in found]

    assert ("channel", "app") in tops[0]
    assert {("repairs", None), ("channel", "phone")} <= tops[1]
    assert {("parcels", None), ("evening_share", None), ("channel", "desk")} <= tops[2]
    assert ("repairs", None) not in tops[0] | tops[2]


def test_every_segment_has_a_name_of_its_own_and_a_rule(found):
    assert len({one.name.en for one in found}) == len({one.name.zh for one in found}) == 3
    assert all(one.rule is not None for one in found)


def test_a_segment_that_nobody_is_in_has_no_needs_that_are_told():
    people = residents_from(small_residents(400), POLICY, as_of=AS_OF)
    empty = profiles(POLICY, people.needs, small_segments(400), (*IDS, "S4"))[-1]

    assert (empty.size, empty.rule, empty.notable) == (0, None, ())
    assert all(need.hidden for need in empty.needs)


def test_a_profile_is_made_without_protected_attributes():
    assert list(inspect.signature(profiles).parameters) == ["policy", "needs", "labels", "ids"]


def test_the_same_residents_give_the_same_profiles(found):
    people = residents_from(small_residents(2000), POLICY, as_of=AS_OF)

    assert profiles(POLICY, people.needs, small_segments(2000), IDS) == found
