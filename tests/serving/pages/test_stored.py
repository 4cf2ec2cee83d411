"""A script that somebody stored is text on every page of a browser: in policies, segments, reasons, notes.

Names of people cannot hold one: the ledger refuses what is no letter, digit, space, dot, at sign or hyphen.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from segmentation.errors import SegmentationError
from segmentation.policy import Policy
from segmentation.reviews.commenting import remark
from segmentation.reviews.people import add_person
from segmentation.signing import PrivateKey
from tests.card import made as card
from tests.card.hostile import HOSTILE, hostile, poisoned
from tests.impact.made import impact
from tests.reviews.office import MODEL, TRAINED, handed, policy
from tests.serving.pages.browser import LANGUAGES, browsed
from tests.serving.pages.test_sizes import SCRIPTED
from tests.serving.pages.walk import open_all

RUNS = '<script>alert("x")</script>'
ABOUT = {"reason": HOSTILE}


def planted(version, **told):
    """Return a version with `HOSTILE` in every text that a policy and a card can hold."""
    of = Policy.model_validate(poisoned(policy().model_dump(mode="json")))
    one = handed(version, of=of, **told)
    made = hostile(one.card)
    files = one.files | {"card.json": made.to_json().encode()}
    return replace(one, card=made, files=files, impact=impact(of, made, version=version))


@pytest.fixture
def stored(desk):
    """Version 1 is in service and version 2 waits, and everybody writes scripts."""
    office = desk.office
    office.submit(planted(1), **ABOUT)
    for name in ("Carol", "Bob"):
        office.approve(name, conditions=[HOSTILE], **ABOUT)
    waiting = planted(2, audit=card.audit())
    office.submit(waiting, **ABOUT)
    said = [remark(section, HOSTILE) for section in ("segments", "version", "verdict")]
    office.desk.comment(MODEL, 2, signer=office.signer("Tina"), remarks=said)
    last = (office.clock.now + timedelta(days=30)).date()
    waivers = [replaced(one, last) for one in waiting.waivers]
    office.approve("Carol", 2, waivers=waivers, **ABOUT)
    return desk


def replaced(waiver, last):
    return waiver.model_copy(update={"reason": HOSTILE, "expires": last})


def pages(tab):
    """Yield the name of each page once it is shown."""
    both = {"before": 1, "after": 2}
    for name, of in (("start", {}), ("ledger", {}), ("compare", {"query": both})):
        tab.go(name, **of)
        yield name
    for version in (1, 2):
        tab.go("version", version=version)
        yield f"version {version}"
    for action, version in (("approve", 2), ("comment", 2), ("revoke", 1)):
        tab.go(action, version=version)
        yield action
    tab.act(2, "reject", reason=HOSTILE)
    yield "what is signed"


@pytest.mark.slow
@browsed[1]
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_somebody_stored_is_shown_as_text_and_runs_on_no_page(stored, tabs_of, language):
    shown, ran = set(), []
    with tabs_of(stored) as open_tab:
        tab = open_tab(language)
        tab.page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
        tab.sign_in("Bob")
        for name in pages(tab):
            open_all(tab)
            assert (name, tab.page.evaluate(SCRIPTED)) == (name, 0)
            assert (name, tab.complaints, tab.strangers(), ran) == (name, [], [], [])
            if RUNS in tab.page.locator("body").inner_text():
                shown.add(name)

    assert shown >= {"ledger", "compare", "version 1", "version 2", "what is signed"}


def test_a_name_that_is_a_script_is_refused(desk):
    office = desk.office
    for name in (RUNS, "<b>", "a/../b", 'x" onclick="y'):
        with pytest.raises(SegmentationError):
            add_person(
                office.book, office.root, name, ("trainer",), TRAINED, public_key=PrivateKey.generate().public
            )
