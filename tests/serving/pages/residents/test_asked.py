"""The pages over HTTP: no reference in any address, log or event; roles; a closed keyring; mass reading."""

import re

import pytest

from segmentation.errors import VaultError
from segmentation.rights.readings import mark_of
from serving.pages.residents.asked import guarded
from serving.pages.table import address
from serving.pages.visit import Declined
from tests.serving.pages.residents.kept import REF, WORDS

FORM = {"right": "access", "channel": "letter", "language": "zh", "text": WORDS}


def test_a_reference_is_in_no_address_log_or_event_of_the_whole_way(keeping):
    browser, site = keeping.signed_in()
    register, one = address("residents"), address("resident", subject=keeping.subject.hex())
    found = browser.submit(register, address("find_resident"), {"reference": REF})
    assert (found.status, found.headers["location"]) == (303, one)
    entered = browser.submit(one, address("receive_request", subject=keeping.subject.hex()), FORM)
    assert (entered.status, entered.headers["location"]) == (303, one)
    (request,) = keeping.residents.requests.of(keeping.subject)
    whose = browser.get(address("whose", request=request.id))
    pages = [browser.get(at) for at in (register, one, whose.headers["location"])]
    copies = [browser.get(f"{one}/account.{kind}") for kind in ("json", "html")]

    assert [got.status for got in (*pages, *copies)] == [200] * 5
    told = [*pages, *copies, found, entered, whose]
    mark = mark_of(keeping.keyring, keeping.subject)
    for part in (REF, "7-1203", "张三", "%E5%BC%A0"):
        assert not any(part in f"{got.text} {got.headers}" for got in told)
        assert part not in site.log
        assert not any(part in str(event) for event in site.events)
    assert keeping.subject.hex() not in site.log
    assert not any(keeping.subject.hex() in str(event) for event in site.events)
    assert not any(WORDS in f"{event}" for event in site.events)
    read = [one for one in site.events if one.get("subject") == mark]
    assert {one["route"] for one in read} >= {"page_find_resident", "page_resident", "page_resident_json"}
    assert {(one["person"], one["purpose"], one["rows"]) for one in read} == {("Carol", "rights", 1)}


@pytest.mark.parametrize("name", ["Bob", "Adam", "Tina"])
def test_who_is_not_for_compliance_sees_nobody_and_learns_nothing(keeping, name):
    keeping.ask()
    browser, site = keeping.signed_in(name)
    one = address("resident", subject=keeping.subject.hex())
    got = [
        browser.get(f"{one}{more}") for more in ("", "/account.json", "/account.html", "/erase", "/override")
    ]

    assert [found.status for found in got] == [403] * 5
    assert not any(WORDS in found.text for found in got)
    assert browser.get(address("residents")).status == (403 if name == "Tina" else 200)
    assert not any(event.get("subject") for event in site.events)


def test_reading_of_too_many_is_declined_and_raises_an_alert_event(keeping):
    browser, site = keeping.signed_in(residents_an_hour=2)
    got = [browser.get(address("resident", subject=f"{at:032x}")) for at in range(4)]

    assert [found.status for found in got] == [200, 200, 429, 429]
    alerts = [one for one in site.events if one.get("alert")]
    assert [(one["alert"], one["person"], one["status"]) for one in alerts] == [
        ("mass-reading", "Carol", 429)
    ]
    assert re.search("已记录在案", got[-1].text)


def test_a_keyring_that_is_closed_is_told_without_what_it_says(keeping):
    def broken(_):
        raise VaultError("The keyring stays closed.")

    with pytest.raises(Declined, match="closed") as no:
        guarded(broken)(keeping.visit())
    assert "keyring" not in no.value.why
