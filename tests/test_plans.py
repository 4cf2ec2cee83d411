"""Service plans: what needs call for, and never less than the contract."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.errors import PolicyError
from segmentation.plans import Plan, PlannedService, plans, served
from segmentation.policy import Text
from segmentation.profiles import Distinction, Profile
from tests.policies import small_policy


def need(feature, difference, level=None, *, margin=0.1):
    return Distinction(feature, level, 1.0, 2.0, difference, (difference - margin, difference + margin))


def profile(*needs, segment="S1"):
    return Profile(segment, Text(en=segment, zh=segment), 100, 0.5, needs, None)


def service(**changes):
    """The policy whose one service is changed so; a need of None is deleted."""
    return small_policy(services={"repair_visits": changes})


def planned(policy, *needs):
    ((only,),) = (plan.services for plan in plans(policy, [profile(*needs)]))
    return only


def test_a_segment_without_a_special_need_gets_the_standard():
    assert planned(small_policy()) == PlannedService("repair_visits", 2, 1, is_called=False, because=())


def test_a_need_that_calls_gets_more_and_says_why():
    found = planned(small_policy(), need("repairs", 0.9))

    assert found == PlannedService("repair_visits", 4, 1, is_called=True, because=("repairs",))


@pytest.mark.parametrize(
    ("needed", "is_called"),
    [
        (need("repairs", 0.5), True),
        (need("repairs", 0.49), False),
        (need("repairs", -0.9), False),
        (need("parcels", 0.9), False),
        (need("repairs", 0.9, margin=1.0), False),
        (Distinction("repairs", None, None, None, None, None, hidden=True), False),
    ],
)
def test_only_a_sure_difference_of_the_named_size_and_direction_calls(needed, is_called):
    assert planned(small_policy(), needed).is_called is is_called


@pytest.mark.parametrize(("difference", "is_called"), [(-0.5, True), (-0.4, False), (0.9, False)])
def test_a_low_need_calls_where_the_policy_says_low(difference, is_called):
    assert planned(service(needs={"repairs": "low"}), need("repairs", difference)).is_called is is_called


@pytest.mark.parametrize(
    ("difference", "level", "is_called"),
    [(0.9, "phone", True), (0.9, "app", False), (-0.9, "phone", False), (0.4, "phone", False)],
)
def test_a_value_of_a_category_calls_where_it_is_more_frequent(difference, level, is_called):
    policy = service(needs={"repairs": None, "channel": "phone"})

    assert planned(policy, need("channel", difference, level)).is_called is is_called


@pytest.mark.parametrize(("at_least", "is_called"), [(0.3, True), (0.7, False)])
def test_the_policy_says_how_large_a_difference_must_be(at_least, is_called):
    assert planned(service(at_least=at_least), need("repairs", 0.5)).is_called is is_called


@pytest.mark.parametrize(
    ("match", "needs", "because"),
    [
        ("any", ["repairs"], ("repairs",)),
        ("any", ["parcels", "repairs"], ("repairs", "parcels")),
        ("any", [], ()),
        ("all", ["repairs"], ()),
        ("all", ["repairs", "parcels"], ("repairs", "parcels")),
    ],
)
def test_any_need_calls_or_only_all_of_them(match, needs, because):
    policy = service(match=match, needs={"repairs": "high", "parcels": "high"})
    found = planned(policy, *(need(feature, 0.9) for feature in needs))

    assert found.because == because
    assert found.is_called is bool(because)
    assert found.amount == (4 if because else 2)


def test_there_is_a_plan_per_segment_with_a_line_per_service():
    cleaning = small_policy().services["repair_visits"].model_dump(mode="json") | {
        "needs": {"parking": "high"}
    }
    policy = small_policy(services={"cleaning": cleaning})
    found = plans(policy, [profile(need("repairs", 0.9)), profile(need("parking", 0.9), segment="S2")])

    assert [plan.segment for plan in found] == ["S1", "S2"]
    assert [[one.service for one in plan.services] for plan in found] == [["repair_visits", "cleaning"]] * 2
    assert [[one.is_called for one in plan.services] for plan in found] == [[True, False], [False, True]]


def test_a_policy_without_services_plans_nothing():
    assert plans(small_policy(services={"repair_visits": None}), [profile()]) == (Plan("S1", ()),)


@pytest.mark.parametrize("amount", ["standard", "called"])
def test_a_policy_that_goes_below_the_contract_is_refused(amount):
    with pytest.raises(PolicyError, match=f"{amount}.*below"):
        service(**{amount: 0.5})


@given(
    floor=st.floats(0, 100),
    more=st.tuples(st.floats(0, 100), st.floats(0, 100)),
    effect=st.sampled_from(["benefit", "burden"]),
    differences=st.lists(st.floats(-3, 3), min_size=1, max_size=4),
)
@settings(max_examples=30, deadline=None)
def test_no_plan_is_below_the_contract(floor, more, effect, differences):
    standard = floor + more[0]
    amounts = {"contract_floor": floor, "standard": standard, "called": standard + 1 + more[1]}
    policy = service(**amounts, effect=effect)
    profiles = [profile(need("repairs", difference)) for difference in differences]

    for plan in plans(policy, profiles):
        for one in plan.services:
            assert one.amount >= one.contract_floor == floor


# ---- Who is served ----------------------------------------------------------------------------------


def plan(segment, *called):
    lines = [PlannedService(key, 1, 0, key in called, ()) for key in ("repair", "cleaning")]
    return Plan(segment, tuple(lines))


def test_served_names_the_segments_that_get_more():
    found = served([plan("S1", "repair"), plan("S2", "repair", "cleaning"), plan("S3")])

    assert found == {"repair": {"S1", "S2"}, "cleaning": {"S2"}}


@pytest.mark.parametrize("called", [(), ("repair",)])
def test_a_service_that_all_or_none_get_more_of_is_not_judged(called):
    assert served([plan("S1", *called), plan("S2", *called)]) == {}
