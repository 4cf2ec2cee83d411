from serving.needs.need import MISSING, needs_under
from tests.serving.needs.made import UNREAD, needs, policy, scorer


def test_needs_are_what_the_policy_allows_in_its_order():
    found = needs_under(policy(), scorer())
    assert [need.name for need in found] == list(policy().features)
    assert tuple(need.name for need in found if not need.is_read) == UNREAD


def test_what_the_scorer_does_not_read_is_never_required_and_has_the_values_of_the_policy():
    found = {need.name: need for need in needs().all}
    assert policy().features["unread"].required
    assert not found["unread"].required
    assert found["repairs"].required
    assert found["不读"].values == policy().features["不读"].values


def test_only_needs_with_a_wide_range_may_have_the_digits_of_a_phone():
    assert [need.name for need in needs().all if need.may_be_large] == ["wide", "unread_wide"]


def test_values_have_the_places_of_the_policy_and_what_is_missing_has_none():
    channel = next(need for need in needs().all if need.name == "channel")
    assert channel.is_listed
    assert channel.places == {"app": 0, "phone": 1, "desk": 2, None: MISSING, "": MISSING}
