"""The catalogue knows what the law names, and leaves the language of service alone."""

import copy
import re
import tomllib
from importlib import resources

import pytest

from segmentation.policy.catalogue import SEVERITY, _digest, load_catalogue
from segmentation.policy.names import Phrases
from segmentation.policy.values import CHECKS

CATALOGUE = load_catalogue()
ENTRIES = {entry.id: entry for entry in CATALOGUE.entries}
MARKED = [*CATALOGUE.entries, *CATALOGUE.value_rules]


def _listed(text):
    return text.split()


HARMLESS = _listed("""
phone_contact smartphone laptop telephone repair_requests cleaning_requests parcel_pickups
security_requests green_requests facility_bookings evening_share weekend_share home_area_m2
service_urgency preferred_slot ev_charging pet_services heating_fuel elec_note gas_note water_note
elec_monthly gas_monthly water_yearly fuel_yearly rooms bedrooms internet broadband plumbing_complete
kitchen_complete hot_cold_running_water package_count message_count usage_hours image_quality stage
manager_visits coverage sextant 报修次数 保洁次数 电话联系占比 快递件数 year_built moved_in condo_fee
resident_ref resident_id serialno collected_on collection_source consent_fairness_audit
consent_fairness_audit_at consent_fairness_audit_notice lift_repairs visitor_registrations
parking_requests water_bill noise_complaints pest_control_requests waste_pickups gym_bookings
health_club_bookings meeting_room_bookings leisure_bookings basketball_bookings storage_requests
response_hours satisfaction app_share wechat_share email_share mobile_app_share mobile_home minor_repairs
minor_requests comment_count plant_health_requests fault_diagnosis_requests building_age
water_consumption electricity_consumption floor_cleaning_requests building_cleaning_requests
address_changes face_to_face_share request_location kitchen_location state_of_repair order_state
unit_price unit_count contact_count service_name disinfection_requests surface_area image_count
photo_count parcel_weight window_orientation garage cottage percentage wastage voltage luggage_storage
garbage drainage_requests leakage_reports sewage postage average_visits 电梯维修次数 绿化养护次数
安保求助次数 设施预订次数 晚间需求占比 住房面积 期望响应速度 希望上门时段 电动车充电 使用宠物服务
访客登记次数 停车申请次数 水费金额 电费 燃气费 物业费 垃圾清运次数 消防检查 儿童游乐场预约 病虫害防治次数
门禁报修次数 故障诊断次数 房间数 卧室数 宽带 装修申请 健身房预约 投诉次数 满意度 平均响应时长 夜间请求
家政服务 代收快递 会议室预订 充电桩 空调清洗 搬家服务 楼栋保洁次数 楼层清洁 单元门报修 微信联系占比
备注次数 报修照片数 地址变更次数 用水量 用电量 男厕保洁
""")

REFUSED = _listed("""
resident_name 姓名 id_number IDCard idCardNo 身份证号码 passport_no bankCardNumber 银行卡号 mobile
phone_number 手机号 email home_address face_id fingerprint 人脸 diagnosis 慢性病 blood_type religion
宗教信仰 gps_lat 门禁记录 child_age 未成年人数 remarks 备注 licence_plate license_plate 车牌 first-name
E-mail e_mail PHONE owner_mobile contact_phone 住户电话 业主的姓名 homeaddress phonenumber WeChatID
BankCards ＩＤＣａｒｄ 性取向 sexual_orientation criminal_record 前科 政治面貌 party_member 残疾等级
wheelchair_user password door_access_log 14岁以下人数 kidsUnder14 房号 healthStatus diagnoses
chat_history imei shoujihao
""")

PROTECTED = _listed("""
age ageBand age_band 年龄 sex gender 性别 ethnicity 民族 native_place 籍贯 marital_status married_couple
has_children elder_65plus language_home limited_english householder_sex single_parent date_of_birth dob
老人数量 hasChildren multigenerational partner 孕妇 母语 Ethnic.Group nianling
""")

PROXIES = _listed("""
tenure building hukou_place 户口所在地 household_size region state food_stamps n_vehicles postcode
own_or_rent isOwner 楼栋 所在小区 几口人 车辆数量 低保户 education_level
""")

DENIED = _listed("""
income monthly_income 收入 gross_rent spending 消费金额 hobby 兴趣爱好 credit_score rent_pct_income
owner_cost_pct_income wages hobbies 家庭月收入 欠费金额 savings
""")

CLASSED = [
    *(("refused", name) for name in REFUSED),
    *(("protected", name) for name in PROTECTED),
    *(("proxy", name) for name in PROXIES),
    *(("denied_by_default", name) for name in DENIED),
]
STYLES = {
    "snake_case": "_".join,
    "kebab-case": "-".join,
    "SHOUTED_CASE": lambda parts: "_".join(parts).upper(),
    "PascalCase": lambda parts: "".join(part.title() for part in parts),
    "in words": " ".join,
    "joined": "".join,
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_name_from_the_language_of_service_matches_nothing(name):
    assert [entry.id for entry in CATALOGUE.match_name(name)] == []


@pytest.mark.parametrize(("kind", "name"), CLASSED)
def test_a_marked_name_falls_into_its_class_first(kind, name):
    assert [entry.kind for entry in CATALOGUE.match_name(name)][:1] == [kind]


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.id)
def test_no_phrase_of_the_catalogue_belongs_to_two_entries(entry):
    for name in (*entry.names, *entry.exact):
        assert CATALOGUE.match_name(name) == (entry,)


@pytest.mark.parametrize("style", STYLES)
def test_spelling_does_not_hide_a_name(style):
    for entry in CATALOGUE.entries:
        for name in filter(str.isascii, (*entry.names, *entry.exact)):
            assert CATALOGUE.match_name(STYLES[style](name.split())) == (entry,)


@pytest.mark.parametrize("filler", ["zq", "x2", "次数"])
def test_words_around_a_phrase_do_not_hide_it(filler):
    for entry in CATALOGUE.entries:
        for name in entry.names:
            assert entry in CATALOGUE.match_name(f"{filler}_{name}_{filler}")


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.id)
def test_what_an_entry_excuses_matches_nothing_and_would_match_without_the_excuse(entry):
    unexcused = Phrases((entry.id, name) for name in entry.names)
    for phrase in entry.unless:
        assert CATALOGUE.match_name(phrase) == ()
        assert list(unexcused.find(phrase))


def test_the_most_severe_class_stands_first():
    kinds = [entry.kind for entry in CATALOGUE.match_name("email address, age, income and household size")]
    assert kinds == list(SEVERITY) == ["refused", "protected", "denied_by_default", "proxy"]


def test_a_phrase_inside_a_longer_one_does_not_count():
    assert [entry.id for entry in CATALOGUE.match_name("child_age")] == ["under_14"]
    assert [entry.id for entry in CATALOGUE.match_name("出生地")] == ["origin"]


def test_both_of_two_separate_phrases_count():
    assert [entry.id for entry in CATALOGUE.match_name("age_and_sex")] == ["age", "sex"]


@pytest.mark.parametrize("marked", MARKED, ids=lambda marked: marked.id)
def test_every_entry_and_rule_speaks_both_languages_in_one_line(marked):
    for text in (marked.category, marked.gist, marked.reason):
        assert text.en.isascii()
        assert re.search(r"[\u4e00-\u9fff]", text.zh)
        assert "\n" not in text.en + text.zh
    assert marked.reason.en.endswith(".")
    assert marked.reason.zh.endswith("。")


@pytest.mark.parametrize("marked", MARKED, ids=lambda marked: marked.id)
def test_every_entry_and_rule_names_articles_that_exist(marked):
    pattern = r"PIPL Art\. \d+(, \d+)*|GB/T 35273-2020 (Annex A|Annex B|7\.4)"
    articles = marked.article.split("; ")
    assert all(re.fullmatch(pattern, article) for article in articles)
    assert all(1 <= int(number) <= 74 for number in re.findall(r"\d+", articles[0]))


@pytest.mark.parametrize(
    "entry_id",
    ["financial_account", "biometrics", "health", "religion", "whereabouts", "under_14", "disability"],
)
def test_what_article_28_names_is_refused_under_article_28(entry_id):
    assert ENTRIES[entry_id].kind == "refused"
    assert "28" in re.findall(r"\d+", ENTRIES[entry_id].article.split(";")[0])


def test_minors_stand_under_the_article_on_guardians():
    assert ENTRIES["under_14"].article == "PIPL Art. 28, 31"


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.id)
def test_every_entry_has_names_in_both_languages_and_none_twice(entry):
    assert any(name.isascii() for name in entry.names)
    assert any(not name.isascii() for name in entry.names)
    every = [*entry.names, *entry.exact]
    assert sorted(set(every)) == sorted(every)


def test_ids_are_unique_and_classes_are_known():
    ids = [marked.id for marked in MARKED]
    assert sorted(set(ids)) == sorted(ids)
    assert {entry.kind for entry in CATALOGUE.entries} == set(SEVERITY)


def test_only_refused_information_may_be_closed_to_the_audit():
    closed = {entry.kind for entry in CATALOGUE.entries if not entry.auditable}
    assert closed == {"refused"}
    assert ENTRIES["disability"].auditable
    assert not ENTRIES["identity_number"].auditable


def test_every_value_rule_has_a_check_and_every_check_a_rule():
    assert {rule.id for rule in CATALOGUE.value_rules} == set(CHECKS)
    assert {rule.kind for rule in CATALOGUE.value_rules} == {"refused"}


def test_the_digest_follows_the_content_and_not_the_order_of_keys():
    source = resources.files("segmentation.policy").joinpath("catalogue.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(source + "\n# a comment\n")
    assert _digest(dict(reversed(raw.items()))) == CATALOGUE.digest
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", CATALOGUE.digest)
    changed = copy.deepcopy(raw)
    changed["entries"][0]["names"].pop()
    assert _digest(changed) != CATALOGUE.digest


def test_the_catalogue_is_read_once():
    assert load_catalogue() is CATALOGUE
    assert CATALOGUE.version == 1


# ---- Values -----------------------------------------------------------------------------------------


def _marks(values):
    return [(match.rule.id, match.matched, match.distinct) for match in CATALOGUE.match_values(values)]


def test_a_column_of_id_numbers_is_marked_under_any_name():
    assert _marks(["11010519491231002X", "440524188001010014"]) == [("resident_id", 2, 2)]


def test_a_column_with_some_numbers_that_pass_luhn_by_chance_is_left_alone():
    assert _marks(["4111111111111111", *(str(4 * 10**15 + 10 * i) for i in range(1, 20))]) == []


def test_a_column_of_bank_cards_is_marked_although_some_are_mistyped():
    assert _marks(["4111111111111111", "5555555555554444", "5555555555554445"]) == [("bank_card", 2, 3)]


@pytest.mark.parametrize(
    ("value", "entry_id"),
    [
        ("Type 2 Diabetes", "health"),
        ("糖尿病患者", "health"),
        ("Muslim", "religion"),
        ("wheelchair user", "disability"),
        ("中共党员", "political_affiliation"),
        ("Female householder", "sex"),
        ("女", "sex"),
        ("divorced", "marital_status"),
        ("回族", "ethnicity"),
    ],
)
def test_a_sensitive_word_marks_a_value(value, entry_id):
    assert [entry.id for entry in CATALOGUE.match_value(value)] == [entry_id]


@pytest.mark.parametrize(
    "value",
    [
        "Included in rent or in condo fee",
        "Bottled, tank, or LP gas",
        "Yes, by paying a cell phone company or Internet service provider",
        "No access to the Internet at this house, apartment, or mobile home",
        "morning",
        "低",
        "子女",
        "消毒",
        "42",
        "",
    ],
)
def test_the_words_of_a_service_mark_no_value(value):
    assert CATALOGUE.match_value(value) == ()


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.id)
def test_every_word_marks_its_own_entry_alone(entry):
    for word in entry.words:
        assert [found.id for found in CATALOGUE.match_value(word)] == [entry.id]


def test_words_are_counted_after_the_patterns_and_by_severity():
    values = ["a@b.cn", "female", "diabetic", "male"]
    assert _marks(values) == [("email", 1, 4), ("health", 1, 4), ("sex", 2, 4)]


def test_no_values_mark_nothing():
    assert _marks([]) == []
