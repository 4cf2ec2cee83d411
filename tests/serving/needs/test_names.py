import re

import pytest

from segmentation.policy.base import COLUMN
from segmentation.policy.catalogue import load_catalogue
from serving.needs.names import Names
from serving.needs.need import Need
from tests.serving.needs.made import needs, policy

NAMES = Names(policy(), needs().all)
PLACE = "the 3rd field of this resident"


def told_of(name):
    """Return what a request is told of a field, as the readers ask for it."""
    return NAMES.wording(name, f"`{name}`" if NAMES.is_tellable(name) else PLACE)


@pytest.mark.parametrize(
    "name",
    [
        "repairs",
        "报修次数",
        "age_band",
        "building",
        "consent_fairness_audit",
        "ethnicity",
        "Ethnicity",
        "民族",
        "门牌",
        "高龄",
        "id_card_no",
        "ageBand",
        "AGE_BAND",
        "repair",
        "reparis",
        "evening_shares",
        "consent_fairnes_audit",
    ],
)
def test_a_name_that_the_policy_or_the_law_knows_is_repeated_and_a_slip_of_one(name):
    assert NAMES.is_tellable(name)


PEOPLE = [
    *("张三", "王小明", "李明芳", "欧阳娜娜", "诸葛亮", "司马相如", "佟丽娅", "单雄信", "金额", "和平"),
    *("阿依古丽", "买买提", "阿卜杜拉", "古丽娜扎尔", "阿依古丽·买买提", "迪丽热巴·迪力木拉提"),
    *("尼玛扎西", "次仁旺姆", "扎西", "乌云", "其木格", "斯琴高娃", "巴图", "金哲洙", "韦小云", "阿诗玛"),
    *("འཇམ་དཔལ", "ئايگۈل", "ᠪᠠᠭᠠᠲᠤᠷ", "김철수", "山田太郎", "Нурсултан", "محمد", "नरेंद्र"),
    *("zhangwei", "Zhang_Wei", "zhang_wei", "LiMing", "Brent", "Parker", "Nguyen", "OBrien", "MariaGarcia"),
    *("业主李明芳", "id_李明芳", "李明芳_2", "repairs_li", "repairs_zhang", "wang_repairs", "张报修次数"),
]


@pytest.mark.parametrize("name", PEOPLE)
def test_the_name_of_a_person_of_any_people_is_told_by_its_place(name):
    assert not NAMES.is_tellable(name)
    told = told_of(name)
    assert PLACE in told.rule
    assert name not in told.rule + told.fix


@pytest.mark.parametrize(
    "name",
    [
        "13800138000",
        "a13800138000",
        "11010519491231002X",
        "id_11010519491231002X",
        "ethnicity_13800138000",
        "repairs_138001380",
        "一三八〇〇一三八〇〇〇",
        "１３８００１３８０００",
        "zhang@example.cn",
        "She called twice",
        "two words",
        "x" * 64,
        "line\nbreak",
        "bell\x07",
        "repairs\n",
        "\u202erepairs",
        "repairs\u200b",
        "ｒｅｐａｉｒｓ",
        "",
        "\ud800",
        "sk9fK2mQ7xWz",
        "qZkWpXyTrBvN",
        "4f9a7c2e8b1d",
        "业主张三的手机号码和家庭住址以及备注",
        "幸福小区三号楼",
        "我老婆有癌症",
        "son_has_hiv",
        "lives_at_no_5",
        "uyghur_family_ethnicity",
        "window_count",
        "房间温度",
    ],
)
def test_a_name_that_nobody_knows_is_told_by_its_place(name):
    assert not NAMES.is_tellable(name)
    told = told_of(name)
    assert PLACE in told.rule
    assert not name or name not in told.rule + told.fix


def test_a_name_that_is_not_repeated_has_a_way_out_all_the_same():
    assert told_of("window_count").rule == f"must not be sent: {PLACE} is no field of the policy"
    assert told_of("window_count").fix == (
        "leave it out; the needs are `repairs`, `home_area`, `evening_share`, `urgency`, `channel`, "
        "`parking`, `class`, `报修次数`, `渠道`, `wide`"
    )
    assert told_of("repairs_li").fix == "did you mean `repairs`?"
    assert "names health" in told_of("son_has_hiv").rule
    assert told_of("son_has_hiv").article


def test_of_many_needs_the_first_are_listed():
    many = tuple(Need(f"need_{at}", next(iter(policy().features.values())), ()) for at in range(40))
    told = Names(policy(), many).wording("window_count", PLACE)
    assert told.fix.endswith("`need_14`, `need_15` and 24 more, which /v1/model lists")


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
    told = told_of(name)
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
    assert (told.article, told.reason.zh) == (law.article, law.gist.zh)


def test_the_law_is_told_of_a_name_that_is_not_repeated():
    told = NAMES.wording("身份证号 11010519491231002X", PLACE)
    assert (
        told.article == next(one for one in load_catalogue().entries if one.id == "identity_number").article
    )
    assert NAMES.wording("11010519491231002X", PLACE).article == "PIPL Art. 6; GB/T 35273-2020 Annex B"


def test_the_nearest_need_is_told_of_a_name_with_a_slip():
    assert told_of("repair").fix == "did you mean `repairs`?"
    assert "did you mean" not in told_of("window_count").fix


def test_what_is_not_read_is_no_way_out():
    assert "unread" not in told_of("unread_wid").fix


def test_a_long_name_costs_no_more_than_a_short_one():
    for name in ("ab " * 5_000_000, "报修" * 3_000_000):
        told = told_of(name)
        assert told.rule == f"must not be sent: {PLACE} has a name that looks like free text"


def test_a_column_that_stands_twice_is_told():
    assert NAMES.repeated("`repairs`").rule == (
        "must not be sent twice: `repairs` has the name of another column"
    )


def test_every_name_of_the_catalogue_that_can_be_a_columns_is_repeated_with_its_law():
    phrases = [phrase for entry in load_catalogue().entries for phrase in (*entry.names, *entry.exact)]
    names = [phrase.replace(" ", "_") for phrase in phrases if re.fullmatch(COLUMN, phrase.replace(" ", "_"))]
    assert len(names) > 1_000
    for name in names:
        assert NAMES.is_tellable(name), name
        assert NAMES.wording(name, PLACE).article
