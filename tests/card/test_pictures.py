"""What the charts of a card say of each finding and of each number of segments."""

import re
from dataclasses import replace

import pytest

from segmentation.card.charts import START, WIDTH
from segmentation.card.pictures import finding_chart, jaccard_chart, stability_chart, strength_chart
from segmentation.card.titles import titles_of
from segmentation.wording import Reader
from tests.card import made

CARD = made.card()
EN, ZH = (Reader(language, titles_of(CARD)) for language in ("en", "zh"))


def texts(chart, kind):
    return re.findall(rf'<text class="{kind}".*?>(.*?)</text>', chart)


@pytest.mark.parametrize(
    ("finding", "label", "figure"),
    [
        (made.BROKEN, "65 and over · S1", "1.92 [1.80, 2.04] · n 3,950"),
        (made.OPEN, "18 to 39 · Repair visits", "0.79 [0.71, 0.88] · n 700"),
        (made.HIDDEN, "18 to 39 × owner · S1", "broken, hidden · n 2,222"),
        (made.SMALL, "65 and over × tenant · Patrol", "undetermined, hidden"),
        (made.RARE, "tenant · S2", "no test possible · n 60"),
    ],
)
def test_a_row_names_group_and_target_and_never_a_figure_without_its_count(finding, label, figure):
    chart = finding_chart(EN, "made", [finding], 1)

    assert (texts(chart, "label"), texts(chart, "figure")) == ([label], [figure])


def test_a_share_is_drawn_from_nobody_up():
    chart = finding_chart(EN, "made", [made.MOVED], 1)

    assert texts(chart, "label") == ["65 and over"]
    assert texts(chart, "figure") == ["11.4% [9.8%, 13.1%] · n 3,950"]
    assert texts(chart, "tick") == ["0%", "5%", "10%", "15%", "20%"]


def test_a_large_share_has_room():
    chart = finding_chart(EN, "made", [replace(made.MOVED, value=0.7)], 1)

    assert texts(chart, "tick") == ["0%", "25%", "50%", "75%", "100%"]


def test_the_description_counts_by_status():
    chart = finding_chart(ZH, "made", [made.BROKEN, made.KEPT], 15)

    assert "共15项比较，由差到好显示2项：违反1项，无法判定0项，符合1项。" in chart


def test_the_number_that_was_chosen_stands_out():
    chart = strength_chart(EN, CARD.choice)

    assert texts(chart, "label") == [f"{n} segments" for n in (2, 3, 4, 5, 6, 7)]
    assert texts(chart, "figure") == ["0.97", "0.91, chosen", "0.85", "0.55", "0.87", "0.88"]
    assert (chart.count("dot chosen"), chart.count("dot lost")) == (1, 5)


def test_the_weakest_segment_of_each_number_is_drawn():
    assert texts(jaccard_chart(EN, CARD.choice), "figure") == [
        "0.94", "0.84, chosen", "0.61", "0.58", "0.79", "0.81",
    ]  # fmt: skip


def test_a_number_that_was_given_is_told_so():
    chart = jaccard_chart(ZH, made.card(choice=made.given()).choice)

    assert texts(chart, "figure") == ["0.55，人工指定"]


@pytest.mark.parametrize(("draw", "least"), [(strength_chart, 0.8), (jaccard_chart, 0.75)])
def test_each_measure_has_its_own_limit(draw, least):
    at = f"{START + WIDTH * least:.2f}%"

    assert re.findall(r'<line class="limit" x1="(.*?)"', draw(EN, CARD.choice)) == [at]


def test_how_a_segment_stands_is_told_by_shape():
    stability = made.card(stability=made.stability(jaccard=(0.75, 0.59))).stability
    chart = stability_chart(EN, stability)

    assert texts(chart, "label") == ["S1", "S2"]
    assert re.findall(r'class="dot (.*?)"', chart) == ["kept", "broken"]
