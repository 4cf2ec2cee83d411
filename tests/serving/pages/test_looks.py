"""The looks of the pages: for weak eyes in light and dark, small to load, and nothing from elsewhere."""

import re
from pathlib import Path

import pytest

import segmentation.card
import serving

PAGES = Path(serving.__file__).with_name("static").joinpath("pages.css").read_text(encoding="utf-8")
CARD = (Path(segmentation.card.__file__).parent / "templates/card.css").read_text(encoding="utf-8")
LETTERS, EDGES = 4.5, 3.0
"""The least contrast of text, and of what bounds a control (WCAG 2.2, 1.4.3 and 1.4.11)."""
PAIRS = [
    *((ink, ground, LETTERS) for ink in ("ink", "muted", "link") for ground in ("paper", "soft")),
    *((one, f"{one}-soft", LETTERS) for one in ("kept", "broken", "open", "warn", "wait", "held")),
    *(("ink", f"{one}-soft", LETTERS) for one in ("kept", "broken", "open")),
    ("danger", "paper", LETTERS),
    ("on", "link", LETTERS),
    ("on", "danger", LETTERS),
    ("field", "paper", EDGES),
]


def colours(css, start):
    """Every colour that a block of a style sheet names."""
    block = css[css.index(start) :]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[: block.index("}")]))


def luminance(colour):
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """Contrast of two colours as WCAG has it, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


LIGHT = colours(CARD, ":root {") | colours(PAGES, ":root {")
DARK = LIGHT | colours(PAGES, "@media (prefers-color-scheme: dark) {\n  :root {")
PRINT = DARK | colours(PAGES, "@media print {\n  :root {")


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_what_is_read_stands_out_from_its_ground(scheme, ink, ground, least):
    assert contrast(scheme[ink], scheme[ground]) >= least


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [("#000000", "#ffffff", 21.0), ("#767676", "#ffffff", 4.54), ("#123456", "#123456", 1.0)],
)
def test_contrast_is_that_of_wcag(one, other, wanted):
    assert contrast(one, other) == pytest.approx(wanted, abs=0.01)


def test_dark_and_print_know_every_colour():
    """What a screen in the dark makes pale is on paper as a light screen has it; links are as the text."""
    assert set(DARK) == set(LIGHT)
    assert {name for name in LIGHT if PRINT[name] != LIGHT[name]} == {"link"}


def test_the_style_sheets_are_small_and_ask_for_nothing():
    assert len(PAGES.encode()) < 30_000
    assert re.findall(r"@import|url\(|https?:|expression|!important", PAGES) == []


@pytest.mark.parametrize(
    "rule", ["prefers-reduced-motion", "forced-colors", "focus-visible", "print", "@page"]
)
def test_the_looks_heed_what_readers_need(rule):
    assert rule in PAGES
