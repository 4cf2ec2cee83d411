"""Charts put values where they belong, tell status by shape, and speak to those who hear the page."""

import re

import pytest

from segmentation.card.charts import LABEL, START, WIDTH, Dot, Scale, dot_chart, lines, ratio_scale

SCALE = Scale(0.0, 1.0, ((0.0, "0"), (1.0, "1")), (0.8,))


def chart(*dots, scale=SCALE):
    return dot_chart("made", "A title", "A description", scale, list(dots))


def place(share):
    return f"{START + WIDTH * share:.2f}%"


@pytest.mark.parametrize(("value", "share"), [(0.0, 0.0), (0.25, 0.25), (1.0, 1.0), (3.0, 1.0), (-1.0, 0.0)])
def test_a_value_lies_where_it_belongs_and_never_beyond_the_ends(value, share):
    assert SCALE.x(value) == place(share)


@pytest.mark.parametrize(("value", "share"), [(0.5, 0.0), (1.0, 0.5), (2.0, 1.0), (0.0, 0.0)])
def test_equal_ratios_are_equally_far_apart(value, share):
    assert ratio_scale([1.1], 0.8).x(value) == place(share)


@pytest.mark.parametrize(
    ("values", "ends"), [([1.1], (0.5, 2)), ([3.0], (0.25, 4)), ([0.2], (0.125, 8)), ([99.0], (0.0625, 16))]
)
def test_the_scale_holds_the_values_and_stays_symmetric(values, ends):
    scale = ratio_scale(values, 0.8)

    assert (scale.low, scale.high) == ends
    assert scale.limits == (0.8, 1.25)


@pytest.mark.parametrize(
    ("shape", "mark"),
    [
        ("kept", '<circle r="5"/>'),
        ("broken", '<path d="M0-7 7 0 0 7-7 0Z"/>'),
        ("undetermined", '<circle r="4.5"/>'),
    ],
)
def test_shape_tells_the_status(shape, mark):
    assert f'<svg class="dot {shape}" x="{place(0.5)}" y="59" overflow="visible">{mark}</svg>' in chart(
        Dot("a", "b", shape, 0.5)
    )


def test_what_is_hidden_has_no_mark():
    drawn = chart(Dot("a", "hidden", "broken", None, None))

    assert 'class="dot' not in drawn
    assert '<line class="hidden"' in drawn
    assert ">hidden</text>" in drawn


def test_an_interval_beyond_the_scale_ends_in_arrows():
    drawn = chart(Dot("a", "b", "kept", 0.5, (-0.5, 1.5)))

    assert drawn.count("M6-5 0 0 6 5") == drawn.count("M-6-5 0 0-6 5") == 1
    assert "M0-4V4" not in drawn


def test_an_interval_within_the_scale_has_plain_ends():
    drawn = chart(Dot("a", "b", "kept", 0.5, (0.25, 0.75)))

    assert f'x1="{place(0.25)}" x2="{place(0.75)}"' in drawn
    assert drawn.count("M0-4V4") == 2


def test_the_chart_speaks():
    drawn = chart(Dot("a", "b", "kept", 0.5))

    assert 'role="img" aria-labelledby="made-t made-d"' in drawn
    assert '<title id="made-t">A title</title><desc id="made-d">A description</desc>' in drawn


def test_the_allowed_range_lies_between_its_limits():
    scale = ratio_scale([1.0], 0.8)
    drawn = chart(Dot("a", "b", "kept", 1.0), scale=scale)

    start, width = re.search(r'<rect class="allowed" x="([\d.]+)%" width="([\d.]+)%"', drawn).groups()
    assert float(start) == pytest.approx(float(scale.x(0.8)[:-1]), abs=0.01)
    assert float(start) + float(width) == pytest.approx(float(scale.x(1.25)[:-1]), abs=0.02)
    assert drawn.count('class="limit"') == 2


def test_texts_are_escaped():
    drawn = dot_chart("made", "<b>", '"&', SCALE, [Dot("<script>", "<i>", "kept", 0.5)])

    assert '<title id="made-t">&lt;b&gt;</title>' in drawn
    assert "<script>" not in drawn
    assert "<i>" not in drawn


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("65 and over", ["65 and over"]),
        ("65 and over · Lift", ["65 and over · Lift"]),
        ("x" * LABEL, ["x" * LABEL]),
        ("x" * (LABEL + 1), ["x" * LABEL, "x"]),
        ("字" * (LABEL // 2), ["字" * (LABEL // 2)]),
        ("字" * LABEL, ["字" * (LABEL // 2)] * 2),
        (
            "65 and over × tenant × low income · Named contact at the tenancy office",
            ["65 and over × tenant × low income", "Named contact at the tenancy office"],
        ),
        (
            "Named contact at the tenancy office of the quarter",
            ["Named contact at the tenancy office of the", "quarter"],
        ),
    ],
)
def test_a_long_label_takes_lines_of_its_own_and_nothing_is_cut(label, expected):
    assert lines(label) == expected


def test_a_row_below_a_label_of_two_lines_stands_lower():
    drawn = chart(Dot("a" * 30 + " · " + "b" * 30, "x", "kept", 0.5), Dot("c", "y", "kept", 0.5))

    assert re.findall(r'class="label" x="0" y="(\d+)"', drawn) == ["44", "60", "102"]
    assert re.findall(r'class="figure" x="100%" y="(\d+)"', drawn) == ["79", "121"]
    assert 'height="130"' in drawn
