"""The whole application on a real ledger: who may ask what, and what its log says of a day's requests."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import timedelta
from io import StringIO

import msgspec
import pytest

from segmentation.answers import Problem
from segmentation.ledger.access import AccessLog
from segmentation.ledger.api_keys import SCOPES
from segmentation.ledger.store import open_ledger
from segmentation.vault import Keyring
from segmentation.version import __version__
from serving.app import create_app, utc
from serving.logs import Log
from serving.routes import all_routes
from tests.serving.asgi import JSON, Kept, ask, asked, bearer, token
from tests.serving.made import Office, policy, residents

ROUTES = {route.name: route for route in all_routes()}
PLANTED = "410103198001011234"
NOTICE = policy().purpose.notice_versions[-1]


# ---- Every address, with every kind of key ------------------------------------------------------------


@pytest.fixture(scope="module")
def open_office(tmp_path_factory):
    """An office that has issued a key of every kind, and the application that has looked at its ledger."""
    office = Office.opened(tmp_path_factory.mktemp("open") / "office")
    office.approve(1)
    keys = {scope: office.issue(scope) for scope in SCOPES}
    keys |= {"all": office.issue(), "revoked": office.issue()}
    keys["expired"] = office.issue(expires=office.clock() + timedelta(hours=1))
    keys |= {"unknown": token(0), "malformed": "sgk_none", "wrong secret": keys["all"][:-43] + "x" * 43}
    office.end(keys["revoked"])
    office.clock.wait(hours=2)
    # It looks at the ledger this once, and what it saw counts as long as the tests take.
    settings, keyring = office.settings(interval=3_600.0), Keyring.generate(office.clock())
    log = Log(office.clock, StringIO())
    app = create_app(settings, clock=office.clock, log=log, keyring=lambda: keyring)
    app.edge.spool = Kept()
    app.edge.state.watch.look()
    for shown in ("all", "resident", "store", "rights"):
        for name in ("resident_consent", "resident_place"):
            sent = {"headers": [JSON, bearer(keys["all"])], "body": body_for(name)}
            assert ask(app, "POST", path_of(ROUTES[name], shown), **sent).status == 200
    return app, keys


def path_of(route, shown):
    """Return the address as it is asked for; each kind of key asks about a resident of its own."""
    return route.path.replace("{file}", "start.js").replace("{ref}", f"R%2F{shown.replace(' ', '')}")


def body_for(name):
    """Return a body that the route answers."""
    told = {
        "invocations": {"dataframe_records": residents(2)},
        "resident_place": {"residents": residents(1)},
        "resident_explain": {"residents": residents(1)},
        "resident_consent": {"purpose": "service_planning", "event_state": "given", "privacy_notice": NOTICE},
        "resident_ask": {"right": "copy"},
    }
    return json.dumps(told.get(name, {"residents": residents(2)})).encode()


def expected(route, shown):
    """Return the status that a key of that kind must have."""
    if route.scope is None or shown in {"all", route.scope}:
        return 200
    return 403 if shown in SCOPES else 401


SHOWN = ("none", "malformed", "unknown", "wrong secret", "expired", "revoked", *SCOPES, "all")


@pytest.mark.parametrize("shown", SHOWN)
@pytest.mark.parametrize("name", ROUTES)
def test_an_address_opens_to_the_keys_that_it_needs_and_to_no_other(open_office, name, shown):
    app, keys = open_office
    route = ROUTES[name]
    headers = [] if shown == "none" else [bearer(keys[shown])]
    body = b""
    if route.media:
        headers.append(JSON)
        body = body_for(name)
    before = len(app.edge.spool.lines)
    query = b"purpose=service_planning" if name == "resident_segment" else b""
    found = ask(app, route.method, path_of(route, shown), headers=headers, body=body, query=query)
    app.edge.record_counted()
    assert found.status == expected(route, shown)
    if found.status != 200:
        problem = msgspec.json.decode(found.body, type=Problem, strict=True)
        assert (problem.status, problem.type.rpartition(":")[2]) == (
            found.status,
            {401: "no-key", 403: "not-allowed"}[found.status],
        )
        assert (found.status == 401) == ("www-authenticate" in found.headers)
        assert (found.status == 403) == (repr(route.scope) in problem.detail)
    is_known = route.scope is not None and shown in {"all", "expired", "revoked", *SCOPES}
    assert len(app.edge.spool.lines) - before == is_known


def test_an_address_behind_a_proxys_prefix_is_the_same(open_office):
    app, keys = open_office
    found = ask(app, "GET", "/v1/model", headers=[bearer(keys["read"])], root="/segments")
    assert found.json()["version"] == 1
    assert ask(app, "GET", "/docs/start.js", root="/segments").status == 200


def test_the_application_is_fastapis_and_its_document_is_the_one_that_is_answered(open_office):
    app, _ = open_office
    assert app.version == __version__
    assert ask(app, "GET", "/openapi.json").json() == app.openapi()
    assert {route.path for route in app.routes} == {route.path for route in ROUTES.values()}


def test_frameworks_telemetry_is_off_whatever_the_environment_says(open_office, monkeypatch):
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    app, _ = open_office
    again = create_app(app.edge.state.settings, clock=app.edge.state.clock, log=app.edge.log)
    told = again._telemetry
    assert [told[what] for what in ("tracing", "metrics", "logs", "auto_configure")] == [False] * 4


def test_the_clock_of_the_service_is_in_utc():
    assert utc().utcoffset() == timedelta(0)


# ---- A day of the service -----------------------------------------------------------------------------


@asynccontextmanager
async def opened(office, written, **settings):
    app = create_app(office.settings(**settings), clock=office.clock, log=Log(office.clock, written))
    async with app.router.lifespan_context(app):
        yield app


def events(written):
    return [json.loads(line)["event"] for line in written.getvalue().splitlines()]


def test_the_service_begins_serves_and_ends_and_its_record_is_in_the_ledger(office):
    key, written = office.issue(), StringIO()

    async def day():
        async with opened(office, written) as app:
            body = json.dumps({"residents": residents(3)}).encode()
            return await asked(app, "POST", "/v1/segments:predict", headers=[JSON, bearer(key)], body=body)

    found = asyncio.run(day())
    assert [len(found.json()["results"]), found.json()["version"]] == [3, 1]
    told = events(written)
    assert (told[0], told[-1]) == ("started", "stopping")
    assert {"watch", "listening"} <= set(told)
    assert list((office.folder / "spool").glob("*.spool")) == [], "the last round moved what was there"


def test_what_was_only_counted_is_in_the_ledger_when_the_service_has_ended(office):
    key = office.issue()
    office.end(key)

    async def day():
        async with opened(office, StringIO()) as app:
            for _ in range(20):
                await asked(app, "GET", "/v1/model", headers=[bearer(key)])

    asyncio.run(day())
    with open_ledger(office.settings().trust.ledger) as ledger:
        lines = [line for batch in AccessLog(ledger).batches() for line in batch.lines.splitlines()]
    told = [json.loads(line).get("requests", 1) for line in lines]
    assert sum(told) == 20
    assert len(told) < 20


def test_a_service_without_a_version_starts_and_says_that_it_is_not_ready(office):
    office.revoke(1)

    async def day():
        async with opened(office, StringIO()) as app:
            return [await asked(app, "GET", path) for path in ("/healthz", "/readyz")]

    assert [found.status for found in asyncio.run(day())] == [200, 503]


async def ask_all_wrong(app, key):
    """Send a planted value in every part of a request that a client can fill."""
    planted = PLANTED.encode()
    told = {"residents": [{PLANTED: PLANTED, "age": PLANTED, "repair_requests": PLANTED}]}
    body = json.dumps(told).encode()
    for headers in (
        [JSON, bearer(key)],
        [JSON, bearer(PLANTED)],
        [JSON, (b"x-api-key", planted), (b"x-request-id", planted), (b"cookie", planted)],
        [(b"content-type", planted), bearer(key)],
        [JSON, bearer(key), (b"content-length", b"9" * 18)],
        [JSON, bearer(key), (b"user-agent", planted), (b"x-forwarded-for", planted)],
    ):
        for path in ("/v1/segments:predict", "/v1/segments:explain", "/invocations", f"/{PLANTED}"):
            yield await asked(app, "POST", path, headers=headers, body=body)
            yield await asked(app, PLANTED, path, headers=headers, body=body)
    yield await asked(app, "GET", f"/docs/{PLANTED}", headers=[bearer(key)])
    yield await asked(app, "POST", "/v1/segments:predict", headers=[JSON, bearer(key)], body=planted)


def test_neither_log_nor_record_nor_answer_repeats_what_a_client_sent(office):
    key, written, spool = office.issue(), StringIO(), Kept()
    secret = key[-43:]

    async def day():
        async with opened(office, written) as app:
            app.edge.spool = spool
            answers = [found async for found in ask_all_wrong(app, key)]
            scraped = await asked(app, "GET", "/metrics", headers=[bearer(key)])
            return answers, scraped.body.decode()

    answers, scraped = asyncio.run(day())
    told = written.getvalue() + str(spool.lines) + scraped
    for value in (PLANTED, secret, "203.0.113.77"):
        assert value not in told
    assert all(400 <= found.status < 500 for found in answers)
    assert not any(PLANTED in found.body.decode() + str(found.headers) for found in answers)
    assert len(spool.lines) > 10, "the control: there was something to tell"
    assert "refused" in events(written)


def test_a_log_that_repeated_it_would_be_noticed(office):
    """The control."""
    written = StringIO()
    Log(office.clock, written).event("refused", path=f"/{PLANTED}")
    assert PLANTED in written.getvalue()
