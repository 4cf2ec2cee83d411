"""The page is one sound file for everybody, and stays one whatever people and policies write."""

import json
import re
from functools import cache
from itertools import pairwise

import pytest

from segmentation.card.html import style
from segmentation.impact import Impact, render_impact
from segmentation.impact.html import sections_html
from segmentation.impact.page import SECTIONS
from segmentation.wording import LANGUAGES
from tests.card.hostile import HOSTILE
from tests.card.made import card, given
from tests.card.reading import Page
from tests.impact.made import impact

IMPACT = impact(card=card(choice=given()))
FREE = {"name", "legal_basis", "source", "assessment"}


@cache
def page(language):
    return Page(render_impact(IMPACT, language, "html"))


def hostile(content):
    """Return plain data with `HOSTILE` in every text that a person can write."""
    if isinstance(content, list):
        return [hostile(one) for one in content]
    if not isinstance(content, dict):
        return content
    if content.keys() == {"en", "zh"}:
        return {"en": HOSTILE, "zh": HOSTILE}
    return {key: HOSTILE if key in FREE and value else hostile(value) for key, value in content.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_on_its_own(language):
    text = render_impact(IMPACT, language, "html")

    assert "//" not in text
    assert "url(" not in text
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
    assert [page(language).values("lang") for language in LANGUAGES] == [["en"], ["zh-CN"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_step_down_one_by_one_from_a_single_first(language):
    levels = [int(tag[1]) for tag in page(language).tags if re.fullmatch(r"h\d", tag)]

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_has_a_caption_and_every_head_a_scope(language):
    found = page(language)

    assert found.tags.count("table") == found.tags.count("caption") == 8
    assert found.tags.count("th") == len(
        [1 for tag, name, _ in found.attributes if (tag, name) == ("th", "scope")]
    )


def test_the_styles_are_those_of_every_card():
    found = re.search(r"<style>(.*?)</style>", render_impact(IMPACT, "en", "html"), re.DOTALL)

    assert found[1] == str(style())


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_texts_stay_texts(language):
    found = Page(
        render_impact(Impact.from_json(json.dumps(hostile(json.loads(IMPACT.to_json())))), language, "html")
    )

    assert found.tags == page(language).tags
    assert re.sub(r"\s+", " ", HOSTILE) in found.text
    assert [name for _, name, _ in found.attributes] == [name for _, name, _ in page(language).attributes]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sections_one_by_one_are_what_the_page_says_to_the_letter(language):
    text = render_impact(IMPACT, language, "html")
    found = sections_html(IMPACT, language)

    assert list(found) == [name for name, *_ in SECTIONS]
    assert all(html in text for html in found.values())
