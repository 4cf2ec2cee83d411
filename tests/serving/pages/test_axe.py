"""Every page by axe-core, in both languages, light and dark: WCAG 2.2 at level AA, with data in it."""

import sys

import pytest

from tests.serving.pages.browser import LANGUAGES, axe_source, browsed
from tests.serving.pages.walk import FILES, OPEN, open_all, walk

pytestmark = browsed
HELD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RUN = """async (asked) => {
    const found = await axe.run(document, asked);
    const told = one => ({
        rule: one.id, tags: one.tags, nodes: one.nodes.map(node => `${node.target}: ${node.failureSummary}`),
    });
    return found.violations.map(told);
}"""


def violations(page, *, tags=(*HELD, "best-practice"), rules=None):
    """Return what axe finds on the page that is shown: rule, tags and elements."""
    page.evaluate(f"window.axe || (() => {{ {axe_source()} }})()")
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": list(tags)}
    return page.evaluate(RUN, {"runOnly": only, "resultTypes": ["violations"]})


def told(station, found):
    """Return violations as lines to be read."""
    return [f"{station.label}: {one['rule']} at {node}" for one in found for node in one["nodes"][:5]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_breaks_a_rule_of_wcag(furnished, tabs_of, language):
    wrong, advised, seen = [], [], set()
    with tabs_of(furnished) as open_tab:
        for station in walk(open_tab, furnished, language=language, bypass_csp=True):
            page = station.tab.page
            station.tab.shot(station.label)
            open_all(station.tab)
            found = violations(page)
            wrong += told(station, [one for one in found if set(one["tags"]) & set(HELD)])
            advised += told(station, [one for one in found if not set(one["tags"]) & set(HELD)])
            page.emulate_media(color_scheme="dark")
            dark = violations(page, rules=["color-contrast", "link-in-text-block"])
            wrong += [f"dark, {line}" for line in told(station, dark)]
            page.emulate_media(color_scheme="light")
            seen.add(station.label)
    # What axe advises beyond WCAG is no violation: it is shown with -rP.
    sys.stdout.write("\n".join(advised))

    assert wrong == []
    assert len(seen) > 40


def test_every_page_of_the_table_is_on_the_walk():
    from serving.pages.table import all_pages
    from tests.serving.pages.residents.kept import SHOWN
    from tests.serving.pages.walk import ACTED

    shown = {"start", "words", "version", "compare", "ledger", *ACTED, *SHOWN}
    asked = {one.name for one in all_pages() if one.method == "GET"}

    assert asked == shown | (asked & OPEN) | FILES


def test_a_planted_violation_is_found(browser, tmp_path):
    page = browser.new_page()
    page.set_content(
        "<!doctype html><html><head><title>t</title></head><body><main><h1>Pale</h1>"
        "<p style='color:#ccc;background:#fff'>Nobody reads this.</p><input></main></body></html>"
    )

    found = {one["rule"] for one in violations(page)}
    page.close()
    assert {"color-contrast", "html-has-lang", "label"} <= found
