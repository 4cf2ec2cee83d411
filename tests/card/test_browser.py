"""The page in a real browser: nothing fetched, nothing cut off, on a telephone and on a desk."""

import shutil

import pytest

from segmentation.card import LANGUAGES, write_card
from tests.card.made import card

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
    """Open the card in a language at a width, and note everything that the page asks for or complains of."""
    written = write_card(card(), tmp_path)
    opened = []

    def visited(language, width):
        page = browser.new_page(viewport={"width": width, "height": 900})
        opened.append(page)
        page.seen = []
        page.on("request", lambda request: page.seen.append(request.url))
        page.on("requestfailed", lambda request: page.seen.append(f"failed: {request.url}"))
        page.on("console", lambda message: page.seen.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: page.seen.append(f"error: {error}"))
        page.goto(written[f"card.{language}.html"].as_uri())
        return page

    yield visited
    for page in opened:
        page.close()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_asks_for_nothing_else_and_fits_its_width(visit, tmp_path, language, width):
    page = visit(language, width)
    page.screenshot(path=tmp_path / f"card.{language}.{width}.png", full_page=True)

    assert page.seen == [page.url]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (tmp_path / f"card.{language}.{width}.png").stat().st_size > 10_000


def test_a_page_that_fetches_or_complains_would_be_noticed(visit, tmp_path):
    page = visit("en", 360)
    page.seen.clear()
    page.evaluate(
        "new Promise(done => { const image = new Image(); image.onerror = done; image.src = 'none.png' })"
    )
    page.evaluate("document.querySelector('h1').style.width = '2000px'")

    assert any(seen.startswith("failed: ") for seen in page.seen)
    assert page.evaluate("document.documentElement.scrollWidth") > 360


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts_keep_their_texts_inside(visit, language):
    outside = """[...document.querySelectorAll('svg.chart')].flatMap(chart => {
        const box = chart.getBoundingClientRect();
        return [...chart.querySelectorAll('text')].map(text => text.getBoundingClientRect())
            .filter(text => text.left < box.left - 8 || text.right > box.right + 8);
    }).length"""

    assert visit(language, 360).evaluate(outside) == 0


def test_the_keyboard_reaches_the_verdict_first_and_every_table(visit):
    page = visit("en", 1280)
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.getAttribute('href')") == "#verdict"
    assert page.evaluate("[...document.querySelectorAll('.scroll')].every(box => box.tabIndex === 0)")


def test_print_shows_what_the_screen_folds_away(visit):
    page = visit("en", 1280)
    folded = (
        "[...document.querySelectorAll('details table')].filter(table => !table.checkVisibility()).length"
    )

    assert page.evaluate(folded) > 0
    page.emulate_media(media="print")
    assert page.evaluate(folded) == 0
