"""Names are read as words, whatever stands between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.policy.names import Hit, Phrases, WholeNames, keys, normalise, singular, words

WORDS = st.lists(st.text("bcdfg", min_size=2, max_size=6), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("idCardNo", ["id", "card", "no"]),
        ("IDCard", ["id", "card"]),
        ("GPSLat", ["gps", "lat"]),
        ("elder_65plus", ["elder", "65", "plus"]),
        ("home-address.line 2", ["home", "address", "line", "2"]),
        ("AGE_BAND", ["age", "band"]),
        ("报修次数", []),
        ("", []),
    ],
)
def test_a_name_is_split_where_a_reader_would_split_it(name, expected):
    assert [word.text for word in words(name)] == expected


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("cards", "card"),
        ("hobbies", "hobby"),
        ("addresses", "address"),
        ("boxes", "box"),
        ("gps", "gps"),
        ("address", "address"),
        ("status", "status"),
        ("diagnosis", "diagnosis"),
    ],
)
def test_simple_plurals_are_undone_and_other_words_are_left_alone(plural, one):
    assert singular(plural) == one


def test_full_width_letters_are_folded_and_invisible_ones_dropped():
    assert normalise("ａ\u200bｇｅ１") == "age1"


@given(WORDS)
def test_every_way_to_join_words_gives_the_same_key(parts):
    joined = {"_".join(parts), "-".join(parts), " ".join(parts), "".join(map(str.title, parts))}
    assert len({keys(name) for name in joined}) == 1


@pytest.mark.parametrize("name", ["drivers licence", "driver_licence", "driversLicences", "driverslicence"])
def test_a_plural_inside_a_phrase_is_found_in_every_spelling(name):
    assert list(Phrases([("it", "drivers licence")]).find(name)) == [Hit(0, len(name), "it")]


@given(WORDS, WORDS, WORDS)
def test_a_phrase_is_found_in_the_middle_of_a_name(before, phrase, after):
    found = {
        hit.label for hit in Phrases([("it", " ".join(phrase))]).find("_".join([*before, *phrase, *after]))
    }
    assert found == {"it"}


@pytest.mark.parametrize("name", ["stage", "usage", "manager", "image", "packaged", "AGENT"])
def test_a_phrase_inside_a_word_is_not_found(name):
    assert list(Phrases([("age", "age")]).find(name)) == []


def test_a_chinese_phrase_is_found_wherever_it_stands_and_as_often():
    hits = list(Phrases([("sex", "性别")]).find("性别与子女性别"))
    assert hits == [Hit(0, 2, "sex"), Hit(5, 7, "sex")]


@pytest.mark.parametrize(
    "name", ["phone", "Phone2", "owner_phone", "tenantOwnerPhone_1", "业主电话", "电话1", "业主的电话"]
)
def test_a_whole_name_counts_with_its_holder_and_its_number(name):
    whole = WholeNames([("contact", "phone"), ("contact", "电话")], ["owner", "tenant", "业主"])
    assert [hit.label for hit in whole.find(name)] == ["contact"]


@pytest.mark.parametrize(
    "name", ["phone_contact", "smartphone", "phone_share_2", "owner", "电话联系占比", "业主", "2", ""]
)
def test_a_whole_name_does_not_count_as_a_part(name):
    whole = WholeNames([("contact", "phone"), ("contact", "电话")], ["owner", "tenant", "业主"])
    assert list(whole.find(name)) == []


@pytest.mark.parametrize("text", ["has Diabetes", "hobbies and more", "糖尿病患者"])
def test_the_quick_look_passes_every_text_that_holds_a_phrase(text):
    phrases = Phrases([("a", "diabetes"), ("b", "hobby"), ("c", "糖尿病")])
    assert phrases.may_stand_in(text)
    assert list(phrases.find(text))


def test_the_quick_look_spares_texts_that_hold_none():
    assert not Phrases([("a", "diabetes"), ("c", "糖尿病")]).may_stand_in("repair 维修 42")
