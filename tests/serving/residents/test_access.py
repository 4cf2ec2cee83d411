"""The table of access, tried: every scope, purpose and route, as the documentation prints it."""

import json
import shutil
from dataclasses import replace

import pytest
from sqlalchemy import select

from segmentation.ledger.access import AccessLog
from segmentation.ledger.api_keys import PURPOSEFUL, SCOPES
from segmentation.ledger.personal.requests import PURPOSE as OWN
from segmentation.ledger.personal.tables import PERSONAL
from segmentation.rights.access import WAYS
from segmentation.rights.readings import mark_of
from serving.routes import all_routes
from tests.serving.asgi import JSON, ask, bearer
from tests.serving.made import Clock, Office, policy, residents
from tests.serving.residents.front import NOTICE, PURPOSE, Front, slug

AUDIT, STRANGE = policy().audit_purpose.key, "marketing"
PURPOSES = (PURPOSE, AUDIT, STRANGE)
ROUTES = {route.name: route for route in all_routes()}
TOLD = {one.name: one for one in WAYS if one.kind == "route"}
ABOUT_ONE = [name for name, route in ROUTES.items() if route.is_about_one]
NEEDS = {"residents": residents(1)}
BODIES = {
    "predict": NEEDS,
    "explain": NEEDS,
    "invocations": {"dataframe_records": residents(1)},
    "resident_place": NEEDS,
    "resident_explain": NEEDS,
    "resident_consent": {"purpose": PURPOSE, "event_state": "given", "privacy_notice": NOTICE},
    "resident_ask": {"right": "access"},
}
AFRESH = {
    "resident_consent": {"purpose": AUDIT, "event_state": "refused"},
    "resident_ask": {"right": "copy"},
}
"""What was not said before, so that it is written."""
REF = "planted-R-410103198001011234"


class Street:
    """A service that keeps something of one resident, and a key for every scope and purpose."""

    def __init__(self, office):
        self.front = Front.of(office)
        for purpose in (PURPOSE, AUDIT):
            assert self.front.consent(purpose=purpose, ref=REF).status == 200
        assert self.front.place(ref=REF).status == 200
        for scope in SCOPES:
            for issued in PURPOSES if scope in PURPOSEFUL else ("",):
                self.front.issue((scope, issued), scope, purposes=(issued,) if issued else ())

    def ask(self, name, key, purpose=PURPOSE, **changed):
        route, body = ROUTES[name], changed.get("body", BODIES.get(name))
        query = f"purpose={purpose}" if name == "resident_segment" else ""
        if route.is_about_one:
            path = route.path.removeprefix("/v1/residents/{ref}")
            return self.front.ask(route.method, path, body, ref=REF, key=key, query=query)
        sent = [bearer(self.front.keys[key]), JSON]
        raw = json.dumps(body).encode()
        return ask(self.front.app, route.method, route.path, headers=sent, body=raw)


@pytest.fixture(scope="module")
def street(begun_office, tmp_path_factory):
    folder = tmp_path_factory.mktemp("street") / "office"
    shutil.copytree(begun_office.folder, folder)
    trust = replace(
        begun_office.trust,
        ledger=f"sqlite:///{folder.as_posix()}/ledger.db",
        witness=folder / "witness.json",
        bundles=str(folder / "bundles"),
    )
    office = Office(folder, trust, Clock(begun_office.clock.now), begun_office.root, dict(begun_office.keys))
    street = Street(office)
    yield street
    street.front.close()


def keys():
    return [(scope, issued) for scope in SCOPES for issued in (PURPOSES if scope in PURPOSEFUL else ("",))]


# ---- Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", keys(), ids=lambda key: "-".join(filter(None, key)))
@pytest.mark.parametrize("name", TOLD)
def test_a_key_is_let_in_where_the_table_says_so_and_nowhere_else(street, name, key):
    scope, issued = key
    for purpose in PURPOSES if TOLD[name].purpose == "stated" else (PURPOSE,):
        found = street.ask(name, key, purpose)
        may = TOLD[name].admits((scope,), (issued,), purpose) and purpose != STRANGE
        assert (found.status != 403) == may, (purpose, found.body)
        if may:
            assert found.status in {200, 404, 409}, found.body
        else:
            assert slug(found) in {"not-allowed", "no-consent"}


@pytest.mark.parametrize("name", TOLD)
def test_nobody_is_let_in_without_a_key(street, name):
    route = ROUTES[name]
    path = route.path.replace("{ref}", REF)
    sent = [JSON] if route.method == "POST" else []
    assert ask(street.front.app, route.method, path, headers=sent, body=b"{}").status == 401


def test_every_route_about_residents_is_in_the_table_and_the_table_has_no_other():
    assert {name for name, route in ROUTES.items() if route.scope == "predict" or route.is_about_one} | {
        "explain"
    } == set(TOLD)
    assert {name: ROUTES[name].scope for name in TOLD} == {name: one.scope for name, one in TOLD.items()}


def test_a_route_reads_what_it_tells_and_writes_with_a_body_alone():
    for name in ABOUT_ONE:
        assert TOLD[name].reads or TOLD[name].writes
        assert not (TOLD[name].writes and ROUTES[name].method == "GET")


# ---- What stays of it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ABOUT_ONE)
def test_every_request_is_an_event_with_purpose_and_pseudonym_and_never_the_reference(street, name):
    front = street.front
    before = len(front.events)
    street.ask(name, "all")
    street.ask(name, ("predict", ""))
    done, refused = front.events[before:]

    is_bound = TOLD[name].purpose in {"placing", "stated", "recorded"}
    assert (done["route"], done["purpose"]) == (name, PURPOSE if is_bound else "rights")
    assert done["subject"] == mark_of(front.keyring, front.subject(REF))
    assert (refused["route"], refused["status"], refused.get("subject", "")) == (name, 403, "")
    assert REF not in str(front.events) + front.log.getvalue()


@pytest.mark.parametrize("name", ABOUT_ONE)
def test_every_write_is_a_line_of_the_log_with_rows_under_the_pseudonym(street, name):
    front = street.front
    front.office.clock.wait(seconds=1)
    ledger = front.records.ledger
    before = AccessLog(ledger).head().number
    body = AFRESH.get(name, BODIES.get(name))
    answered = street.ask(name, "all", body=body)
    lines = list(AccessLog(ledger).lines(before)) if AccessLog(ledger).head().number > before else []
    written = {told["table"]: told for told in map(json.loads, lines)}

    assert answered.status == 200
    assert set(written) <= set(TOLD[name].writes)
    assert bool(written) == bool(TOLD[name].writes)
    for table, told in written.items():
        assert told["what"] == "write"
        assert told["purpose"] in {PURPOSE, AUDIT, OWN}
        mark = front.keyring.marker(told["purpose"])(front.subject(REF))
        assert marks_in(ledger, table, told["first"], told["count"]) == {mark}
    assert REF not in str(lines)


def marks_in(ledger, table, first, count):
    (of,) = [one for one in PERSONAL if one.name == table]
    with ledger.reading() as connection:
        rows = connection.execute(
            select(of.c.subject).where(of.c.number >= first, of.c.number < first + count)
        )
        return {bytes(row.subject) for row in rows}
