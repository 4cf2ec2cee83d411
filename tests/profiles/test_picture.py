"""Pictures of profiles: what is drawn is what is told, and what is hidden is drawn as hidden."""

from dataclasses import replace

import pytest
from matplotlib.patches import Rectangle

from segmentation.drawing import fonts
from segmentation.policy import Text
from segmentation.profiles import Distinction, Profile, Profiles
from segmentation.profiles.picture import MOST
from tests.needs import feature, policy_of
from tests.policies import small_policy

POLICY = small_policy(
    features={"channel": {"value_titles": {"app": {"en": "the app", "zh": "手机应用"}}}},
)
NEEDS = (("repairs", None), ("channel", "app"), ("channel", "phone"), ("parking", None))
HAS_CHINESE = len(fonts()) > 1


def need(key, difference, *, hidden=False):
    return Distinction(*key, 2.0, 1.0, difference, (difference - 0.1, difference + 0.1), hidden)


def profile(at, *needs, size=1000, share=0.25):
    name = Text(en=f"Segment number {at}, whose name is rather long", zh=f"第{at}个分群")
    return Profile(f"S{at}", name, size, share, needs, None)


@pytest.fixture
def found():
    first = [need(key, value) for key, value in zip(NEEDS, (1.23, -0.02, 0.5, -4.0), strict=True)]
    second = [need(key, value) for key, value in zip(NEEDS, (-1.23, 0.02, -0.5, 1.0), strict=True)]
    second[1] = replace(second[1], hidden=True)
    return Profiles([profile(1, *first), profile(2, *reversed(second), size=12_345, share=0.75)], POLICY)


def figures(axes):
    """Printed figures by column and row."""
    return {tuple(round(part) for part in text.get_position()): text.get_text() for text in axes.texts}


def hatched(axes):
    patches = [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_hatch()]
    return [(round(patch.get_x() + 0.5), round(patch.get_y() + 0.5)) for patch in patches]


def rows(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def columns(axes):
    return [label.get_text().split("\n")[0] for label in axes.get_xticklabels()]


# ---- Needs ------------------------------------------------------------------------------------------


def test_the_map_has_a_row_for_each_need_in_the_policys_order_and_prints_its_figure(found):
    axes = found.plot_needs().axes[0]

    assert rows(axes) == ["Repairs", "Channel: the app", "Channel: phone", "Parking"]
    assert columns(axes) == ["S1", "S2"]
    assert figures(axes) == {
        (0, 0): "+1.2", (1, 0): "−1.2", (0, 1): "0.0",
        (0, 2): "+0.5", (1, 2): "−0.5", (0, 3): "−4.0", (1, 3): "+1.0",
    }  # fmt: skip


def test_what_is_hidden_is_hatched_without_its_figure_and_the_picture_says_so(found):
    picture = found.plot_needs()

    assert hatched(picture.axes[0]) == [(1, 1)]
    assert "hidden, because" in picture.get_supxlabel()


def test_nothing_is_hatched_where_nothing_is_hidden(found):
    picture = Profiles([replace(found[0], segment=name) for name in ("S1", "S2")], POLICY).plot_needs()

    assert hatched(picture.axes[0]) == []
    assert picture.get_supxlabel() == ""


def test_a_need_that_is_hidden_everywhere_is_counted_and_not_drawn(found):
    all_hidden = [
        replace(one, needs=tuple(replace(need, hidden=need.level == "app") for need in one.needs))
        for one in found
    ]
    picture = Profiles(all_hidden, POLICY).plot_needs()

    assert rows(picture.axes[0]) == ["Repairs", "Channel: phone", "Parking"]
    assert picture.get_supxlabel() == "Hidden in every segment, and not drawn: 1 of the needs."


def test_colours_are_centred_at_no_difference_and_end_at_three(found):
    image = found.plot_needs().axes[0].images[0]

    assert image.get_clim() == (-3.0, 3.0)
    assert Profiles([profile(1, need(NEEDS[0], 0.2))], POLICY).plot_needs().axes[0].images[0].get_clim() == (
        -1,
        1,
    )


def test_of_many_needs_those_that_differ_most_are_drawn():
    policy = policy_of(**{f"need_{at}": feature("count") for at in range(MOST + 5)})
    needs = [need((f"need_{at}", None), 0.1 + 0.01 * at) for at in range(MOST + 5)]
    picture = Profiles([profile(1, *needs)], policy).plot_needs()

    assert len(rows(picture.axes[0])) == MOST
    assert min(figures(picture.axes[0]).values()) == "+0.1"
    assert picture.get_supxlabel() == f"The {MOST} needs that differ most, of {MOST + 5}."


# ---- Sizes ------------------------------------------------------------------------------------------


def test_every_segment_has_a_bar_with_its_residents_and_share(found):
    (axes,) = found.plot_sizes().axes

    assert [bar.get_width() for bar in axes.patches] == [0.25, 0.75]
    assert [text.get_text() for text in axes.texts] == ["1,000 (25.0%)", "12,345 (75.0%)"]
    assert rows(axes)[0].replace("\n", " ") == "S1 Segment number 1, whose name is rather long"
    assert axes.get_ylim()[0] > axes.get_ylim()[1]


# ---- Both -------------------------------------------------------------------------------------------


@pytest.mark.skipif(not HAS_CHINESE, reason="there is no Chinese font: apt-get install fonts-noto-cjk")
@pytest.mark.parametrize("kind", ["plot_needs", "plot_sizes"])
def test_in_chinese_every_letter_is_drawn_and_nothing_is_left_in_english(found, kind):
    picture = getattr(found, kind)(language="zh")
    drawn = picture._repr_png_()  # a glyph that is missing is a warning, and so an error here

    texts = [
        text for axes in picture.axes for text in (axes.get_title(loc="left"), axes.get_xlabel(), *rows(axes))
    ]
    assert drawn.startswith(b"\x89PNG")
    assert not any(word in " ".join(texts) for word in ("Segment", "Repairs", "the app", "share", "needs"))
    assert "第1个分群" in picture.axes[0].get_yticklabels()[0].get_text() + " ".join(
        label.get_text() for label in picture.axes[0].get_xticklabels()
    )


@pytest.mark.parametrize("kind", ["plot_needs", "plot_sizes"])
def test_labels_stay_inside_the_picture(found, kind):
    picture = getattr(found, kind)()
    picture._repr_png_()
    frame = picture.bbox

    for axes in picture.axes:
        low, high = axes.get_xlim()
        below = [label for label in axes.get_xticklabels() if low <= label.get_position()[0] <= high]
        for label in (*axes.get_yticklabels(), *below, axes.title, *axes.texts):
            box = label.get_window_extent()
            assert not label.get_text() or (frame.x0 <= box.x0 + 1 and box.x1 - 1 <= frame.x1)


def test_no_segment_at_all_still_has_a_picture():
    nobody = Profiles([], POLICY)

    assert nobody.plot_sizes()._repr_png_().startswith(b"\x89PNG")
    assert nobody.plot_needs()._repr_png_().startswith(b"\x89PNG")


def test_the_axis_of_sizes_counts_all_residents(found):
    (axes,) = found.plot_sizes().axes
    assert axes.get_xlabel() == f"Share of {sum(one.size for one in found):,} residents"
