"""Markdown keeps its form whatever people write, and every table is one."""

import json
import re

import pytest

from segmentation.impact import Impact, render_impact
from segmentation.wording import LANGUAGES
from tests.card.made import card, given
from tests.impact.made import impact
from tests.impact.test_html import hostile

IMPACT = impact(card=card(choice=given()))
HOSTILE = Impact.from_json(json.dumps(hostile(json.loads(IMPACT.to_json()))))


def shape(text):
    """Return how each line begins, and how many cells it has."""
    begins = [re.match(r"#+ |- |  - |\||\*\*|", line)[0] for line in text.splitlines()]
    cells = [len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines()]
    return list(zip(begins, cells, strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_has_a_rule_and_rows_of_one_length(language):
    for block in render_impact(IMPACT, language, "md").split("\n\n"):
        lines = block.splitlines()
        if lines[0].startswith("|"):
            assert re.fullmatch(r"\|( ---:? \|)+", lines[1])
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
            assert len(lines) > 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_texts_change_no_form(language):
    assert shape(render_impact(HOSTILE, language, "md")) == shape(render_impact(IMPACT, language, "md"))


def test_hostile_texts_bring_no_html():
    assert not re.search(r"<(?!write)", render_impact(HOSTILE, "en", "md"))


def test_no_line_ends_in_a_space_and_no_two_are_empty():
    text = render_impact(IMPACT, "en", "md")

    assert not re.search(r"[ \t]\n|\n{3}", text)
    assert text.endswith("`\n")
