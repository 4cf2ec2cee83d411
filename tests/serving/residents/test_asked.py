"""What holds for every request about a resident: who is meant, how many a key asks about, what stays here."""

import os

import pytest

from segmentation.errors import LedgerError
from serving.routes import all_routes
from tests.serving.asgi import ask, bearer
from tests.serving.made import residents
from tests.serving.residents.front import REF, Front, slug

ABOUT = [route for route in all_routes() if route.is_about_one]
PLANTED = "410103198001011234"


def paths(front, ref):
    """Ask each route about a resident."""
    bodies = {
        "resident_place": {"residents": residents(1)},
        "resident_explain": {"residents": residents(1)},
        "resident_consent": {"purpose": "service_planning", "event_state": "given"},
        "resident_ask": {"right": "access"},
    }
    for route in ABOUT:
        path = route.path.removeprefix("/v1/residents/{ref}")
        query = "purpose=service_planning" if route.name == "resident_segment" else ""
        yield route, front.ask(route.method, path, bodies.get(route.name), ref=ref, query=query)


def test_a_service_without_a_keyring_says_so_everywhere(office):
    from io import StringIO

    from serving.app import create_app
    from serving.logs import Log
    from tests.serving.asgi import Kept

    app = create_app(office.settings(interval=3_600.0), clock=office.clock, log=Log(office.clock, StringIO()))
    app.edge.spool = Kept()
    app.edge.state.watch.look()
    front = Front(office, app, None, StringIO())
    front.issue("all")

    for _, found in paths(front, REF):
        assert (found.status, slug(found)) == (503, "no-keyring")
        assert "segmentation keyring init" in found.json()["detail"]


@pytest.mark.parametrize("ref", ["", "a" * 201, "%FF", "%0A", "a%00"])
def test_a_path_that_names_nobody_is_refused(front, ref):
    for _, found in paths(front, ref):
        assert (found.status, slug(found)) == (400, "malformed")


@pytest.mark.parametrize("path", ["/v1/residents", "/v1/residents/R-1/", "/v1/residents/R-1/segments"])
def test_there_is_nothing_beside_the_routes(front, path):
    assert ask(front.app, "GET", path, headers=[bearer(front.keys["all"])]).status == 404


def test_an_address_says_which_methods_it_answers(front):
    found = front.ask("PUT", "/segment")

    assert (found.status, found.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")


def test_no_reference_and_no_answer_of_a_resident_goes_into_log_metrics_or_record(front):
    answers = [found for _, found in paths(front, PLANTED)]
    front.ask("POST", "/requests", {"right": "review", "text": PLANTED}, ref=PLANTED)
    scraped = ask(front.app, "GET", "/metrics", headers=[bearer(front.keys["all"])]).body.decode()

    assert PLANTED not in front.log.getvalue() + str(front.events) + scraped
    assert all(PLANTED.encode() not in found.body for found in answers)
    assert len(front.events) > len(ABOUT), "the control: there was something to tell"
    assert 'route="resident_place"' in scraped


def test_one_resident_has_one_pseudonym_in_the_log_and_no_other_is_there(front):
    for ref in ("R-1", "R%2D1", "R-2"):
        front.ask("GET", "/consents", ref=ref)

    first, same, other = (event["subject"] for event in front.events)
    assert first == same != other
    assert front.subject("R-1").hex() not in str(front.events)


# ---- Mass reading -------------------------------------------------------------------------------------


def test_who_asks_about_too_many_is_stopped_and_raises_an_alert(office):
    front = Front.of(office, residents_an_hour=3)
    ticks = [1_000.0]
    front.app.edge.state.residents.monotonic = lambda: ticks[0]
    first = [front.ask("GET", "/consents", ref=f"R-{at}").status for at in range(4)]
    found = front.ask("GET", "/consents", ref="R-9")

    assert first == [200, 200, 200, 429]
    assert (found.status, slug(found)) == (429, "too-many-residents")
    assert 0 < int(found.headers["retry-after"]) <= 1_200
    front.app.edge.record_counted()
    alerts = [event for event in front.events if event.get("alert")]
    assert {event["alert"] for event in alerts} == {"mass-reading"}
    assert sum(event.get("requests", 1) for event in alerts) == 2
    assert b"segmentation_alerts_total 2.0" in front.app.edge.state.metrics.text("needs", 0.0)
    ticks[0] += 1_201
    assert front.ask("GET", "/consents").status == 200


def test_what_one_key_asks_is_no_matter_to_another_and_what_a_resident_says_never_waits(office):
    front = Front.of(office, residents_an_hour=1)
    front.issue("other")

    assert [front.ask("GET", "/consents").status for _ in range(2)] == [200, 429]
    assert front.ask("GET", "/consents", key="other").status == 200
    assert front.consent().status == 200
    # To place is to read, too: the answer tells what a person decided.
    assert front.place().status == 429


# ---- What goes wrong ----------------------------------------------------------------------------------


def test_a_database_that_does_not_answer_is_told_without_its_reasons(front):
    class Broken:
        def close(self):
            pass

        def __getattr__(self, name):
            raise LedgerError(f"The ledger at {PLANTED} cannot be read.")

    front.app.edge.state.residents._ledger = Broken()
    found = front.ask("GET", "/consents")

    assert (found.status, slug(found)) == (503, "not-readable")
    assert PLANTED not in found.body.decode() + front.log.getvalue()
    assert '"part":"residents"' in front.log.getvalue()


def test_a_keyring_that_lacks_a_key_is_told_the_same_way(front):
    from segmentation.vault import Keyring

    front.consent()
    other = Keyring.generate(front.office.clock())
    mixed = Keyring(front.keyring.marking, other.wrapping)
    front.app.edge.state.residents.keyring = lambda: mixed

    assert slug(front.ask("GET", "/consents")) == "not-readable"


def test_what_is_not_recorded_is_not_answered(placed):
    placed.app.edge.spool.error = OSError(os.strerror(28))
    found = placed.kept()

    assert (found.status, slug(found)) == (503, "not-recorded")
    assert b"S1" not in found.body
