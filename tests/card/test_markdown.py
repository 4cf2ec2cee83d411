"""Markdown shows the same card in tables that hold together, whatever the texts of a policy hold."""

import re
from itertools import pairwise

import pytest

from segmentation.card import LANGUAGES, render
from segmentation.card.markdown import code, escaped
from tests.card import made
from tests.card.hostile import hostile

CARD = made.card()


def rows(text):
    """Return how many cells each row of each table has, table by table."""
    tables, current = [], []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            current.append(len(re.findall(r"(?<!\\)\|", line)) - 1)
        elif current:
            tables.append(current)
            current = []
    return tables


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_of_a_table_has_as_many_cells_as_its_head(language):
    tables = rows(render(CARD, language, "md"))

    assert len(tables) > 15
    assert [table for table in tables if len(set(table)) != 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_step_down_one_by_one_from_a_single_first(language):
    levels = [len(mark) for mark in re.findall(r"^(#+) ", render(CARD, language, "md"), re.MULTILINE)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert set(levels) == {1, 2, 3}


@pytest.mark.parametrize("language", LANGUAGES)
def test_blocks_are_parted_by_one_empty_line(language):
    lines = render(CARD, language, "md").split("\n")

    assert not any(one == two == "" for one, two in pairwise(lines[:-1]))
    assert [
        line for line, before in zip(lines[1:], lines, strict=False) if line.startswith("#") and before
    ] == []
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_texts_stay_texts(language):
    clean, poisoned = (render(one, language, "md") for one in (CARD, hostile(CARD)))

    assert "<" not in poisoned
    assert [line[:2] for line in poisoned.splitlines() if line.startswith("#")] == [
        line[:2] for line in clean.splitlines() if line.startswith("#")
    ]
    assert rows(poisoned) == rows(clean)
    assert len(poisoned.splitlines()) == len(clean.splitlines())
    assert not re.search(r"(?<!\\)\]\(", re.sub(r"(?<!\\)`.*?`", "", poisoned))


@pytest.mark.parametrize(("text", "expected"), [
    ("plain, 30.5% [29.1%, 31.9%]", "plain, 30.5% [29.1%, 31.9%]"),
    ("[text](there)", "\\[text\\](there)"),
    ("see [text][there]", "see [text\\][there]"),
    ("[x]: there", "\\[x\\]: there"),
    ("a|b*c_d`e~f\\g", "a\\|b\\*c\\_d\\`e\\~f\\\\g"),
    ("<b> & more", "&lt;b&gt; &amp; more"),
    ("# no heading", "\\# no heading"),
    ("- no item", "\\- no item"),
    ("-0.98", "-0.98"),
    ("two\nlines", "two lines"),
    (" (by the way)", " (by the way)"),
])  # fmt: skip
def test_only_what_markdown_would_format_is_escaped(text, expected):
    assert str(escaped(text)) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("age_band", "`age_band`"), ("a`b|c<d>", "`a'b¦c‹d›`"), ("two\nlines", "`two lines`"),
])  # fmt: skip
def test_code_cannot_be_left(text, expected):
    assert str(code(text)) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_status_is_told_by_word_and_icon(language):
    words = {"en": ("✗ Broken", "? Undetermined", "✓ Kept"), "zh": ("✗ 违反", "? 无法判定", "✓ 符合")}

    assert all(word in render(CARD, language, "md") for word in words[language])
