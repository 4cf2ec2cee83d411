"""The picture of a report: a dot and its interval for each group, hollow where the data leave it open."""

from dataclasses import replace

import pytest
from matplotlib.figure import Figure

from segmentation.audit.plot import COLOURS, MOST
from segmentation.drawing import fonts
from segmentation.errors import AuditError
from tests.card import made

REPORT = made.audit()
POLICY = made.policy()
HAS_CHINESE = len(fonts()) > 1


def dots(axes):
    return [line for line in axes.lines if line.get_marker() not in {"None", None, ""}]


def labels(axes):
    return [text.get_text() for text in axes.get_yticklabels()]


def report(*findings):
    return replace(REPORT, findings=findings)


def test_without_an_attribute_the_worst_finding_decides():
    assert "age_band" in REPORT.plot()._suptitle.get_text()
    assert "tenure" in report(made.KEPT).plot()._suptitle.get_text()


def test_every_check_of_groups_has_its_panel_and_every_finding_its_row_with_its_count():
    panels = REPORT.plot("age_band", policy=POLICY).axes

    assert [labels(axes) for axes in panels] == [
        ["65 and over (3,950 residents)"],
        ["65 and over (3,950 residents)"],
        ["S1 · 65 and over (1,204 of 3,950)"],
        ["Repair visits · 18 to 39 (205 of 700)"],
        ["Repair visits · 18 to 39 (31 of 98)"],
    ]


def test_every_panel_says_what_its_figures_are():
    panels = REPORT.plot("age_band").axes

    told = [axes.get_xlabel() for axes in panels]
    assert told[0].startswith("Share of the group's residents")
    assert told[1].startswith("Area under the curve")
    assert told[2:] == ["Rate in the group over that of the others; 1: alike"] * 3


@pytest.mark.skipif(not HAS_CHINESE, reason="no font for Chinese is installed")
def test_every_panel_says_so_in_chinese():
    assert all("；" in axes.get_xlabel() for axes in REPORT.plot("age_band", "zh").axes)


def test_without_a_policy_keys_are_told():
    assert labels(REPORT.plot("age_band").axes[3]) == ["repair_visits · 18-39 (205 of 700)"]


@pytest.mark.parametrize("status", COLOURS)
def test_only_what_is_open_is_hollow_and_shape_tells_it_too(status):
    (axes,) = report(replace(made.BROKEN, status=status)).plot().axes
    (dot,) = dots(axes)

    assert dot.get_color() == COLOURS[status]
    assert (dot.get_markerfacecolor() == "white") is (status == "undetermined")
    assert (dot.get_marker() == "D") is (status == "broken")


def test_dot_interval_and_limits_stand_where_they_belong():
    (axes,) = report(made.BROKEN).plot().axes
    (dot,) = dots(axes)
    spans = [list(line.get_xdata()) for line in axes.lines if line is not dot]

    assert list(dot.get_xdata()) == [made.BROKEN.value]
    assert list(made.BROKEN.interval) in spans
    assert [0.8, 0.8] in spans
    assert [1.25, 1.25] in spans


def test_what_is_hidden_has_no_dot():
    (axes,) = report(made.HIDDEN).plot().axes

    assert dots(axes) == []
    assert "broken (hidden)" in [text.get_text() for text in axes.texts]


def test_an_area_has_a_panel_whose_scale_starts_at_a_guess():
    area = replace(made.BROKEN, check="probe_auc", target=None, limit=0.6, value=0.71, interval=(0.66, 0.75))
    (axes,) = report(area).plot().axes

    assert list(dots(axes)[0].get_xdata()) == [0.71]
    low, high = axes.get_xlim()
    assert low == 0.5
    assert 0.75 < high < 0.8


def test_rates_among_those_in_need_have_a_panel_where_theirs_is_the_worst_finding():
    unequal = replace(made.BROKEN, check="equal_opportunity", target="patrol")
    (axes,) = report(unequal).plot().axes

    assert list(dots(axes)[0].get_xdata()) == [unequal.value]
    assert axes.get_xscale() == "log"


def test_nobody_and_everybody_stay_on_the_scale():
    (axes,) = report(replace(made.BROKEN, value=0.0, interval=(0.0, 900.0))).plot().axes

    low, high = axes.get_xlim()
    assert 0 < low < 1 / 16
    assert 16 < high < 18


def test_segments_stand_in_their_order_and_of_many_rows_the_worst():
    many = [
        replace(made.BROKEN, group=f"g{at}", target=f"S{at % 12}", value=9 - at / 10)
        for at in range(MOST + 9)
    ]
    long = replace(REPORT, findings=tuple(many), segments=tuple(f"S{at}" for at in range(12)))
    (axes,) = long.plot().axes

    told = labels(axes)
    assert len(told) == MOST
    assert [label.split(" · ")[0] for label in told] == sorted(
        (label.split(" · ")[0] for label in told), key=lambda name: int(name[1:])
    )
    assert f"the worst {MOST} of {MOST + 9}" in axes.get_title(loc="left")


def test_an_attribute_of_which_no_group_was_judged_has_an_empty_picture():
    assert report(made.ASSOCIATION).plot().axes == []


def test_another_attribute_is_refused_and_the_known_ones_named():
    with pytest.raises(AuditError, match=r"no attribute 'shoe_size'\. Take one of: age_band, tenure"):
        REPORT.plot("shoe_size")


def test_a_notebook_shows_it_without_pyplot():
    picture = REPORT.plot("age_band")

    assert isinstance(picture, Figure)
    assert picture._repr_png_().startswith(b"\x89PNG")


def test_without_a_font_for_chinese_the_picture_is_in_english_and_says_so(monkeypatch):
    monkeypatch.setattr("segmentation.drawing.CHINESE", ())
    picture = REPORT.plot("age_band", language="zh", policy=POLICY)

    assert labels(picture.axes[0]) == ["65 and over (3,950 residents)"]
    assert "no font for Chinese" in picture.get_supxlabel()


@pytest.mark.skipif(not HAS_CHINESE, reason="there is no Chinese font: apt-get install fonts-noto-cjk")
def test_chinese_labels_have_their_glyphs(tmp_path):
    picture = REPORT.plot("age_band × tenure", language="zh", policy=POLICY)

    # A glyph that is missing is a warning, and so an error here.
    picture.savefig(tmp_path / "zh.png")
    assert "65岁及以上 × 业主（1,111人中343人）" in labels(picture.axes[0])[0]
