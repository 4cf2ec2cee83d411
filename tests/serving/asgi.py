"""Calls the application in process, as a server would, and stands in for what these tests are not about."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from types import SimpleNamespace
from urllib.parse import unquote

import msgspec

from segmentation.answers import Texts
from segmentation.ledger.api_keys import SCOPES, token_of, token_parts
from segmentation.signing import sha256
from serving.app import Application
from serving.calls import Refused, Reply
from serving.credentials import Credentials
from serving.edge import Edge
from serving.logs import Log
from serving.metrics import Metrics
from serving.rate import Rate
from serving.routes import JSON_ALONE, NEVER, Route
from serving.settings import Settings
from serving.state import State

NOW = datetime(2026, 7, 2, 9, 0, tzinfo=UTC)
JSON = (b"content-type", b"application/json")


@dataclass(frozen=True)
class Answer:
    """What a client got."""

    status: int
    headers: dict
    body: bytes

    def json(self):
        return msgspec.json.decode(self.body)


def ask(app, method, path, *, headers=(), body=b"", pieces=None, root="", query=b""):
    """Send one request to an ASGI application and return its answer.

    `pieces` are what arrives one by one; one of them may be a number of seconds to wait for, and None is the
    end of a connection.
    """
    return asyncio.run(
        asked(app, method, path, headers=headers, body=body, pieces=pieces, root=root, query=query)
    )


async def asked(app, method, path, *, headers=(), body=b"", pieces=None, root="", query=b""):
    """Do as `ask`, in an event loop that runs."""
    arriving = [body] if pieces is None else list(pieces)
    sent = []

    async def receive():
        if arriving and isinstance(arriving[0], float):
            await asyncio.sleep(arriving.pop(0))
        if not arriving or arriving[0] is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": arriving.pop(0), "more_body": bool(arriving)}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": root + unquote(path),
        "raw_path": (root + path).encode(),
        "root_path": root,
        "query_string": query,
        "headers": list(headers),
        "client": ("203.0.113.77", 4711),
        "server": ("127.0.0.1", 8000),
    }
    await app(scope, receive, send)
    return _answer(sent)


def _answer(sent):
    start = sent[0]
    names = Counter(name for name, _ in start["headers"] if name != b"www-authenticate")
    assert max(names.values()) == 1, "a header is sent twice"
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


def token(number, secret=None):
    """Return the API key that a client of a stand-in has."""
    return token_of(f"{number:012x}", secret or f"secret-of-key-{number:04d}".ljust(43, "x"))


def bearer(key):
    """Return the header that shows a key."""
    return (b"authorization", b"Bearer " + key.encode())


def issued(number, scopes=SCOPES, per_second=1_000, expires=NOW + timedelta(days=90)):
    """Return where a key stands, in the form of the ledger's own; `.revoked` may be set."""
    _, secret = token_parts(token(number))
    record = SimpleNamespace(
        id=f"{number:012x}",
        name="a client",
        secret=sha256(secret.encode()),
        scopes=tuple(scopes),
        purposes=("service_planning",),
        per_second=per_second,
        expires=expires,
    )
    return StandIn(record)


@dataclass
class StandIn:
    """A key's standing."""

    record: SimpleNamespace
    revoked: datetime | None = None

    def refusal(self, now):
        if self.revoked is not None and self.revoked <= now:
            return "The API key was revoked."
        return "The API key has expired." if now >= self.record.expires else None


@dataclass
class Looker:
    """Stands in for the watch: a test says what it sees."""

    standings: dict = field(default_factory=dict)
    version: int | None = 1
    looked: float = 0.0
    refused: Refused | None = None

    def keys(self):
        if self.refused is not None:
            raise self.refused
        return self.standings

    def served(self):
        if self.refused is not None:
            raise self.refused
        if self.version is None:
            raise Refused("not-approved", "Version 1 was revoked by Carol Chen.")
        approved = SimpleNamespace(version=self.version, decision=f"sha256:{self.version:064x}")
        return SimpleNamespace(approved=approved)


@dataclass
class Kept:
    """Stands in for the spool."""

    lines: list = field(default_factory=list)
    error: Exception | None = None

    def write(self, line):
        if self.error is not None:
            raise self.error
        self.lines.append(msgspec.json.decode(line))


@dataclass
class Ticks:
    """A clock that a test sets."""

    now: datetime = NOW
    seconds: float = 1_000.0

    def __call__(self):
        return self.now

    def monotonic(self):
        return self.seconds

    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)
        self.seconds += seconds


def echo(call, state):
    """Stand in for a handler: take the version that is served, and tell how much was sent."""
    call.served = state.watch.served()
    call.rows = 1
    return Reply(msgspec.json.encode({"bytes": len(call.body), "media": call.media}))


def route(handler=echo, **changed):
    """Return a route of the prediction, with another handler."""
    told = {
        "name": "predict",
        "method": "POST",
        "path": "/v1/segments:predict",
        "scope": "predict",
        "handler": handler,
        "summary": Texts("Segments", "分群"),
        "beside_from": NEVER,
        "media": JSON_ALONE,
    }
    return Route(**told | changed)


@dataclass
class Desk:
    """An application with stand-ins around it."""

    app: Application
    edge: Edge
    watch: Looker
    spool: Kept
    clock: Ticks
    log: StringIO

    def ask(self, method, path, **told):
        return ask(self.app, method, path, **told)

    def predict(self, body=b"{}", *headers, **told):
        return self.ask(
            "POST", "/v1/segments:predict", headers=headers or (JSON, bearer(token(1))), body=body, **told
        )


def desk(*routes, keys=(), folder=None, **settings):
    """Open an application whose key 1 may do everything."""
    clock, spool, written = Ticks(), Kept(), StringIO()
    standings = {one.record.id: one for one in (issued(1), *keys)}
    watch = Looker(standings)
    state = State(Settings("needs", None, folder, **settings), watch, clock, Metrics())
    log = Log(clock, written, clock.monotonic)
    edge = Edge(state, Credentials(watch), Rate(), log, spool, monotonic=clock.monotonic)
    return Desk(Application(edge, routes or (route(),)), edge, watch, spool, clock, written)
