"""The whole assessment as a reader gets it, compared to the letter."""

from pathlib import Path

import pytest

from segmentation.impact import render_impact
from segmentation.wording import LANGUAGES
from tests.impact.made import impact

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("form", ["html", "md"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_assessment_reads_as_it_did(golden, language, form):
    golden(GOLDEN / f"impact.{language}.{form}", render_impact(impact(), language, form))


def test_the_assessment_is_stored_as_it_was(golden):
    golden(GOLDEN / "impact.json", impact().to_json())
