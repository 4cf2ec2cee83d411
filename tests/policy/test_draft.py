"""A draft shows the table and no single resident, and is refused only for what it leaves marked."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.errors import PolicyError, ResidentsError, StorageError
from segmentation.policy import policy_from
from segmentation.policy.base import UNWRITTEN
from segmentation.policy.draft import draft_policy
from segmentation.simulate import simulate

ROOT = Path(__file__).parents[2]
HOUSEHOLDS = ROOT / "../shared/data/acs_pums_2016_households/households_occupied_clean.parquet"
ROWS = 200
ROLES = ("features", "protected", "proxies", "denied")


@pytest.fixture(scope="module")
def community(tmp_path_factory):
    path = tmp_path_factory.mktemp("community") / "residents.parquet"
    simulate(2000).residents.to_parquet(path)
    return path


def _written(draft):
    """Return the draft's tables with every marked sentence replaced by some text."""
    return tomllib.loads(re.sub(rf"{UNWRITTEN}[^>]*>", "some text", draft))


def _drafted(tmp_path, **columns):
    """Return the tables of the draft for a table with these columns, an id and one feature."""
    frame = pd.DataFrame({"resident_ref": [f"r{n}" for n in range(ROWS)], "repairs": np.arange(ROWS) % 9})
    frame.assign(**columns).to_parquet(tmp_path / "table.parquet")
    raw = _written(draft_policy(tmp_path / "table.parquet"))
    policy_from(raw)
    return raw


def _role(raw, column):
    return [role for role in ROLES if column in raw.get(role, {})]


def _rows(*values):
    """Return a column of these values in turn."""
    return [values[n % len(values)] for n in range(ROWS)]


def _with_rare(rare, *values):
    return [rare] * 29 + _rows(*values)[29:]


def _assert_refused_for_its_marks_alone(draft):
    with pytest.raises(PolicyError) as caught:
        policy_from(tomllib.loads(draft))
    assert {fault.rule for fault in caught.value.faults} == {"is still to be written by a person"}
    assert policy_from(_written(draft)).features


def test_the_draft_of_a_community_is_refused_for_its_marks_alone(community):
    _assert_refused_for_its_marks_alone(draft_policy(community))


def test_the_draft_of_the_households_is_refused_for_its_marks_alone():
    if not HOUSEHOLDS.exists():
        pytest.skip(f"the public survey is not here: {HOUSEHOLDS}")
    draft = draft_policy(HOUSEHOLDS)
    _assert_refused_for_its_marks_alone(draft)
    raw = _written(draft)
    assert raw["residents"]["id"] == "serialno"
    assert _role(raw, "income") == _role(raw, "gross_rent") == ["denied"]
    assert _role(raw, "elder_65plus") == _role(raw, "partner") == ["protected"]
    assert _role(raw, "tenure") == _role(raw, "household_size") == ["proxies"]
    assert _role(raw, "heating_fuel") == _role(raw, "elec_note") == ["features"]
    assert raw["features"]["broadband"]["kind"] == "flag"


def test_a_community_is_sorted_as_its_own_policy_sorts_it(community):
    raw = _written(draft_policy(community))
    own = tomllib.loads((ROOT / "models/resident_needs/policy.toml").read_text(encoding="utf-8"))
    assert {name: feature["kind"] for name, feature in raw["features"].items()} == {
        name: feature["kind"] if name != "service_urgency" else "category"
        for name, feature in own["features"].items()
    }
    assert set(raw["protected"]) == set(own["protected"])
    assert set(raw["proxies"]) == set(own["proxies"]) | {"building"}
    assert set(raw["denied"]) == {"monthly_income"}


def test_the_layout_of_a_community_is_recognised(community):
    raw = _written(draft_policy(community))
    assert raw["purpose"]["key"] == "service_planning"
    assert raw["audit_purpose"]["key"] == "fairness_audit"
    assert raw["residents"]["id"] == "resident_ref"
    assert raw["residents"]["collected_on"] == "collected_on"
    assert raw["residents"]["source"] == "collection_source"
    assert not [name for role in ROLES for name in raw[role] if name.startswith(("consent", "collect"))]


def test_a_csv_file_and_a_parquet_file_give_the_same_draft(community, tmp_path):
    table = tmp_path / "residents.csv"
    pd.read_parquet(community).to_csv(table, index=False)
    assert draft_policy(table) == draft_policy(community)


def test_the_model_is_named_after_the_file_or_as_asked(community, tmp_path):
    chinese = tmp_path / "住户.parquet"
    chinese.write_bytes(community.read_bytes())
    assert tomllib.loads(draft_policy(community))["name"] == "residents"
    assert tomllib.loads(draft_policy(chinese))["name"] == "resident_needs"
    assert tomllib.loads(draft_policy(community, name="my_needs"))["name"] == "my_needs"
    with pytest.raises(PolicyError, match="lower case letters"):
        draft_policy(community, name="My needs")


@pytest.mark.parametrize(
    ("column", "kind", "limits"),
    [
        (_rows(True, False), "flag", None),
        (_rows("Yes", "No"), "flag", None),
        (_rows("是", "否"), "flag", None),
        (_rows(0, 1), "flag", None),
        (_rows(0, 1, 2), "count", [0, 2]),
        (_rows(0, 1, 2, None), "count", [0, 2]),
        (_rows(-4, 1, 4), "number", [-4, 4]),
        (_rows(0.25, 0.5), "share", None),
        (_rows(0.25, 1.5), "number", [0, 2]),
        (_rows("morning", "evening"), "category", None),
        (pd.Categorical(_rows("low", "high"), ["low", "high"], ordered=True), "ordinal", None),
    ],
)
def test_a_kind_and_a_range_are_proposed(tmp_path, column, kind, limits):
    feature = _drafted(tmp_path, wish=column)["features"]["wish"]
    assert feature["kind"] == kind
    assert feature.get("range") == limits


def test_an_ordinal_keeps_the_order_of_the_table(tmp_path):
    values = ["low", "normal", "high"]
    column = pd.Categorical(_rows(*values), values, ordered=True)
    assert _drafted(tmp_path, wish=column)["features"]["wish"]["values"] == values


@pytest.mark.parametrize(
    ("numbers", "limits"),
    [
        ([*range(3, 100), *range(3, 105), 736], [0, 800]),  # rounded outwards
        ([*range(99), *range(100), 200], [0, 300]),  # one resident holds 200, which would be the limit
        ([1939, 2016] * 100, [1930, 2020]),
        ([-40] + [0] * 100 + [40] * 99, [-50, 40]),
        ([0.004] + [0.5] * 198 + [1.25], [0, 2]),
        ([float("inf")] + [2.5] * 100 + [9.5] * 99, [2, 10]),
    ],
)
def test_a_range_shows_no_extreme_of_a_single_resident(tmp_path, numbers, limits):
    feature = _drafted(tmp_path, wish=numbers)["features"]["wish"]
    assert feature["range"] == limits


def test_no_value_of_few_residents_is_written(tmp_path):
    frame = pd.DataFrame(
        {
            "resident_ref": [f"ref-{n}" for n in range(1000)],
            "channel": ["pager"] * 29 + ["phone"] * 30 + ["app"] * 941,
            "sex": ["other"] * 29 + ["female"] * 471 + ["male"] * 500,
            "household_size": [17] * 29 + [2, 3, 4] * 323 + [2, 3],
            "repairs": [7341] + [4] * 500 + [9] * 499,
            "remark": ["the lift is loud"] * 1000,
            "collected_on": ["2024-03-09"] * 1000,
        }
    )
    frame.to_csv(tmp_path / "table.csv", index=False)
    draft = draft_policy(tmp_path / "table.csv")
    for single in ("pager", "other", "17", "7341", "lift is loud", "2024", "ref-"):
        assert single not in draft.replace("another", "")
    raw = _written(draft)
    assert raw["features"]["channel"]["values"] == ["app", "phone"]
    assert list(raw["protected"]["sex"]["groups"]) == ["female", "male"]
    assert list(raw["proxies"]["household_size"]["groups"]) == ["2", "3", "4"]
    assert draft.count("# Left out here: 1 that fewer than 30 residents hold.") == 3


def _phone(n):
    return f"1380013{n:04d}"


def _id_number(n):
    digits = f"110101199001{n % 28 + 1:02d}{n:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


@pytest.mark.parametrize(
    ("name", "column", "reason"),
    [
        ("code_7", [_id_number(n) for n in range(ROWS)], "resident ID numbers"),
        ("code_7", [_phone(n) for n in range(ROWS)], "phone numbers"),
        ("code_7", [int(_phone(n)) for n in range(ROWS)], "phone numbers"),
        ("code_7", [float(_phone(n)) for n in range(ROWS - 1)] + [None], "phone numbers"),
        ("code_7", [f"a{n}@example.org" for n in range(ROWS)], "e-mail addresses"),
        ("code_7", [f"Please mend lamp {n}, it is dark here. Thanks!" for n in range(ROWS)], "sentences"),
        ("sex", [_phone(n % 50) for n in range(ROWS)], "phone numbers"),
        ("id_card_no", _rows("a", "b"), "identifies a person"),
        ("religion", _rows("a", "b"), "Belief"),
        ("monthly_income", _rows(1000, 2000), "earns"),
        ("hobby", _rows("chess", "go"), "like in private"),
        ("wish", _rows("only"), "one value"),
        ("wish", _rows(3), "one value"),
        ("wish", _rows(None), "empty"),
        ("wish", _rows(float("inf"), 1.5), "one value"),
        ("wish", [f"v{n}" for n in range(ROWS)], "too many values"),
        ("wish", [f"v{n % 40}" for n in range(ROWS)], "held by few residents"),
        ("wish", [1000 + 7 * n for n in range(ROWS)], "value of their own"),
        ("wish", pd.date_range("2024-01-01", periods=ROWS), "date is no need"),
        ("wish", [f"2024-01-{n % 28 + 1:02d}" for n in range(ROWS)], "date is no need"),
        ("wish", [[n] for n in range(ROWS)], "neither numbers nor short texts"),
        ("late wish", _rows(1, 2, 3), "rename it"),
        ("late__wish", _rows(1, 2, 3), "rename it"),
        ("consent_marketing", _rows("given", "refused"), "another purpose"),
        ("sex", _rows("female"), "one value"),
        ("sex", pd.date_range("2024-01-01", periods=ROWS), "date is no need"),
        ("ethnicity", [f"v{n}" for n in range(ROWS)], "held by few residents"),
        ("hukou_place", [f"v{n}" for n in range(ROWS - 1)] + ["v0"], "held by few residents"),
        ("household_size", [n / 10 for n in range(ROWS)], "bands"),
    ],
)
def test_what_must_not_be_used_is_denied_with_the_reason(tmp_path, name, column, reason):
    columns = {"consent_service_planning": "given"} if name == "consent_marketing" else {}
    raw = _drafted(tmp_path, **columns, **{name: column})
    assert _role(raw, name) == ["denied"]
    assert reason in raw["denied"][name]["reason"]["en"]
    assert re.search("[\u4e00-\u9fff]", raw["denied"][name]["reason"]["zh"])


def test_more_groups_than_an_attribute_may_have_are_denied(tmp_path):
    frame = pd.DataFrame({"repairs": np.arange(201 * 30) % 9, "ethnicity": np.arange(201 * 30) % 201})
    frame["ethnicity"] = "v" + frame["ethnicity"].astype(str)
    frame.to_parquet(tmp_path / "table.parquet")
    raw = _written(draft_policy(tmp_path / "table.parquet"))
    assert "too many values" in raw["denied"]["ethnicity"]["reason"]["en"]


@pytest.mark.parametrize(
    ("name", "column", "role"),
    [
        ("code_7", [f"C{n % 4}" for n in range(ROWS)], "features"),
        ("code_7", _rows("female", "male"), "protected"),
        (
            "code_7",
            _rows("A long answer that a survey offers to everybody who is asked, as it is", "No"),
            "features",
        ),
        ("minutes", [n / 7 for n in range(ROWS)], "features"),
        ("报修次数", _rows(1, 2, 3), "features"),
        ("民族", _rows("汉族", "回族"), "protected"),
        ("户口所在地", _rows("本地", "外地"), "proxies"),
        ("n_vehicles", _rows(0, 1, 2), "proxies"),
        ("age_band", _rows("18-39", "40+", None), "protected"),
    ],
)
def test_what_may_be_used_or_audited_is_not_denied(tmp_path, name, column, role):
    assert _role(_drafted(tmp_path, **{name: column}), name) == [role]


def test_a_protected_number_is_replaced_by_bands_that_a_person_names(tmp_path):
    raw = _drafted(tmp_path, age=[18 + n % 70 for n in range(ROWS)])
    assert "bands" in raw["denied"]["age"]["reason"]["en"]
    assert raw["protected"]["age_band"]["groups"]["band_1"] == {"en": "some text", "zh": "some text"}
    assert set(raw["protected"]) == {"age_band"}


def test_bands_that_the_table_has_are_taken(tmp_path):
    raw = _drafted(tmp_path, age=[18 + n % 70 for n in range(ROWS)], age_band=_rows("18-39", "40+"))
    assert set(raw["protected"]) == {"age_band"}
    assert set(raw["protected"]["age_band"]["groups"]) == {"18-39", "40+"}


def test_a_table_without_protected_attributes_is_asked_for_one(tmp_path):
    raw = _drafted(tmp_path, tenure=_rows("owner", "tenant"))
    assert set(raw["protected"]) == {"age_band"}
    assert raw["proxies"]["tenure"]["stands_for"] == ["age_band"]
    raw = _drafted(tmp_path, age_band=_rows("40+"))
    assert set(raw["protected"]) == {"age_band_2"}
    assert set(raw["denied"]) == {"age_band"}


def test_many_groups_are_listed_without_titles(tmp_path):
    frame = pd.DataFrame({"repairs": np.arange(600) % 9, "block": [f"B{n % 13:02d}" for n in range(600)]})
    frame.to_parquet(tmp_path / "table.parquet")
    raw = tomllib.loads(draft_policy(tmp_path / "table.parquet"))
    assert raw["proxies"]["block"]["groups"] == [f"B{n:02d}" for n in range(13)]


def test_a_table_without_an_id_or_consents_says_so(tmp_path):
    pd.DataFrame({"repairs": _rows(1, 2, 3)}).to_parquet(tmp_path / "table.parquet")
    draft = draft_policy(tmp_path / "table.parquet")
    assert tomllib.loads(draft)["residents"]["id"].startswith(UNWRITTEN)
    assert "no columns consent_service_planning" in draft
    assert "retention_days cannot be held to" in draft
    _assert_refused_for_its_marks_alone(draft)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["code", "serialno"], "serialno"),
        (["住户编号", "code"], "住户编号"),
        (["code", "wish"], "code"),
        (["phone_number", "residentId"], "residentId"),
    ],
)
def test_the_id_is_found_by_its_name_first(tmp_path, names, found):
    frame = pd.DataFrame({name: [f"{name}{n}" for n in range(ROWS)] for name in names})
    frame.assign(repairs=_rows(1, 2, 3)).to_parquet(tmp_path / "table.parquet")
    assert tomllib.loads(draft_policy(tmp_path / "table.parquet"))["residents"]["id"] == found


def test_the_purposes_are_named_after_the_consents_of_the_table(tmp_path):
    columns = {
        f"consent_{key}{end}": "given"
        for key in ("cleaning", "group_audit")
        for end in ("", "_at", "_notice")
    }
    raw = _drafted(tmp_path, **columns)
    assert (raw["purpose"]["key"], raw["audit_purpose"]["key"]) == ("cleaning", "group_audit")
    assert "denied" not in raw


def test_a_number_with_a_leading_zero_is_a_code(tmp_path):
    lines = ["resident_ref,zone,repairs", *(f"r{n},0{n % 3},{n % 5}" for n in range(ROWS))]
    (tmp_path / "table.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    features = _written(draft_policy(tmp_path / "table.csv"))["features"]
    assert features["zone"]["values"] == ["00", "01", "02"]
    assert features["repairs"]["kind"] == "count"


def test_an_index_that_pandas_stored_is_a_column(tmp_path):
    frame = pd.DataFrame(
        {"repairs": _rows(1, 2, 3)}, index=pd.Index([f"r{n}" for n in range(ROWS)], name="ref")
    )
    frame.to_parquet(tmp_path / "table.parquet")
    assert tomllib.loads(draft_policy(tmp_path / "table.parquet"))["residents"]["id"] == "ref"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("table.parquet", b"no table", "is not a Parquet table"),
        ("table.parquet", b"", "is not a Parquet table"),
        ("table.csv", b"", "is not a CSV table"),
        ("table.csv", "姓名\n".encode("gb18030"), "is not a CSV table in UTF-8"),
        ("table.csv", b"a,b\n1,2,3\n", "is not a CSV table"),
        ("table.csv", b"a,b\n", "holds no rows"),
        ("table.csv", b"a,a\n1,2\n", "names a column twice"),
        ("table.csv", b"resident_ref\nr1\nr2\n", "No column of"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ResidentsError, match=words) as caught:
        draft_policy(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(tmp_path):
    for path in (tmp_path / "nothing.csv", tmp_path / "nothing.parquet", tmp_path):
        with pytest.raises(StorageError, match="cannot be read") as caught:
            draft_policy(path)
        assert "\n" not in str(caught.value)


def test_a_damaged_parquet_file_is_refused_in_one_sentence(community, tmp_path):
    content = bytearray(community.read_bytes())
    content[4:2000] = bytes(1996)
    (tmp_path / "table.parquet").write_bytes(content)
    with pytest.raises((ResidentsError, StorageError)) as caught:
        draft_policy(tmp_path / "table.parquet")
    assert "\n" not in str(caught.value)


_COLUMNS = st.one_of(
    st.lists(st.sampled_from(values), min_size=1, max_size=4)
    for values in (
        [True, False, None],
        [0, 1, 2, -3, 10**15, 13800138000],
        [0.25, 7.5, 1e-9, -1e300, float("inf"), None],
        [
            "",
            " a ",
            "a",
            "b",
            "yes",
            "No",
            "(unknown)",
            "x\ny",
            '"\\',
            "女",
            "2024-01-01",
            "<write: x>",
            None,
        ],
    )
)
_NAMES = st.sampled_from(
    ["wish", "sex", "age", "tenure", "身高", "a b", 'q"t', "x\ny", "", " sex", "consent_a", "consent_a_at"]
)


@settings(max_examples=40, deadline=None)
@given(table=st.dictionaries(_NAMES, _COLUMNS, max_size=5), is_csv=st.booleans())
def test_whatever_the_table_the_draft_is_refused_for_its_marks_alone(tmp_path_factory, table, is_csv):
    path = tmp_path_factory.mktemp("any") / ("table.csv" if is_csv else "table.parquet")
    frame = pd.DataFrame({**{name: _rows(*values) for name, values in table.items()}, "repairs": _rows(1, 2)})
    write = frame.to_csv if is_csv else frame.to_parquet
    write(path, index=False)
    _assert_refused_for_its_marks_alone(draft_policy(path))


@pytest.mark.parametrize(("largest", "role"), [(10**15, "denied"), (10**6, "features")])
def test_numbers_too_large_to_count_a_need_are_denied(tmp_path, largest, role):
    pd.DataFrame({"wish": _rows(0, largest), "repairs": _rows(1, 2)}).to_parquet(tmp_path / "table.parquet")
    assert "wish" in tomllib.loads(draft_policy(tmp_path / "table.parquet"))[role]
