"""Every page on a telephone and at 200 %: nothing is wider than the screen or cut; and what a page takes.

Zoomed to 200 %, a window of 1280 pixels shows what 640 do (WCAG 2.2, 1.4.4 and 1.4.10).
"""

import re

import pytest

from serving.pages.table import address
from tests.serving.pages.browser import LANGUAGES, NARROW, browsed
from tests.serving.pages.walk import open_all, walk

pytestmark = browsed
SIZES = {"telephone": {"width": NARROW, "height": 740}, "200 %": {"width": 640, "height": 450}}
MOST = 300_000
"""Bytes of a first load."""
CUT = """() => [...document.querySelectorAll('body *')].filter(one => {
    const style = getComputedStyle(one);
    const hides = [style.overflowX, style.overflowY].some(one => one === 'hidden' || one === 'clip');
    const unseen = style.clipPath !== 'none' || style.clip !== 'auto' || one.closest('.unseen');
    const cut = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;
    return hides && cut && !unseen && one.textContent.trim() && one.clientWidth > 0;
}).map(one => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`)"""
STICKING = """width => [...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width > 0 && box.right > width + 1 && !one.closest('.scroll, .chart, pre, .unseen');
}).map(one => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`).slice(0, 5)"""
SCRIPTED = "document.querySelectorAll('script, [onclick], [onload], [onerror], [style], style').length"


def width_of(page):
    return page.evaluate("document.documentElement.scrollWidth")


def sizes_of(station):
    """Yield what is wrong with a page at each size."""
    page = station.tab.page
    for size, told in SIZES.items():
        page.set_viewport_size(told)
        wide = page.evaluate(STICKING, told["width"]) if width_of(page) > told["width"] else []
        yield from (f"{station.label}, {size}: {one}" for one in [*wide, *page.evaluate(CUT)])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_too_wide_cut_scripted_or_asks_another_host(furnished, tabs_of, language):
    wrong, seen = [], 0
    with tabs_of(furnished) as open_tab:
        for station in walk(open_tab, furnished, language=language):
            tab = station.tab
            wrong += [f"{station.label}: {one}" for one in (*tab.complaints, *tab.strangers())]
            tab.complaints.clear()
            found = tab.page.evaluate(SCRIPTED)
            wrong += [f"{station.label}: {found} scripts or styles of its own"] if found else []
            open_all(tab)
            wrong += sizes_of(station)
            seen += 1

    assert wrong == []
    assert seen > 40


def test_what_is_too_wide_or_cut_is_found(browser):
    page = browser.new_page(viewport={"width": NARROW, "height": 740})
    page.set_content(
        "<p style='width:900px'>wide</p><p style='width:9px;overflow:hidden;white-space:nowrap'>cut away</p>"
    )
    found = width_of(page), page.evaluate(STICKING, NARROW), page.evaluate(CUT)
    page.close()

    assert found[0] > NARROW
    assert [one[:2] for one in found[1]] == ["P."]
    assert [one[:2] for one in found[2]] == ["P."]


def test_a_script_a_style_and_a_strange_host_would_be_noticed(furnished, tabs_of):
    with tabs_of(furnished) as open_tab:
        tab = open_tab()
        tab.go("sign_in")
        assert (tab.complaints, tab.strangers(), tab.page.evaluate(SCRIPTED)) == ([], [], 0)
        tab.page.evaluate("""async () => {
            document.body.innerHTML += '<img src="http://127.0.0.1:9/none.png"><p style="color:red">red</p>';
            await new Promise(done => setTimeout(done, 200));
        }""")

        assert tab.page.evaluate(SCRIPTED) == 1
        assert [bool(re.search("Content Security Policy", one)) for one in tab.complaints][:2] == [True] * 2


@pytest.mark.parametrize("name", ["sign_in", "start", "version", "compare", "ledger", "words"])
def test_a_first_load_is_small(furnished, tabs_of, name):
    of = {"version": 9} if name == "version" else {}
    asked = {"query": {"before": 6, "after": 9}} if name == "compare" else {}
    with tabs_of(furnished) as open_tab:
        tab = open_tab()
        if name != "sign_in":
            tab.sign_in("Carol")
        cookies = tab.context.cookies()
        first = open_tab()
        first.context.add_cookies(cookies)
        responses = []
        first.page.on("response", lambda response: responses.append(response))  # noqa: PLW0108 - it marks what it is given
        first.page.goto(first.base + address(name, **of, **asked), wait_until="networkidle")
        sizes = [one.request.sizes() for one in responses]

    taken = sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes)
    assert len(responses) >= 3
    assert 3_000 < taken < MOST
