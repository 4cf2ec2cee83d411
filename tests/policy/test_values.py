"""Numbers that point at a person are recognised by their own arithmetic; ordinary values are left alone."""

import string
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from segmentation.policy.values import (
    CHECKS,
    is_bank_card,
    is_email,
    is_free_text,
    is_mainland_phone,
    is_resident_id,
    matching_rules,
)

FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
REGIONS = ["11", "13", "31", "44", "50", "62", "65", "71", "81", "83"]
CARD_RANGES = [("62", 16), ("62", 19), ("4", 16), ("51", 16), ("37", 15), ("3528", 16)]


def _id_check(body):
    """Return the check character by the definition: the weighted sum over all 18 places is 1 modulo 11."""
    rest = sum(2 ** (17 - at) * int(digit) for at, digit in enumerate(body))
    return next("0123456789X"[check] for check in range(11) if (rest + check) % 11 == 1)


def _luhn_check(body):
    """Return the check digit by the definition: double every second digit from the right, add all digits."""
    doubled = "".join(str(int(digit) * (2 if at % 2 == 0 else 1)) for at, digit in enumerate(reversed(body)))
    return str(-sum(map(int, doubled)) % 10)


@st.composite
def id_bodies(draw, regions=tuple(REGIONS)):
    born = draw(st.dates(date(1900, 1, 1), date(2099, 12, 31))).strftime("%Y%m%d")
    serial = draw(st.integers(0, 999))
    return f"{draw(st.sampled_from(regions))}{draw(st.integers(0, 9999)):04}{born}{serial:03}"


@st.composite
def cards(draw):
    prefix, length = draw(st.sampled_from(CARD_RANGES))
    rest = length - len(prefix) - 1
    body = prefix + draw(st.text(string.digits, min_size=rest, max_size=rest))
    return body + _luhn_check(body)


@given(id_bodies())
def test_a_valid_resident_id_is_recognised_however_it_is_typed(body):
    number = body + _id_check(body)
    spaced = f" {number[:6]} {number[6:14]}-{number[14:]}"
    for text in (number, number.lower(), number.translate(FULL_WIDTH), spaced):
        assert is_resident_id(text)


@given(id_bodies(), st.sampled_from("0123456789X"))
def test_any_other_check_character_is_refused(body, check):
    assert is_resident_id(body + check) == (check == _id_check(body))


@given(id_bodies(), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(body, at, shift):
    wrong = body[:at] + str((int(body[at]) + shift) % 10) + body[at + 1 :]
    assert not is_resident_id(wrong + _id_check(body))


@given(id_bodies())
def test_an_id_that_floating_point_has_rounded_is_still_recognised(body):
    assume(_id_check(body) != "X")  # which no number has
    rounded = float(body + _id_check(body))
    assert is_resident_id(repr(rounded))
    assert is_resident_id(f"{rounded:.1f}")


@pytest.mark.parametrize("number", ["440524188001010014", "110105194912319998"])
def test_rounding_that_carries_into_the_day_hides_no_id(number):
    rounded = f"{float(number):.1f}"
    assert rounded[:14] != number[:14]
    assert is_resident_id(rounded)
    assert is_resident_id(repr(float(number)))


@pytest.mark.parametrize(
    "text", ["4.4052418801301e+17", "4.4052418800100e+17", "440524188001000512.0", "9.4052418800101e+16"]
)
def test_a_rounded_number_without_a_birth_date_is_no_id(text):
    assert not is_resident_id(text)


@pytest.mark.parametrize("number", ["440524188001010014", "11010519491231002X"])
def test_the_examples_of_the_standard_are_valid(number):
    assert is_resident_id(number)


@given(id_bodies(regions=("911", "944")).map(lambda body: body[:6] + body[7:]))
def test_the_residence_permit_of_a_foreigner_follows_the_same_scheme(body):
    assert is_resident_id(body + _id_check(body))


@pytest.mark.parametrize(
    "body",
    [
        "10010119900101001",  # no such region
        "99010119900101001",  # nor for a foreigner
        "11010119900230001",  # no such day
        "11010119901301001",  # no such month
        "11010117900101001",  # nobody is as old
    ],
)
def test_a_number_with_an_impossible_region_or_birth_date_is_no_id(body):
    assert not is_resident_id(body + _id_check(body))


@pytest.mark.parametrize("text", ["", "X", "1101011990010100", "1101011990010100110", "abcdefghijklmnopqr"])
def test_what_has_not_eighteen_characters_is_no_id(text):
    assert not is_resident_id(text)


@given(cards())
def test_a_valid_bank_card_is_recognised_however_it_is_typed(number):
    grouped = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    for text in (number, grouped, grouped.replace(" ", "-"), number.translate(FULL_WIDTH), f"{number}.0"):
        assert is_bank_card(text)


@given(cards(), st.integers(1, 9))
def test_a_bank_card_with_a_wrong_check_digit_is_refused(number, shift):
    assert not is_bank_card(number[:-1] + str((int(number[-1]) + shift) % 10))


@pytest.mark.parametrize(
    "number",
    ["4111111111111111", "5555555555554444", "378282246310005", "3530111333300000", "6011111111111117"],
)
def test_the_card_networks_own_test_numbers_are_valid(number):
    assert is_bank_card(number)


@pytest.mark.parametrize(
    "text",
    [
        "6901234567892",  # the bar code of a parcel
        "1467331200000",  # a time in milliseconds
        "0000000000000000",
        "411111111111",  # too short
        "62222222222222222222",  # too long
        "",
    ],
)
def test_other_long_numbers_are_no_bank_cards(text):
    assert not is_bank_card(text)


def test_a_unionpay_number_that_floating_point_has_rounded_is_still_recognised():
    assert is_bank_card(repr(float("6222020200112233445")))
    assert not is_bank_card(repr(float("7222020200112233445")))


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+8613800138000",
        "+86 138-0013-8000",
        "8613800138000",
        "008613800138000",
        "13800138000.0",
        "1.3800138e+10",
        "１３８００１３８０００",
        "010-88886666",
        "(010) 88886666",
        "（０２１）８８８８６６６６",
        "0755-8888666",
        "0755-88886666",
        "+86 10 8888 6666",
        "+86-755-88886666",
    ],
)
def test_a_mainland_phone_number_is_recognised_however_it_is_typed(text):
    assert is_mainland_phone(text)


@given(st.sampled_from("3456789"), st.text(string.digits, min_size=9, max_size=9))
def test_every_mobile_number_is_recognised(second, rest):
    assert is_mainland_phone(f"1{second}{rest}")


@pytest.mark.parametrize(
    "text",
    [
        "12800138000",
        "1380013800",
        "138001380000",
        "000008385",
        "00012345678",
        "2016-01-01",
        "3.14",
        "-13800138000x",
        "",
    ],
)
def test_other_numbers_are_no_phone_numbers(text):
    assert not is_mainland_phone(text)


@pytest.mark.parametrize(
    "text",
    ["a@b.cn", "first.last+tag@mail.example.com", "Li <li@example.com.cn>", "李@例子.中国", "ａ＠ｂ.ｃｎ"],
)
def test_an_email_address_is_recognised_alone_or_within_a_text(text):
    assert is_email(text)


@pytest.mark.parametrize("text", ["", "@", "a@b", "3 @ 2.50", "@home", "a@b.", "repair@lift"])
def test_an_at_sign_alone_is_no_email_address(text):
    assert not is_email(text)


def test_an_address_is_sought_in_a_long_text_in_one_pass():
    half = "a" * 2**19
    assert is_email(half + "@b.cn")
    for text in (half + "@", "a@" * 2**18, "a@" + "a." * 2**18 + "1"):
        assert not is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "the lift in our building is loud again",
        "Call me!",
        "Broken. Please come",
        "supercalifragilisticexpialidocious-and-more",
        "请尽快处理。",
        "业主反映楼上漏水需要尽快处理",
        "真的吗？",
    ],
)
def test_what_reads_like_somebodys_words_is_free_text(text):
    assert is_free_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "morning",
        "Fuel oil, kerosene, etc.",
        "Boat, RV, van, etc.",
        "10-19 Apartments",
        "2016-01-01 08:30:00",
        "上门保洁、维修",
        "3.14",
        "S1",
    ],
)
def test_a_code_or_a_short_label_is_no_free_text(text):
    assert not is_free_text(text)


def test_values_are_counted_by_rule_and_rules_without_a_match_are_left_out():
    values = ["13800138000", "13900139000", "a@b.cn", "440524188001010014", "2", "morning", ""]
    assert matching_rules(values) == {"resident_id": 1, "mainland_phone": 2, "email": 1}
    assert matching_rules([]) == {}


@given(st.lists(st.text(max_size=60)))
def test_the_counts_are_those_of_the_single_checks(values):
    single = {rule: sum(map(check, values)) for rule, check in CHECKS.items()}
    assert matching_rules(values) == {rule: count for rule, count in single.items() if count}


@given(
    st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9), st.booleans(), st.dates(), st.datetimes())
)
def test_ordinary_numbers_and_dates_match_no_rule(value):
    assert matching_rules([str(value)]) == {}
