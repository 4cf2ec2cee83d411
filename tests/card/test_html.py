"""The page is one sound file for everybody, and stays one whatever the texts of a policy hold."""

import re
from dataclasses import fields
from functools import cache
from itertools import pairwise

import pytest
from jinja2 import DictLoader, UndefinedError

from segmentation.card import LANGUAGES, ModelCard, render
from segmentation.card.html import environment, sections_html, style
from tests.card import made
from tests.card.hostile import HOSTILE, hostile
from tests.card.reading import Page

CARD = made.card()


@cache
def page(language):
    return Page(render(CARD, language, "html"))


# ---- One file, for everybody ------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_on_its_own(language):
    text = render(CARD, language, "html")

    assert "//" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert {"script", "link", "img", "iframe", "object"}.isdisjoint(page(language).tags)
    assert {name for _, name, _ in page(language).attributes}.isdisjoint({"style", "src", "xmlns"})
    assert [name for _, name, _ in page(language).attributes if name.startswith("on")] == []
    assert all(value.startswith("#") for value in page(language).values("href"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_sound(language):
    found = page(language)
    ids = found.values("id")

    assert (found.unclosed, found.open) == ([], [])
    assert len(set(ids)) == len(ids)
    assert {value[1:] for value in found.values("href")} <= set(ids)
    assert {name for value in found.values("aria-labelledby") for name in value.split()} <= set(ids)


def test_the_page_names_its_language():
    assert [page(language).values("lang") for language in ("en", "zh")] == [["en"], ["zh-CN"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_step_down_one_by_one_from_a_single_first(language):
    levels = [int(tag[1]) for tag in page(language).tags if re.fullmatch(r"h\d", tag)]

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_has_a_caption_and_every_head_a_scope(language):
    found = page(language)

    assert found.tags.count("table") == found.tags.count("caption") > 10
    assert found.tags.count("th") == len(
        [1 for tag, name, _ in found.attributes if (tag, name) == ("th", "scope")]
    )
    assert (
        found.tags.count("table")
        == found.values("role").count("region")
        == found.values("tabindex").count("0")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_speaks(language):
    found = page(language)
    charts = found.values("role").count("img")

    assert charts == found.tags.count("desc") == found.tags.count("title") - 1 == 11


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_guidelines_do():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") < 4.5


@pytest.mark.parametrize(
    ("ink", "papers"),
    [
        ("ink", ("paper", "soft", "kept-soft", "broken-soft", "open-soft")),
        ("muted", ("paper", "soft")),
        ("link", ("paper",)),
        ("kept", ("paper", "kept-soft")),
        ("broken", ("paper", "broken-soft")),
        ("open", ("paper", "open-soft")),
        ("warn", ("paper", "warn-soft")),
    ],
)
def test_texts_stand_out_from_what_they_stand_on(ink, papers):
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", style()))

    assert all(contrast(colours[ink], colours[paper]) >= 4.5 for paper in papers)


def test_the_styles_are_the_same_for_every_card():
    other = made.card(choice=made.given())

    assert {
        re.search(r"<style>(.*?)</style>", render(one, language, "html"), re.DOTALL)[1]
        for one in (CARD, other)
        for language in LANGUAGES
    } == {str(style())}


def test_the_status_is_told_in_words_beside_every_icon():
    text = render(CARD, "en", "html")
    chips = re.findall(r'<span class="chip (\w+)"><svg.*?</svg>\s*(\w+)</span>', text, re.DOTALL)

    assert len(chips) == text.count('class="chip ') > 10
    assert all(word.lower() == status for status, word in chips)


# ---- What the texts of a policy cannot do -----------------------------------------------------------


def names(found):
    return [name for tag, name, _ in found.attributes if tag != "text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_texts_stay_texts(language):
    # A long label of a chart has more lines, each a text of its own.
    found = Page(render(hostile(CARD), language, "html"))
    tags, own = ([tag for tag in one.tags if tag != "text"] for one in (found, page(language)))

    assert tags == own
    assert re.sub(r"\s+", " ", HOSTILE) in found.text
    assert names(found) == names(page(language))


# ---- For a page with a frame of its own --------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_sections_one_by_one_are_what_the_page_says_to_the_letter(language):
    text = render(CARD, language, "html")
    found = sections_html(CARD, language)

    assert list(found)[1:] == [one.name for one in fields(ModelCard)][1:]
    assert all(html in text for html in found.values())
    assert "<h1" not in found["about"]


def test_whatever_is_rendered_is_escaped_and_a_name_that_nobody_gave_is_an_error():
    found = environment(DictLoader({"a": "{% if x %}\n<b>{{ x }}</b>\n{% endif %}\n"}))

    assert found.get_template("a").render(x="<i>") == "<b>&lt;i&gt;</b>\n"
    with pytest.raises(UndefinedError):
        found.get_template("a").render()
