"""Names of segments."""

import pytest

from segmentation.policy import Text
from segmentation.policy.features import UNKNOWN
from segmentation.profiles import Distinction
from segmentation.profiles.names import segment_names
from tests.policies import small_policy

POLICY = small_policy()


def need(feature, difference, level=None, *, sure=True):
    margin = 0.1 if sure else 2 * abs(difference)
    return Distinction(feature, level, 1.0, 2.0, difference, (difference - margin, difference + margin))


def names(*needs, policy=POLICY, carried=None):
    return segment_names(policy, needs, [f"S{at + 1}" for at in range(len(needs))], carried)


def override(**given):
    return small_policy(segment_names={key: {"en": en, "zh": zh} for key, (en, zh) in given.items()})


def test_a_name_tells_the_two_largest_differences_in_both_languages():
    told = names([need("repairs", 1.5), need("parcels", 0.9), need("evening_share", 0.8)])

    assert told == [Text(en="High repairs, high parcels", zh="报修偏高、包裹偏高")]


def test_what_is_higher_is_told_before_what_is_lower():
    told = names([need("repairs", -1.5), need("parcels", 0.9)])

    assert told == [Text(en="High parcels, low repairs", zh="包裹偏高、报修偏低")]


@pytest.mark.parametrize(
    ("difference", "en", "zh"),
    [(0.8, "Channel: phone", "渠道为‘phone’"), (-0.8, "Channel: phone less often", "渠道较少为‘phone’")],
)
def test_a_category_is_named_by_its_value(difference, en, zh):
    assert names([need("channel", difference, "phone")]) == [Text(en=en, zh=zh)]


def test_a_value_of_a_minority_is_not_told_as_a_fact():
    some = Distinction("channel", "phone", 0.18, 0.02, 0.8, (0.7, 0.9))
    assert names([some]) == [Text(en="Channel: phone more often", zh="渠道较多为‘phone’")]


def test_a_flag_is_more_or_less_often():
    assert names([need("parking", 0.8)], [need("parking", -0.8)]) == [
        Text(en="Parking: more often", zh="停车较多"),
        Text(en="Parking: less often", zh="停车较少"),
    ]


def test_each_feature_is_told_once():
    told = names([need("channel", 1.5, "app"), need("channel", -1.4, "desk"), need("repairs", 0.5)])

    assert told[0].en == "Channel: app, high repairs"


@pytest.mark.parametrize("needs", [[], [need("repairs", 0.29)], [need("repairs", 0.9, sure=False)]])
def test_a_segment_that_nothing_surely_sets_apart_has_average_needs(needs):
    assert names(needs) == [Text(en="Average needs", zh="需求一般")]


def test_a_missing_value_that_means_something_is_told_by_what_it_means():
    missing = {"features": {"channel": {"missing": {"en": "never called", "zh": "从未联系"}}}}
    told = names([need("channel", 0.8, UNKNOWN)], policy=small_policy(**missing))

    assert told == [Text(en="Channel: never called", zh="渠道为‘从未联系’")]


def test_segments_alike_in_two_needs_are_told_apart_by_a_third():
    told = names(
        [need("repairs", 1.5), need("parcels", 0.9), need("evening_share", 0.8)],
        [need("repairs", 1.5), need("parcels", 0.9), need("parking", 0.8)],
    )

    assert [name.en for name in told] == [
        "High repairs, high parcels",
        "High repairs, high parcels, parking: more often",
    ]


def test_segments_that_nothing_tells_apart_bear_their_ids():
    told = names([], [], [])

    assert [name.en for name in told] == ["Average needs", "Average needs (S2)", "Average needs (S3)"]
    assert [name.zh for name in told] == ["需求一般", "需求一般（S2）", "需求一般（S3）"]


def test_names_that_are_alike_in_one_language_alone_are_told_apart_in_both():
    same = {"title": {"en": "Repair visits", "zh": "包裹"}}
    told = names(
        [need("repairs", 1.5)], [need("parcels", 1.5)], policy=small_policy(features={"repairs": same})
    )

    assert told[1] == Text(en="High parcels (S2)", zh="包裹偏高（S2）")


def test_the_policy_overrides_a_name():
    told = names(
        [need("repairs", 1.5)], [need("parcels", 1.5)], policy=override(S2=("Parcel fans", "快递达人"))
    )

    assert told == [Text(en="High repairs", zh="报修偏高"), Text(en="Parcel fans", zh="快递达人")]


def test_a_generated_name_never_takes_one_that_the_policy_gives():
    told = names(
        [need("repairs", 1.5)], [need("parcels", 1.5)], policy=override(S2=("High repairs", "报修偏高"))
    )

    assert told == [Text(en="High repairs (S1)", zh="报修偏高（S1）"), Text(en="High repairs", zh="报修偏高")]


def test_two_segments_that_the_policy_names_alike_are_told_apart():
    told = names([], [], policy=override(S1=("Families", "家庭"), S2=("Families", "家庭")))

    assert [name.en for name in told] == ["Families", "Families (S2)"]


def carry(**known):
    return {key: Text(en=en, zh=zh) for key, (en, zh) in known.items()}


def test_a_segment_keeps_the_name_that_readers_know():
    told = names([need("repairs", 1.5)], [need("parcels", 1.5)], carried=carry(S1=("Fixers", "常报修")))

    assert told == [Text(en="Fixers", zh="常报修"), Text(en="High parcels", zh="包裹偏高")]


def test_the_policy_overrides_a_name_that_readers_know():
    told = names([], policy=override(S1=("Parcel fans", "快递达人")), carried=carry(S1=("Fixers", "常报修")))

    assert told == [Text(en="Parcel fans", zh="快递达人")]


def test_a_generated_name_never_takes_one_that_a_later_segment_keeps():
    told = names([need("repairs", 1.5)], [], carried=carry(S2=("High repairs", "报修偏高")))

    assert told == [Text(en="High repairs (S1)", zh="报修偏高（S1）"), Text(en="High repairs", zh="报修偏高")]


def test_a_kept_name_gives_way_to_one_that_the_policy_now_gives_another():
    told = names([], [], policy=override(S1=("Fixers", "常报修")), carried=carry(S2=("Fixers", "常报修")))

    assert [name.en for name in told] == ["Fixers", "Fixers (S2)"]


def test_a_number_that_is_taken_as_well_is_set_again():
    policy = override(S1=("Fixers", "常报修"), S3=("Fixers (S2)", "常报修（S2）"))
    told = names([], [], [], policy=policy, carried=carry(S2=("Fixers", "常报修")))

    assert [name.en for name in told] == ["Fixers", "Fixers (S2) (S2)", "Fixers (S2)"]
