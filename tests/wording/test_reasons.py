"""Reasons in both languages: the own value, what is usual, what weighs most, and what stays hidden."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.card.parts.segmented import Trait
from segmentation.errors import SegmentationError
from segmentation.policy import Text
from segmentation.profiles import Distinction
from segmentation.scorer import FoldedLevels, FoldedNumber, FoldedScorer
from segmentation.wording import Reader, titles_of
from segmentation.wording.reasons import Because, reasons
from tests.needs import feature, policy_of


def text(en, zh):
    return {"en": en, "zh": zh}


POLICY = policy_of(
    repairs=feature("count", title=text("Repair requests", "报修次数"), unit=text("a year", "次/年")),
    visits=feature("count", title=text("Number of visits", "上门次数"), unit=text("a year", "次/年")),
    area=feature("number", title=text("Area of the home", "住房面积"), unit=text("m²", "平方米")),
    by_phone=feature("share", title=text("Share of contacts by phone", "电话联系占比")),
    ev=feature("flag", title=text("EV charging", "电动车充电")),
    urgency=feature(
        "ordinal",
        title=text("Urgency", "紧急程度"),
        value_titles={"low": text("can wait", "不急"), "high": text("at once", "尽快")},
    ),
    channel=feature("category", title=text("Channel", "渠道"), missing=text("none named", "未说明")),
)
NAMES = {"S1": Text(en="Repairs", zh="报修"), "S2": Text(en="Quiet", zh="安静")}
EN, ZH = (Reader(language, replace(titles_of(POLICY), segments=NAMES)) for language in ("en", "zh"))


def usual(feature, inside, outside, level=None, **rest):
    return Distinction(feature, level, inside, outside, 1.0, (0.9, 1.1), **rest)


USUAL = (
    usual("repairs", 8.04, 2.0),
    usual("visits", 1.0, 3.5),
    usual("area", 120.44, 80.0),
    usual("by_phone", 0.851, 0.2),
    usual("ev", 0.8, 0.12),
    usual("urgency", 1.8, 0.3),
    usual("channel", 0.6, 0.2, level="app"),
    usual("channel", 0.05, 0.01, level="(unknown)"),
)


def why(*, borderline=False, **contributions):
    return Because("S1", "S2", contributions, borderline)


OTHER = (
    usual("repairs", 2.04, 4.0),
    usual("visits", 3.5, 1.0),
    usual("area", 80.0, 120.44),
    usual("by_phone", 0.2, 0.851),
    usual("ev", 0.12, 0.8),
    usual("urgency", 0.3, 1.8),
    usual("channel", 0.2, 0.6, level="app"),
    usual("channel", 0.01, 0.05, level="(unknown)"),
)


def told(reader, name, value, means=USUAL, others=()):
    """Return the one reason for a need, in the reader's words."""
    both = {"S1": means, "S2": others}
    (only,) = reasons(reader, POLICY, why(**{name: 1.0}), {name: value}, both).because
    return only


@pytest.mark.parametrize(
    ("name", "value", "en", "zh"),
    [
        (
            "repairs",
            9.0,
            "9 repair requests (typical here: 8, elsewhere 2)",
            "报修次数：9次/年（本群通常为8，其他为2）",
        ),
        (
            "repairs",
            1,
            "repair requests: 1 a year",
            "报修次数：1次/年",
        ),
        (
            "repairs",
            6,
            "6 repair requests (typical here: 8, elsewhere 2)",
            "报修次数：6次/年（本群通常为8，其他为2）",
        ),
        (
            "visits",
            2,
            "number of visits: 2 a year (typical here: 1, elsewhere 3.5)",
            "上门次数：2次/年（本群通常为1，其他为3.5）",
        ),
        (
            "area",
            110.5,
            "area of the home: 110.5 m² (typical here: 120.4 m², elsewhere 80 m²)",
            "住房面积：110.5平方米（本群通常为120.4平方米，其他为80平方米）",
        ),
        (
            "by_phone",
            0.9,
            "share of contacts by phone: 90% (typical here: 85%, elsewhere 20%)",
            "电话联系占比：90%（本群通常为85%，其他为20%）",
        ),
        ("ev", 1.0, "EV charging: yes (80% here, 12% elsewhere)", "电动车充电：是（本群80%，其他12%）"),
        ("ev", np.False_, "EV charging: no", "电动车充电：否"),
        (
            "urgency",
            "high",
            "urgency: at once (typical here: at once, elsewhere can wait)",
            "紧急程度：尽快（本群通常为尽快，其他为不急）",
        ),
        ("channel", "app", "channel: app (60% here, 20% elsewhere)", "渠道：app（本群60%，其他20%）"),
        ("channel", "desk", "channel: desk", "渠道：desk"),
        ("channel", None, "channel: none named (5% here, 1% elsewhere)", "渠道：未说明（本群5%，其他1%）"),
        ("repairs", np.nan, "repair requests: not known", "报修次数：未知"),
        ("urgency", None, "urgency: not known", "紧急程度：未知"),
    ],
)
def test_each_kind_of_need_is_told_with_its_value_and_what_is_usual(name, value, en, zh):
    assert (told(EN, name, value), told(ZH, name, value)) == (en, zh)


@pytest.mark.parametrize(
    ("name", "value", "en", "zh"),
    [
        (
            "repairs",
            9.0,
            "9 repair requests (typical here: 8, in S2: 2)",
            "报修次数：9次/年（本群通常为8，S2为2）",
        ),
        (
            "by_phone",
            0.9,
            "share of contacts by phone: 90% (typical here: 85%, in S2: 20%)",
            "电话联系占比：90%（本群通常为85%，S2为20%）",
        ),
        ("ev", 1.0, "EV charging: yes (80% here, 12% in S2)", "电动车充电：是（本群80%，S2为12%）"),
        (
            "urgency",
            "high",
            "urgency: at once (typical here: at once, in S2: can wait)",
            "紧急程度：尽快（本群通常为尽快，S2为不急）",
        ),
        ("channel", "app", "channel: app (60% here, 20% in S2)", "渠道：app（本群60%，S2为20%）"),
    ],
)
def test_a_value_is_laid_beside_what_is_usual_in_the_runner_up(name, value, en, zh):
    assert (told(EN, name, value, others=OTHER), told(ZH, name, value, others=OTHER)) == (en, zh)


@pytest.mark.parametrize(
    "others",
    [[usual("repairs", None, None)], [usual("repairs", 2.0, 4.0, hidden=True)], [usual("area", 1, 2)]],
)
def test_where_the_runner_up_shows_nothing_everybody_else_stands_in(others):
    assert told(EN, "repairs", 9, others=others) == "9 repair requests (typical here: 8, elsewhere 2)"


@pytest.mark.parametrize(
    ("name", "value"),
    [("repairs", 4), ("by_phone", 0.5), ("ev", 0), ("urgency", "low"), ("area", 100), ("visits", 3)],
)
def test_a_reason_whose_value_is_nearer_to_the_runner_up_gives_way_to_another(name, value):
    both = {"S1": USUAL, "S2": OTHER}
    weights, values = {name: 2.0, "channel": 0.1}, {name: value, "channel": "app"}
    assert reasons(EN, POLICY, why(**weights), values, both).because == (
        "channel: app (60% here, 20% in S2)",
    )
    alone = reasons(EN, POLICY, why(**{name: 2.0}), values, both).because
    assert len(alone) == 1
    assert "(" not in alone[0]


def test_what_speaks_against_is_nearer_to_the_runner_up():
    both, weights = {"S1": USUAL, "S2": OTHER}, {"ev": 1.0, "repairs": -3.0, "area": -1.0}
    found = reasons(EN, POLICY, why(**weights), {"ev": 1, "repairs": 9, "area": 85}, both, against=True)
    assert found.against == ("area of the home: 85 m² (typical here: 120.4 m², in S2: 80 m²)",)


_AMOUNTS = st.floats(0, 50).map(lambda amount: round(amount, 1))


@given(value=_AMOUNTS, here=_AMOUNTS, there=_AMOUNTS, weight=st.floats(0.1, 5))
def test_no_comparison_contradicts_its_reason(value, here, there, weight):
    both = {"S1": [usual("area", here, 0.0)], "S2": [usual("area", there, 0.0)]}
    (text,) = reasons(EN, POLICY, why(area=weight), {"area": value}, both).because
    assert ("typical" in text) == (here != there and abs(value - here) <= abs(value - there))


def test_a_reason_is_a_sentence_with_the_name_of_the_segment():
    found = [
        reasons(reader, POLICY, why(repairs=1.0), {"repairs": 9}, {"S1": USUAL}).text for reader in (EN, ZH)
    ]
    assert found == [
        f"In segment S1 “Repairs” rather than S2 “Quiet” because of {told(EN, 'repairs', 9)}.",
        "属于分群S1“报修”而非S2“安静”，原因：报修次数：9次/年（本群通常为8，其他为2）。",
    ]


def test_the_strongest_come_first_and_what_hardly_weighs_or_speaks_against_is_left_out():
    weights = {"repairs": 2.0, "area": 5.0, "by_phone": 0.49, "ev": -3.0, "visits": 0.0}
    values = {"repairs": 9, "area": 90, "by_phone": 0.9, "ev": 1, "visits": 1}
    found = reasons(EN, POLICY, why(**weights), values)
    assert found.because == ("area of the home: 90 m²", "9 repair requests")
    assert found.against == ()


def test_what_speaks_against_is_told_where_asked_for():
    weights, values = {"repairs": 2.0, "ev": -3.0, "area": -1.0}, {"repairs": 9, "ev": 1, "area": 90}
    found = reasons(EN, POLICY, why(**weights), values, against=True, most=1)
    assert found.against == ("EV charging: yes",)
    assert found.text == (
        "In segment S1 “Repairs” rather than S2 “Quiet” because of 9 repair requests. "
        "Against it: EV charging: yes."
    )


def test_a_borderline_case_is_said_to_be_one():
    texts = [
        reasons(reader, POLICY, why(repairs=1.0, borderline=True), {"repairs": 9}).borderline
        for reader in (EN, ZH)
    ]
    assert texts == [
        "It is a borderline case: segment S2 “Quiet” fits almost as well.",
        "处于边界：分群S2“安静”几乎同样合适。",
    ]
    assert reasons(EN, POLICY, why(repairs=1.0), {"repairs": 9}).borderline == ""


def test_who_is_where_the_average_resident_would_be_is_told_so():
    found = reasons(EN, POLICY, why(repairs=-1.0), {"repairs": 2})
    assert found.text == "In segment S1 “Repairs” rather than S2 “Quiet”, as the average resident would be."


def test_a_segment_alone_needs_no_reason():
    alone = Because("S1", "S1", {"repairs": 0.0}, borderline=False)
    assert reasons(EN, POLICY, alone, {"repairs": 2}).text == "In segment S1 “Repairs”, the only one."


@pytest.mark.parametrize(
    "mean",
    [
        usual("repairs", 8.0, 2.0, hidden=True),
        usual("repairs", None, None),
        usual("repairs", 2.01, 2.02),
        usual("area", 8.0, 2.0),
    ],
)
def test_what_is_hidden_or_no_different_or_of_another_need_is_not_told(mean):
    assert told(EN, "repairs", 9, [mean]) == "9 repair requests"


def test_a_segment_of_a_card_serves_as_well_as_a_profile():
    trait = Trait("repairs", None, 8.0, 2.0, 1.0, (0.9, 1.1))
    assert told(EN, "repairs", 9, [trait]) == "9 repair requests (typical here: 8, elsewhere 2)"


@pytest.mark.parametrize(("name", "value"), [("repairs", "wang"), ("channel", 3.0), ("repairs", ["wang"])])
def test_a_value_of_another_kind_is_refused_and_not_shown(name, value):
    with pytest.raises(SegmentationError, match=f"The value of '{name}' is not of the kind") as caught:
        reasons(EN, POLICY, why(**{name: 1.0}), {name: value})
    assert "wang" not in str(caught.value)


def test_the_row_of_an_explanation_is_taken_as_it_is():
    scorer = FoldedScorer(
        ("S1", "S2"),
        (0.0, 16.0),
        (FoldedNumber("repairs", log=False, slope=(0.0, -8.0), missing=(0.0, 0.0), mean=(0.0, -8.0)),),
        (FoldedLevels("channel", {"app": (0.0, 0.0)}, (0.0, 0.0), (0.0, 0.0)),),
        ((0.0, 16.0), (16.0, 0.0)),
        0.1,
    )
    explanation = scorer.explain({"repairs": [9.0, 2.05], "channel": ["app", None]})
    assert Because.of(explanation) == Because("S2", "S1", {"repairs": 64.0, "channel": 0.0}, borderline=False)
    second = Because.of(explanation, 1)
    assert (second.segment, second.borderline) == ("S2", True)
    found = reasons(EN, POLICY, second, {"repairs": 2.05, "channel": None})
    assert found.text == (
        "In segment S2 “Quiet” rather than S1 “Repairs” because of 2.05 repair requests. "
        "It is a borderline case: segment S1 “Repairs” fits almost as well."
    )


def test_whoever_answers_a_resident_needs_no_table_and_no_model():
    run = subprocess.run(
        [sys.executable, "-c", "import sys, segmentation.wording.reasons; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"pandas", "sklearn", "mlflow", "scipy", "pyarrow"} & set(run.stdout.split())
    assert "babel" in run.stdout
