"""The pages over HTTP, on each database: no reference in any log; roles; a closed keyring; mass reading."""

import re

import pytest

from segmentation.errors import VaultError
from segmentation.rights.access import WAYS
from segmentation.rights.gathering import account_of
from segmentation.rights.readings import mark_of
from serving.pages.residents.asked import guarded
from serving.pages.table import address
from serving.pages.visit import Declined
from tests.serving.pages.made import PASSPHRASE
from tests.serving.pages.residents.kept import PURPOSE, REF, WORDS

FORM = {"right": "access", "channel": "letter", "language": "zh", "text": WORDS}
SIGNED = {"passphrase": PASSPHRASE}


def test_a_reference_is_in_no_address_log_or_event_of_the_whole_way(keeping_at):
    keeping = keeping_at
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


def test_every_page_and_every_form_works_on_each_kind_of_database(keeping_at):
    keeping = keeping_at
    keeping.desk.office.activated(1)
    keeping.consent()
    keeping.place("S1")
    browser, site = keeping.signed_in()
    of = {"subject": keeping.subject.hex()}
    one, put, gone = (address(name, **of) for name in ("resident", "override", "erase"))

    def sent(page, target, **form):
        found = browser.submit(page, target, form)
        assert found.status == 303, found.text

    sent(address("residents"), address("find_resident"), reference=REF)
    for right in ("review", "access"):
        sent(one, address("receive_request", **of), **FORM | {"right": right})
    by_right = {asked.right: asked.id for asked in keeping.residents.requests.of(keeping.subject)}
    assert browser.get(address("whose", request=by_right["access"])).status == 303
    sent(put, put, segment="S2", reason="Works at night.", request=by_right["review"], **SIGNED)
    access = address("request", **of, request=by_right["access"])
    sent(access, access, what="done", text="", identity="code")
    sent(one, address("say", **of), what="objection", purpose=PURPOSE)
    told = account_of(keeping.records, keeping.subject, (PURPOSE,), keeping.now)
    assert [asked.state for asked in told.requests] == ["done"] * 3
    assert (told.overrides[0].segment, told.consents[-1].event_state) == ("S2", "objected")
    assert [browser.get(f"{one}/account.{kind}").status for kind in ("json", "html")] == [200] * 2
    sent(gone, gone, step="erase", request="", **SIGNED)

    assert account_of(keeping.records, keeping.subject, (), keeping.now).is_empty
    pages = {one.name for one in WAYS if one.kind == "page"}
    assert {event["route"] for event in site.events} >= pages


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
