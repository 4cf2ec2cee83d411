"""Residents' rights in a browser, in both languages: WCAG 2.2 AA, a telephone; a request on each database."""

from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest

from segmentation.ledger.personal.overrides import Overrides
from segmentation.ledger.personal.overrides import Told as Put
from tests.serving.over_http import running
from tests.serving.pages.browser import LANGUAGES, browsed, shots_folder, tabs
from tests.serving.pages.made import PASSPHRASE
from tests.serving.pages.residents.kept import MODEL, PURPOSE, REF, SHOWN, WORDS
from tests.serving.pages.test_axe import HELD, told, violations
from tests.serving.pages.test_sizes import SCRIPTED, sizes_of
from tests.serving.pages.walk import Station, open_all

pytestmark = browsed


@pytest.fixture
def kept(keeping):
    return furnished(keeping)


def furnished(keeping):
    """Keep everything that there may be of one resident, and requests of others."""
    keeping.desk.office.activated(1)
    keeping.consent()
    keeping.place("S1")
    keeping.place("S2")
    for right, days in (("review", 40), ("access", 2), ("erasure", 1)):
        keeping.ask(right, at=keeping.now - timedelta(days=days))
    keeping.ask("copy", ref="R-2")
    put = Put("S1", "Works at night. 她上夜班，白天不方便接电话。", "Carol")
    Overrides(keeping.records).set(keeping.subject, PURPOSE, MODEL, put, keeping.now)
    return keeping


@pytest.fixture
def open_tab(kept, browser, tmp_path):
    with _served(kept, browser, tmp_path) as found:
        yield found


@contextmanager
def _served(kept, browser, tmp_path):
    served = SimpleNamespace(settings=kept.desk.settings, clock=kept.desk.office.clock)
    with (
        running(served, keyring=lambda: kept.keyring) as base,
        tabs(browser, base, shots_folder(tmp_path)) as opened,
    ):
        yield opened


def walk(tab, kept):
    """Yield every page, also with what is wrong in its forms."""
    one, requests = {"subject": kept.subject.hex()}, kept.residents.requests.of(kept.subject)
    tab.sign_in("Carol")
    yield Station("start", tab)
    yield Station("residents", tab, tab.go("residents"))
    tab.send("form#find", reference="x" * 200 + " ")
    tab.go("residents")
    tab.page.locator("form#find").evaluate("form => form.noValidate = true")
    tab.send("form#find", reference="")
    yield Station("find-wrong", tab)
    yield Station("nobody", tab, tab.go("resident", subject="0" * 32))
    yield Station("resident", tab, tab.go("resident", **one))
    tab.send("form#receive", text=WORDS)
    yield Station("receive-twice", tab)
    yield Station("whose", tab, tab.go("whose", request=requests[0].id))
    tab.send("form#answer", text="")
    yield Station("answer-wrong", tab)
    yield Station("override", tab, tab.go("override", **one))
    tab.page.locator("form#override").evaluate("form => form.noValidate = true")
    tab.send("form#override", reason="")
    yield Station("override-wrong", tab)
    yield Station("erase", tab, tab.go("erase", **one))
    tab.send("form#erase")
    yield Station("erase-sure", tab)
    tab.send("form#erase", passphrase="not the passphrase")
    yield Station("erase-wrong", tab)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_breaks_a_rule_of_wcag_or_is_too_wide(kept, open_tab, language):
    wrong, seen = [], set()
    tab = open_tab(language=language, bypass_csp=True)
    for station in walk(tab, kept):
        tab.shot(station.label)
        open_all(tab)
        found = violations(tab.page)
        wrong += told(station, [one for one in found if set(one["tags"]) & set(HELD)])
        tab.page.emulate_media(color_scheme="dark")
        wrong += told(station, violations(tab.page, rules=["color-contrast", "link-in-text-block"]))
        tab.page.emulate_media(color_scheme="light")
        wrong += sizes_of(station)
        tab.page.set_viewport_size({"width": 1280, "height": 900})
        seen.add(station.label)

    assert wrong == []
    assert seen >= SHOWN - {"request"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resident_is_found_answered_and_erased_without_a_script(keeping_at, browser, tmp_path, language):
    kept = furnished(keeping_at)
    with _served(kept, browser, tmp_path) as opened:
        tab = opened(language=language)
        tab.sign_in("Carol")
        tab.go("residents")
        tab.send("form#find", reference=REF)
        assert tab.at() == f"/review/residents/{kept.subject.hex()}"
        tab.send("form#receive", text="<script>alert(1)</script>")
        assert tab.page.evaluate(SCRIPTED) == 0
        tab.go("erase", subject=kept.subject.hex())
        tab.send("form#erase")
        tab.page.locator("form#erase [name=identity][value=in_person]").check()
        tab.send("form#erase", passphrase=PASSPHRASE)

        assert tab.at() == "/review/residents"
    assert kept.residents.requests.of(kept.subject) == ()
    assert (tab.strangers(), [one for one in tab.complaints if "409" not in one]) == ([], [])
