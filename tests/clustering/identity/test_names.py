"""A segment keeps the name that readers know, unless it tells what the segment is no longer found by."""

from segmentation.clustering.identity import Previous, lasting_names
from segmentation.policy import Text
from tests.clustering.identity.toys import scorer
from tests.needs import feature, policy_of

TITLES = {"calls": ("Calls", "电话"), "late": ("Late calls", "晚间电话"), "repairs": ("Repairs", "报修")}
POLICY = policy_of(**{key: feature("number", title={"en": en, "zh": zh}) for key, (en, zh) in TITLES.items()})
BEFORE = scorer("S1", "S2", calls=(0, 9), late=(0, 9), repairs=(0, 9))


def kept(name, *read, before=BEFORE):
    """Whether a name of before is kept by a version that reads these features."""
    now = scorer("S1", "S2", **dict.fromkeys(read, (0, 9)))
    return lasting_names(Previous(1, POLICY, before, {"S2": name}), now) == {"S2": name}


def test_a_name_that_tells_what_was_left_out_goes_and_any_other_stays():
    many = Text(en="High calls, low repairs", zh="电话偏高、报修偏低")

    assert kept(many, "calls", "late", "repairs")
    assert kept(many, "calls", "repairs")
    assert not kept(many, "late", "repairs")
    assert not kept(many, "calls", "late")


def test_a_name_by_a_person_is_read_in_both_languages():
    assert not kept(Text(en="Talkers", zh="常打电话"), "late", "repairs")
    assert not kept(Text(en="Many CALLS", zh="甲"), "late", "repairs")
    assert kept(Text(en="Talkers", zh="甲"), "late", "repairs")


def test_a_title_inside_a_longer_one_is_not_told():
    late = Text(en="High late calls", zh="晚间电话偏高")

    assert kept(late, "late", "repairs")
    assert not kept(late, "calls", "repairs")


def test_what_the_version_before_did_not_read_either_changes_no_name():
    before = scorer("S1", "S2", late=(0, 9), repairs=(0, 9))

    assert kept(Text(en="High calls", zh="电话偏高"), "late", "repairs", before=before)
