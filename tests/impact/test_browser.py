"""The page in a real browser: nothing fetched, nothing cut off, and print shows what the screen folds."""

import shutil

import pytest

from segmentation.impact import write_impact
from segmentation.wording import LANGUAGES
from tests.impact.made import impact

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="there is no Chromium: apt-get install chromium fonts-noto-cjk"
    ),
]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, tmp_path):
    """Open the assessment in a language at a width, and note everything that the page asks for."""
    written = write_impact(impact(), tmp_path)
    opened = []

    def visited(language, width):
        page = browser.new_page(viewport={"width": width, "height": 900})
        opened.append(page)
        page.seen = []
        page.on("request", lambda request: page.seen.append(request.url))
        page.on("console", lambda message: page.seen.append(f"console: {message.text}"))
        page.goto(written[f"impact.{language}.html"].as_uri())
        return page

    yield visited
    for page in opened:
        page.close()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_asks_for_nothing_else_and_fits_its_width(visit, language, width):
    page = visit(language, width)

    assert page.seen == [page.url]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_reaches_the_conclusion_first(visit):
    page = visit("en", 1280)
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.getAttribute('href')") == "#outcome"


def test_print_shows_what_the_screen_folds_away(visit):
    page = visit("en", 1280)
    folded = "[...document.querySelectorAll('details li')].filter(one => !one.checkVisibility()).length"

    assert page.evaluate(folded) > 0
    page.emulate_media(media="print")
    assert page.evaluate(folded) == 0
