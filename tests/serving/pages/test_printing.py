"""What comes out on paper: A4, numbered pages, heads of tables on each, and nothing folded away."""

import re
import shutil
import subprocess

import pytest

from tests.serving.pages.browser import LANGUAGES, browsed

pytestmark = [
    *browsed,
    pytest.mark.skipif(
        shutil.which("pdftotext") is None, reason="there is no pdftotext: apt-get install poppler-utils"
    ),
]
A4 = (595, 842)
"""Points."""
FOLDED = """[...document.querySelectorAll('details > :not(summary)')]
    .filter(one => !one.closest('form, .terms') && !one.checkVisibility()).length"""


def printed(tab, folder):
    """Print the page that is shown; return the text of each sheet, and the sizes."""
    file = folder / "printed.pdf"
    tab.page.pdf(path=file, prefer_css_page_size=True)
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True, text=True)
    told = subprocess.run(["pdfinfo", file], capture_output=True, check=True, text=True).stdout
    width, height = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", told).groups()
    return text.stdout.split("\f")[:-1], (round(float(width)), round(float(height)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_version_is_printed_on_numbered_sheets_of_a4(furnished, tabs_of, tmp_path, language):
    with tabs_of(furnished) as open_tab:
        tab = open_tab(language)
        tab.sign_in("Carol")
        tab.go("version", version=9)
        sheets, size = printed(tab, tmp_path)

    assert size == pytest.approx(A4, abs=1)
    assert len(sheets) > 3
    last = [re.findall(r"\d+", sheet.strip().splitlines()[-1]) for sheet in sheets]
    assert [f"{number}" in found for number, found in enumerate(last, 1)] == [True] * len(sheets)


@pytest.mark.parametrize("name", ["version", "ledger"])
def test_nothing_is_folded_away_on_paper_and_heads_are_repeated(furnished, tabs_of, name):
    with tabs_of(furnished) as open_tab:
        tab = open_tab("en")
        tab.sign_in("Carol")
        tab.go(name, **({"version": 9} if name == "version" else {}))
        before = tab.page.evaluate(FOLDED)
        tab.page.emulate_media(media="print")
        after = tab.page.evaluate(FOLDED)
        heads = "[...document.querySelectorAll('thead')].map(one => getComputedStyle(one).display)"
        kinds = set(tab.page.evaluate(heads))
        wide = tab.page.evaluate(
            "[...document.querySelectorAll('.scroll')].map(one => getComputedStyle(one).overflowX)"
        )

    assert before > 0
    assert after == 0
    assert kinds == {"table-header-group"}
    assert set(wide) == {"visible"}
