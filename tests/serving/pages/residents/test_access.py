"""The pages of rights and the table of access: each stands in it, for whom it says, and is an event."""

import pytest

from segmentation.ledger.access import AccessLog
from segmentation.rights.access import WAYS
from segmentation.rights.readings import mark_of
from serving.metrics import NAMES
from serving.pages.table import address, all_pages
from tests.serving.pages.residents.kept import REF

TOLD = {one.name: one for one in WAYS if one.kind == "page"}
PAGES = {f"page_{page.name}": page for page in all_pages() if "/residents" in page.path}
FORMS = {
    "page_find_resident": {"reference": REF},
    "page_receive_request": {"right": "copy", "channel": "letter", "language": "zh", "text": ""},
}


def test_every_page_about_residents_is_in_the_table_for_the_same_roles():
    assert {name: one.roles for name, one in TOLD.items()} == {name: one.roles for name, one in PAGES.items()}
    assert set(TOLD) <= set(NAMES), "events and metrics name them so"


def test_a_page_that_writes_is_a_form():
    methods = {name: page.method for name, page in PAGES.items()}
    assert {name for name, one in TOLD.items() if one.writes and methods[name] == "GET"} == set()
    assert {name for name, one in TOLD.items() if methods[name] == "POST" and not one.writes} == {
        "page_find_resident"
    }


@pytest.mark.parametrize("name", [name for name in TOLD if TOLD[name].purpose == "rights"])
def test_every_page_about_one_resident_is_an_event_with_purpose_and_pseudonym(keeping, name):
    keeping.consent()
    keeping.place()
    request = keeping.ask().id
    browser, site = keeping.signed_in()
    page = PAGES[name]
    at = page.path.format(subject=keeping.subject.hex(), request=request)
    before = AccessLog(keeping.records.ledger).head().number
    if page.method == "GET":
        browser.get(at)
    else:
        browser.submit(address("resident", subject=keeping.subject.hex()), at, FORMS.get(name, {}))
    (event,) = [one for one in site.events if one["route"] == name]

    assert (event["person"], event["purpose"]) == ("Carol", "rights")
    assert event["subject"] == mark_of(keeping.keyring, keeping.subject)
    lines = str(list(AccessLog(keeping.records.ledger).lines(before)))
    assert REF not in str(site.events) + lines
