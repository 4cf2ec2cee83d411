"""The whole card as a reader gets it, compared to the letter."""

from pathlib import Path

import pytest

from segmentation.card import LANGUAGES, render
from tests.card.made import card

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("form", ["html", "md"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_reads_as_it_did(golden, language, form):
    golden(GOLDEN / f"card.{language}.{form}", render(card(), language, form))


def test_the_card_is_stored_as_it_was(golden):
    golden(GOLDEN / "card.json", render(card(), "en", "json"))
