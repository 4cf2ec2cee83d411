"""The picture of the choice: lines as they were measured, limits as the policy sets them, what came of it."""

from typing import get_args

import pytest

from segmentation.clustering.choice.model import Choice, Reason, Rival, Stability, Structure
from segmentation.clustering.choice.picture import WHY
from segmentation.drawing import fonts
from tests.card import made
from tests.policies import small_policy

POLICY = small_policy()
RIVALS = (
    Rival(2, 0.97, (0.96, 0.9), 0.4, 0.3, "passes, but a larger one does too"),
    Rival(3, 0.91, (0.95, 0.8, 0.9), 0.2, None, "chosen"),
    Rival(4, 0.55, (0.9, 0.6, 0.4, 0.7), 0.1, 0.2, "does not repeat itself"),
)
THERE = Structure(3, 0.4, 0.6, 99, 0.01, 0.01, None)
NOISE = Structure(3, 0.6, 0.6, 99, 0.4, 0.01, None)
GIVEN = Choice((Rival(5, 0.5, (0.9,) * 5, 0.1, -0.2, "given"),), NOISE)


def lines(axes):
    """Points of each line of the legend."""
    return {
        line.get_label(): list(zip(line.get_xdata(), line.get_ydata(), strict=True))
        for line in axes.lines
        if not line.get_label().startswith("_")
    }


def limits(axes):
    return [line.get_ydata()[0] for line in axes.lines if line.get_label().startswith("_")]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_each_number_shows_its_strength_its_weakest_segment_and_the_silhouette_it_has():
    (axes,) = Choice(RIVALS, THERE).plot().axes

    assert lines(axes) == {
        "Prediction strength": [(2, 0.97), (3, 0.91), (4, 0.55)],
        "Bootstrap Jaccard of the weakest segment": [(2, 0.9), (3, 0.8), (4, 0.4)],
        "Silhouette, for information": [(2, 0.3), (4, 0.2)],
    }
    assert list(axes.get_xticks()) == [2, 3, 4]


def test_lines_differ_by_mark_as_well_as_by_colour():
    (axes,) = Choice(RIVALS, THERE).plot().axes

    assert (
        len({line.get_marker() for line in axes.lines}) == len({line.get_color() for line in axes.lines}) == 3
    )


def test_the_limits_are_those_of_the_policy_and_without_one_there_are_none():
    choice = Choice(RIVALS, THERE)
    strict = small_policy(clustering={"prediction_strength": 0.7, "bootstrap_jaccard": 0.85})

    assert limits(choice.plot().axes[0]) == []
    assert limits(choice.plot(policy=strict).axes[0]) == [0.7, 0.85]
    assert {"at least 0.7", "at least 0.85"} <= set(texts(choice.plot(policy=strict).axes[0]))


def test_limits_that_are_alike_are_told_apart():
    same = small_policy(clustering={"prediction_strength": 0.8, "bootstrap_jaccard": 0.8})
    (axes,) = Choice(RIVALS, THERE).plot(policy=same).axes
    told = [text for text in axes.texts if text.get_text() == "at least 0.8"]

    assert {text.get_va() for text in told} == {"top", "bottom"}


@pytest.mark.parametrize(
    ("choice", "title", "mark"),
    [
        (
            Choice(RIVALS, THERE),
            "3 segments: the largest number that repeats itself\nShuffled columns do worse",
            "chosen",
        ),
        (Choice(RIVALS[2:], None), "No number of segments repeats itself", None),
        (
            Choice(RIVALS, NOISE),
            "Shuffled columns do as well: no structure (p = 0.4, at most 0.01 allowed)",
            None,
        ),
        (GIVEN, "5 segments: a number given by hand\nShuffled columns do as well", "given"),
        (Choice((), None), "No number of segments repeats itself", None),
    ],
)
def test_the_title_says_what_came_of_it_and_only_what_was_taken_is_marked(choice, title, mark):
    (axes,) = choice.plot().axes

    assert axes.get_title(loc="left").startswith(title)
    assert texts(axes) == ([mark] if mark else [])
    assert len(axes.patches) == (1 if mark else 0)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["2 passes; so does a larger one", "3", "4 does not repeat itself"]),
        pytest.param(
            "zh",
            ["2 通过，但更大的也通过", "3", "4 不能重现"],
            marks=pytest.mark.skipif(len(fonts()) == 1, reason="there is no Chinese font"),
        ),
    ],
)
def test_why_each_number_lost_stands_under_it(language, told):
    (axes,) = Choice(RIVALS, THERE).plot(language).axes

    assert [label.get_text().replace("\n", " ").strip() for label in axes.get_xticklabels()] == told


def test_every_reason_to_lose_has_its_words():
    assert set(WHY) == set(get_args(Reason)) - {"chosen", "given"}


def test_a_silhouette_under_zero_stays_on_the_picture():
    assert GIVEN.plot().axes[0].get_ylim()[0] < -0.2
    assert Choice(RIVALS, THERE).plot().axes[0].get_ylim()[0] == 0


@pytest.mark.skipif(len(fonts()) == 1, reason="there is no Chinese font: apt-get install fonts-noto-cjk")
@pytest.mark.parametrize("choice", [Choice(RIVALS, THERE), Choice(RIVALS, NOISE), GIVEN])
def test_in_chinese_every_letter_is_drawn_and_nothing_is_left_in_english(choice):
    picture = choice.plot("zh", POLICY)
    (axes,) = picture.axes
    told = [*lines(axes), *texts(axes), axes.get_title(loc="left"), axes.get_xlabel()]

    assert picture._repr_png_().startswith(b"\x89PNG")
    assert not any(
        word in " ".join(told).lower() for word in ("segment", "strength", "least", "given", "chosen")
    )


STABILITY = Stability((0.93, 0.75, 0.7499, 0.6, 0.5999), 50, 0.1, 0.08, 0.2, 0.01)


def test_every_segment_stands_with_its_similarity_and_what_that_means():
    (axes,) = STABILITY.plot(segments=("S3", "S1", "S4", "S9", "S2")).axes

    assert [label.get_text() for label in axes.get_yticklabels()] == ["S3", "S1", "S4", "S9", "S2"]
    assert texts(axes) == [
        "≥ 0.93 stable", "≥ 0.75 stable", "≥ 0.74 doubtful", "≥ 0.60 doubtful", "≥ 0.59 dissolves",
        "stable from 0.75", "dissolves under 0.6",
    ]  # fmt: skip
    assert "50 bootstrap samples" in axes.get_title(loc="left")


def test_how_a_segment_stands_is_told_by_mark_as_well_as_by_colour():
    (axes,) = STABILITY.plot().axes
    dots = [line for line in axes.lines if line.get_marker() in {"o", "D"}]
    looks = {(dot.get_marker(), dot.get_markerfacecolor() == "white") for dot in dots}

    assert len(dots) == 5
    assert len(looks) == 3


def test_without_ids_segments_are_numbered():
    (axes,) = STABILITY.plot().axes

    assert [label.get_text() for label in axes.get_yticklabels()] == ["S1", "S2", "S3", "S4", "S5"]


@pytest.mark.skipif(len(fonts()) == 1, reason="there is no Chinese font: apt-get install fonts-noto-cjk")
def test_stability_in_chinese_has_every_letter():
    picture = STABILITY.plot("zh")

    assert picture._repr_png_().startswith(b"\x89PNG")
    assert texts(picture.axes[0])[4:] == ["≥ 0.59 瓦解", "不低于0.75为稳定", "低于0.6为瓦解"]


def test_a_similarity_is_told_from_below_and_a_whole_one_as_it_is():
    (axes,) = Stability((0.9979, 1.0), 50, 0.1, 0.08, None, None).plot().axes

    assert texts(axes)[:2] == ["≥ 0.99 stable", "1.00 stable"]


def test_both_axes_say_what_they_count():
    (axes,) = made.choice().plot().axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Number of segments", "At most 1; higher is better")
