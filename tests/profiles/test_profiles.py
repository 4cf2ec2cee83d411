"""Profiles of the small community, from residents to what is said of their segments."""

import inspect
from itertools import pairwise

import numpy as np
import pytest

from segmentation.policy import Text
from segmentation.profiles import describe, profiles, profiles_of
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
    assert list(inspect.signature(profiles).parameters) == ["policy", "needs", "labels", "ids", "names"]


def test_the_same_residents_give_the_same_profiles(found):
    people = residents_from(small_residents(2000), POLICY, as_of=AS_OF)

    assert profiles(POLICY, people.needs, small_segments(2000), IDS) == found


def batches(ends=(0, 1, 700, 700, 1999, 2000)):
    people = residents_from(small_residents(2000), POLICY, as_of=AS_OF)
    labels = small_segments(2000)
    table = (people.needs, labels)
    return table, ((people.needs.iloc[a:b], labels[a:b]) for a, b in pairwise(ends))


def test_batches_give_the_profiles_of_one_table(found):
    table, parts = batches()
    streamed = profiles_of(POLICY, parts, IDS, sample=table)

    for one, other in zip(streamed, found, strict=True):
        assert (one.segment, one.name, one.size, one.share, one.rule) == (
            other.segment, other.name, other.size, other.share, other.rule
        )  # fmt: skip
        assert one.shown == other.shown


def test_the_rules_look_at_the_sample_alone(found):
    (needs, labels), parts = batches()
    streamed = profiles_of(POLICY, parts, IDS, sample=(needs.iloc[:500], labels[:500]))

    assert [one.rule.residents for one in streamed] == [500] * 3
    assert [one.size for one in streamed] == [one.size for one in found]


def test_the_rules_look_at_no_more_residents_than_they_say(monkeypatch):
    monkeypatch.setattr(describe, "MOST_ROWS", 300)
    (needs, labels), _ = batches()

    assert {one.rule.residents for one in profiles(POLICY, needs, labels, IDS)} == {300}


def test_in_what_order_residents_stand_does_not_show_in_what_is_told_of_a_rule(monkeypatch):
    """Every other row is of another kind: evenly spaced rows would be all of one."""
    monkeypatch.setattr(describe, "MOST_ROWS", 1_000)
    rng = np.random.default_rng(0)
    needs = residents_from(small_residents(2_000), POLICY, as_of=AS_OF).needs
    kind, repairs = np.arange(2_000) % 2, rng.integers(0, 20, 2_000)
    needs["repairs"] = repairs.astype(float)
    labels = np.where(kind == 0, repairs >= 10, rng.random(2_000) < 0.5).astype(np.int64)
    order = rng.permutation(2_000)
    (_, one), (_, other) = (
        profiles(POLICY, needs.iloc[places].reset_index(drop=True), labels[places], ("S1", "S2"))
        for places in (np.arange(2_000), order)
    )

    assert one.rule.fidelity == pytest.approx(0.73, abs=0.04)  # half of every other resident is a guess
    assert other.rule.fidelity == pytest.approx(one.rule.fidelity, abs=0.04)


def test_segments_keep_their_names_and_the_rest_are_named_anew(found):
    (needs, labels), parts = batches()
    known = {"S2": Text(en="Handy phones", zh="电话报修"), "S9": Text(en="Gone", zh="已撤销")}
    streamed = profiles_of(POLICY, parts, IDS, sample=(needs, labels), names=known)

    assert [one.name for one in streamed] == [found[0].name, known["S2"], found[2].name]
    assert profiles(POLICY, needs, labels, IDS, known)[1].name == known["S2"]


def test_a_name_tells_what_the_segments_are_found_by_and_the_profile_every_need(found):
    (needs, labels), parts = batches()
    left_out = {told.feature for told in found[1].needs} & {"channel"}
    streamed = profiles_of(POLICY, parts, IDS, sample=(needs, labels), read=set(needs.columns) - left_out)

    assert left_out == {"channel"}
    assert [one.needs for one in streamed.shown] == [one.needs for one in found.shown]
    assert "channel" in found[1].name.en
    assert not any("channel" in one.name.en.casefold() for one in streamed)


def test_nobody_at_all_has_profiles_without_figures():
    (needs, labels), _ = batches()
    nobody = (needs.iloc[:0], labels[:0])

    assert [(one.size, one.share, one.rule) for one in profiles_of(POLICY, [], IDS, sample=nobody)] == [
        (0, 0.0, None)
    ] * 3
