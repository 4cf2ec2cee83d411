"""Every term has one line, and every article that the sources cite stands on the page of words."""

import re
from pathlib import Path
from typing import get_args

import pytest

import segmentation
from segmentation.ledger.records import Role
from segmentation.ledger.standing import State
from serving.pages.articles import ARTICLES
from serving.pages.table import ACTIONS
from serving.pages.terms import ACTION_MEANINGS, MEANINGS, ROLE_MEANINGS, STATE_MEANINGS
from serving.pages.words import speaker
from tests.wording.test_language import CATALOGUE

ROOT = Path(segmentation.__file__).parent
TOLD = {int(name.rsplit(" ", 1)[-1]) for name, _ in ARTICLES if name.startswith("PIPL")}


def cited(text):
    """Numbers of the articles of the PIPL that an English text cites, those within a range among them."""
    for first in re.findall(r"\bArt\. ((?:\d+(?:\(\d\))*(?:, | and | to )?)+)", text):
        plain = re.sub(r"\(\d\)", "", first)
        for low, high in re.findall(r"(\d+) to (\d+)", plain):
            yield from range(int(low), int(high) + 1)
        yield from map(int, re.findall(r"\d+", plain))


def test_every_article_that_card_assessment_and_catalogue_cite_is_told():
    catalogue = (ROOT / "policy/catalogue.toml").read_text(encoding="utf-8")
    found = set(cited(catalogue)) | set(cited(CATALOGUE.read_text(encoding="utf-8")))

    assert len(found) > 20
    assert found - TOLD == set()
    assert set(
        re.findall(r"(?:Annex [AB]|\d\.\d)", "".join(re.findall(r"35273-2020 ([^\"]+)", catalogue)))
    ) == {
        "Annex A",
        "Annex B",
        "7.4",
    }


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("PIPL Art. 6, 24, 55, 73; GB/T 35273-2020 Annex B", {6, 24, 55, 73}),
        ("PIPL Art. 28 to 31", {28, 29, 30, 31}),
        ("PIPL Art. 56(2) and (3): what", {56}),
        ("(PIPL Art. 24) or withdraw (Art. 15)", {24, 15}),
        ("GB/T 39335-2020, 5.5", set()),
    ],
)
def test_citations_are_found(text, numbers):
    assert set(cited(text)) == numbers


def test_every_state_role_and_action_has_a_line():
    assert set(STATE_MEANINGS) == set(get_args(State))
    assert set(ROLE_MEANINGS) == set(get_args(Role))
    assert set(ACTION_MEANINGS) == set(ACTIONS)


def test_every_line_is_one_line_in_both_languages():
    lines = [*MEANINGS.values(), *STATE_MEANINGS.values(), *ROLE_MEANINGS.values(), *ACTION_MEANINGS.values()]
    both = [voice.t(line) for voice in (speaker("en"), speaker("zh")) for line in lines]

    assert [line for line in both if "\n" in line or not line.endswith((".", "。", "）"))] == []


def test_articles_are_numbered_as_the_law_numbers_them():
    zh = speaker("zh")

    assert [zh.t(f"PIPL Art. {number}") for number in (4, 13, 24, 55)] == [
        "《个人信息保护法》第四条",
        "《个人信息保护法》第十三条",
        "《个人信息保护法》第二十四条",
        "《个人信息保护法》第五十五条",
    ]
    assert sorted(TOLD) == [int(name.rsplit(" ", 1)[-1]) for name, _ in ARTICLES if name.startswith("PIPL")]
