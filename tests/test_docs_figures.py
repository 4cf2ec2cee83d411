"""Figures that an explanation takes from the tutorial are those of the tutorial, whose output is run."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
TAKEN = [
    ("leace", r"erasing age keeps (\d+) %", r"\n erase:age_band .*\((\d+)%\)"),
    ("leace", r"leaving out one feature (\d+) %", r"\n drop:phone_contact .*\((\d+)%\)"),
    ("leace", r"or (\d+) %, where six explained", r"explain (\d+) % of the needs"),
    ("leace", r"where six explained (\d+) %", r"where they explained (\d+) %"),
    ("undetermined", r"about ([\d,]+) residents in all", r"About ([\d,]+) residents in all"),
    ("undetermined", r"would settle (\d+) of the", r"would settle (\d+) of"),
    ("undetermined", r"of the (\d+) gates that are open", r"of (\d+) gates that are open"),
]


def read(page):
    return (DOCS / page).read_text(encoding="utf-8")


def figure(pattern, text):
    """The one figure that a text tells there, wherever its lines break."""
    (found,) = set(re.findall(pattern.replace(" ", r"\s+"), text))
    return found


@pytest.mark.parametrize(
    ("page", "told", "shown"), TAKEN, ids=[f"{at}-{one[0]}" for at, one in enumerate(TAKEN)]
)
def test_a_figure_that_is_taken_from_the_tutorial_is_that_of_the_tutorial(page, told, shown):
    assert figure(told, read(f"explanation/{page}.md")) == figure(shown, read("tutorial.md"))


def test_a_figure_that_stands_there_twice_and_differs_is_found():
    assert figure(r"keeps (\d+) %", "keeps\n98 % and keeps 98 %") == "98"
    with pytest.raises(ValueError, match="too many"):
        figure(r"keeps (\d+) %", "keeps 98 % and keeps 82 %")
