"""What all figures share: fonts for Chinese, colours that differ for everybody, labels in lines."""

import subprocess
import sys
import unicodedata

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from segmentation import drawing
from segmentation.drawing import (
    CHINESE,
    COLOURS,
    LATIN,
    Picture,
    diverging,
    fill,
    fonts,
    ink_on,
    spoken,
    wrapped,
)

# Machado, Oliveira & Fernandes (2009): how full protanopia, deuteranopia and tritanopia see linear colours.
VISIONS = {
    "usual": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour):
    part = np.asarray(to_rgb(colour))
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def seen(colour, vision):
    """A colour as it is seen, in CIE L*a*b*."""
    rgb = np.clip(np.asarray(VISIONS[vision]) @ linear(colour), 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(to_xyz @ rgb / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def apart(one, other, vision):
    return float(np.linalg.norm(seen(one, vision) - seen(other, vision)))


# ---- Fonts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHINESE)
def test_any_font_that_holds_chinese_is_taken_after_the_usual_one(name):
    assert fonts(["Arial", name]) == [LATIN, name]


def test_of_several_the_first_of_the_list_is_taken():
    assert fonts(reversed(CHINESE)) == [LATIN, CHINESE[0]]


def test_without_one_chinese_is_not_spoken_and_english_is():
    assert fonts(["Arial", LATIN]) == [LATIN]
    assert spoken("zh", ["Arial"]) == "en"
    assert spoken("en", ["Arial"]) == "en"
    assert spoken("zh", ["SimHei"]) == "zh"


def test_a_figure_that_could_not_be_in_chinese_says_so(monkeypatch):
    monkeypatch.setattr(drawing, "CHINESE", ())
    asked, plain = Picture(4, 3, "zh"), Picture(4, 3, "en")

    assert (asked.language, plain.language) == ("en", "en")
    assert "no font for Chinese is installed" in asked.get_supxlabel()
    assert plain.get_supxlabel() == ""


def test_notes_stand_under_each_other():
    picture = Picture(4, 3)
    picture.note("One.")
    picture.note("Two.")

    assert picture.get_supxlabel() == "One.\nTwo."


def test_every_text_gets_the_fonts():
    picture = Picture(4, 3)
    axes = picture.add_subplot()
    axes.set_title("标题")
    axes.set_xticks([0], ["甲"])
    picture.note("注")
    picture.finished()

    texts = [axes.title, axes.get_xticklabels()[0], picture._supxlabel]
    assert all(text.get_fontfamily() == fonts() for text in texts)


@pytest.mark.skipif(len(fonts()) == 1, reason="there is no Chinese font: apt-get install fonts-noto-cjk")
def test_chinese_has_its_glyphs():
    picture = Picture(4, 3, "zh")
    picture.add_subplot().set_title("分群 S1：“报修”偏高，至少95%")

    # A glyph that is missing is a warning, and so an error here.
    assert picture.finished()._repr_png_().startswith(b"\x89PNG")


# ---- No state ---------------------------------------------------------------------------------------


def test_a_figure_leaves_no_state_behind():
    before = dict(mpl.rcParams)
    picture = Picture(4, 3, "zh")
    drawing.plain(picture.add_subplot(), "x")
    picture.finished()._repr_png_()

    assert dict(mpl.rcParams) == before


def test_pyplot_is_not_loaded():
    code = "import sys, segmentation.drawing; sys.exit('matplotlib.pyplot' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---- Colours ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("vision", VISIONS)
def test_colours_differ_with_any_colour_vision(vision):
    gaps = {
        (one, other): apart(one, other, vision)
        for at, one in enumerate(COLOURS)
        for other in COLOURS[at + 1 :]
    }

    assert min(gaps.values()) > 8, min(gaps, key=gaps.get)


def test_red_and_green_of_the_same_lightness_would_not():
    assert apart("#d62728", "#7a7a00", "deuteranopia") < 16 < apart("#d62728", "#7a7a00", "usual")


def test_no_two_of_many_categories_look_alike():
    looks = [tuple(fill(at).items()) for at in range(49)]

    assert len(set(looks)) == 49


@pytest.mark.parametrize("vision", VISIONS)
def test_more_and_less_differ_with_any_colour_vision_and_none_is_white(vision):
    colours = diverging()

    assert colours(0.5)[:3] == pytest.approx((1, 1, 1), abs=0.01)
    assert apart(colours(0.0)[:3], colours(1.0)[:3], vision) > 40


@pytest.mark.parametrize("share", np.linspace(0, 1, 21))
def test_figures_can_be_read_on_every_colour_of_the_map(share):
    colour = diverging()(share)
    light, dark = sorted((luminance(colour[:3]), luminance(ink_on(colour))), reverse=True)

    assert (light + 0.05) / (dark + 0.05) >= 4.0


def luminance(colour):
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


# ---- Labels -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("High repairs", 20, ["High repairs"]),
        ("High repairs, low parcels", 14, ["High repairs,", "low parcels"]),
        ("extraordinary", 5, ["extraordinary"]),
        ("报修偏高、包裹偏低", 10, ["报修偏高、", "包裹偏低"]),
        ("报修偏高、包裹偏低", 8, ["报修偏", "高、包裹", "偏低"]),
        ("S1 报修", 5, ["S1 报", "修"]),
        ("S1\n报修 偏高", 20, ["S1", "报修 偏高"]),
        ("", 5, [""]),
    ],
)
def test_labels_break_between_words_and_between_chinese_letters(text, width, lines):
    assert wrapped(text, width).split("\n") == lines


def test_no_line_opens_with_a_stop():
    for width in range(2, 30):
        lines = wrapped("报修偏高、包裹偏低，渠道为“电话”；其他。", width).split("\n")

        assert all(unicodedata.category(line[0]) not in {"Po", "Pf"} for line in lines)
