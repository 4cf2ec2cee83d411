from serving.needs.need import MISSING, read_by
from tests.serving.needs.made import UNREAD, needs, policy, scorer


def test_needs_are_what_the_scorer_reads_in_the_order_of_the_policy():
    found = [need.name for need in read_by(scorer(), policy())]
    assert found == [name for name in policy().features if name not in UNREAD]


def test_only_needs_with_a_wide_range_may_have_the_digits_of_a_phone():
    assert [need.name for need in needs().all if need.may_be_large] == ["wide"]


def test_values_have_the_places_of_the_policy_and_what_is_missing_has_none():
    channel = next(need for need in needs().all if need.name == "channel")
    assert channel.is_listed
    assert channel.places == {"app": 0, "phone": 1, "desk": 2, None: MISSING, "": MISSING}
