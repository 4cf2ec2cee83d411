import re

import pytest

from segmentation.policy.base import COLUMN
from segmentation.policy.catalogue import load_catalogue
from serving.needs.names import Names
from tests.serving.needs.made import needs, policy

NAMES = Names(policy(), needs().all)
PLACE = "the 3rd field of this resident"


@pytest.mark.parametrize(
    "name",
    [
        "window_count",
        "repairs_2024",
        "门牌",
        "房间温度",
        "weatherToday",
        "ethnicity",
        "民族",
        "age_band",
        "高龄",
    ],
)
def test_a_name_that_reads_like_a_field_is_repeated(name):
    assert NAMES.is_tellable(name)
    assert f"`{name}`" in NAMES.wording(name, PLACE).rule


@pytest.mark.parametrize(
    "name",
    [
        "13800138000",
        "a13800138000",
        "11010519491231002X",
        "id_11010519491231002X",
        "一三八〇〇一三八〇〇〇",
        "１３８００１３８０００",
        "zhang@example.cn",
        "张三",
        "欧阳娜娜",
        "王小明",
        "id_李明芳",
        "李明芳_2",
        "业主李明芳",
        "金额",  # a sum of money, or somebody whose family name is Jin
        "She called twice",
        "two words",
        "x" * 64,
        "line\nbreak",
        "bell\x07",
        "\u202eabc",
        "zero\u200bwidth",
        "",
        "\ud800",
        "sk9fK2mQ7xWz",
        "qZkWpXyTrBvN",
        "4f9a7c2e8b1d",
        "业主张三的手机号码和家庭住址以及备注",
    ],
)
def test_a_name_that_may_be_a_person_or_a_key_is_told_by_its_place(name):
    assert not NAMES.is_tellable(name)
    told = NAMES.wording(name, PLACE)
    assert PLACE in told.rule
    assert not name or name not in told.rule + told.fix


@pytest.mark.parametrize(
    ("name", "says", "article"),
    [
        ("age_band", "is a protected attribute", "PIPL Art. 24"),
        ("tenure", "is a proxy of a protected attribute", "PIPL Art. 24"),
        ("building", "is denied by the policy", "PIPL Art. 6"),
        ("resident", "belongs to tables of residents", "PIPL Art. 6"),
        ("tenancy", "belongs to tables of residents", "PIPL Art. 6"),
        ("consent_fairness_audit", "belongs to tables of residents", "PIPL Art. 6"),
        ("Age-Band", "is a protected attribute", "PIPL Art. 24"),
        ("BUILDING", "is denied by the policy", "PIPL Art. 6"),
    ],
)
def test_what_the_policy_gives_another_role_is_refused_by_that_role(name, says, article):
    told = NAMES.wording(name, PLACE)
    assert says in told.rule
    assert article in told.article
    assert told.reason.en
    assert told.reason.zh


def test_a_denied_column_is_refused_for_the_reason_of_the_policy():
    told = NAMES.wording("building", PLACE)
    assert (told.reason.en, told.reason.zh) == ("Gathers people of one origin.", "同类住户聚居。")


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("ethnicity", "ethnicity"),
        ("民族", "ethnicity"),
        ("id_card_no", "identity_number"),
        ("身份证号", "identity_number"),
        ("religion", "religion"),
        ("household_income", "income"),
    ],
)
def test_what_the_catalogue_knows_is_refused_by_its_article(name, entry):
    told = NAMES.wording(name, PLACE)
    law = next(one for one in load_catalogue().entries if one.id == entry)
    assert (told.article, told.reason.zh) == (law.article, law.reason.zh)


def test_the_law_is_told_of_a_name_that_is_not_repeated():
    told = NAMES.wording("身份证号 11010519491231002X", PLACE)
    assert (
        told.article == next(one for one in load_catalogue().entries if one.id == "identity_number").article
    )
    assert NAMES.wording("11010519491231002X", PLACE).article == "PIPL Art. 6; GB/T 35273-2020 Annex B"


def test_the_nearest_need_is_told_of_a_name_with_a_slip():
    assert NAMES.wording("repair", PLACE).fix == "did you mean `repairs`?"
    assert NAMES.wording("window_count", PLACE).fix == "leave it out"


def test_what_is_not_read_is_no_way_out():
    assert NAMES.wording("unread_wid", PLACE).fix == "leave it out"


def test_a_long_name_costs_no_more_than_a_short_one():
    for name in ("ab " * 5_000_000, "报修" * 3_000_000):
        told = NAMES.wording(name, PLACE)
        assert told.rule == f"must not be sent: {PLACE} has a name that looks like free text"


def test_a_column_that_stands_twice_is_told():
    assert "`repairs` has the name of another column" in NAMES.repeated("repairs", PLACE).rule
    assert PLACE in NAMES.repeated("张三", PLACE).rule


def test_every_name_of_the_catalogue_that_can_be_a_columns_is_repeated_with_its_law():
    phrases = [phrase for entry in load_catalogue().entries for phrase in (*entry.names, *entry.exact)]
    names = [phrase.replace(" ", "_") for phrase in phrases if re.fullmatch(COLUMN, phrase.replace(" ", "_"))]
    assert len(names) > 1_000
    for name in names:
        assert NAMES.is_tellable(name), name
        assert NAMES.wording(name, PLACE).article
