"""A browser for tests: it keeps cookies, follows where it is sent, and fills in forms, without HTTP."""

import asyncio
import gzip
import re
from dataclasses import dataclass, field
from html import unescape
from io import StringIO
from urllib.parse import urlencode

from serving.app import create_app
from serving.logs import Log
from tests.serving.asgi import Kept
from tests.serving.pages.made import PASSPHRASE

FORM = b"application/x-www-form-urlencoded"
TOKEN = re.compile(r'name="csrf" value="([^"]*)"')


@dataclass(frozen=True)
class Got:
    """An answer, with each header as often as it came."""

    status: int
    fields: tuple
    body: bytes

    @property
    def headers(self):
        return {name.decode(): value.decode() for name, value in self.fields}

    @property
    def cookies(self):
        return [value.decode() for name, value in self.fields if name == b"set-cookie"]

    @property
    def text(self):
        is_packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if is_packed else self.body).decode()

    @property
    def token(self):
        found = TOKEN.search(self.text)
        return unescape(found[1]) if found else ""


@dataclass
class Site:
    """The application over an office, in process: its spool and its log are kept."""

    office: object
    told: dict = field(default_factory=dict)
    written: StringIO = field(default_factory=StringIO)
    spool: Kept = field(default_factory=Kept)

    def __post_init__(self):
        settings = self.office.settings(**self.told)
        log = Log(self.office.office.clock, self.written)
        self.app = create_app(settings, clock=self.office.office.clock, log=log)
        self.app.edge.spool = self.spool
        self.tls = settings.is_tls
        self.root = settings.root_path

    @property
    def log(self):
        return self.written.getvalue()

    @property
    def events(self):
        return self.spool.lines

    def close(self):
        self.app.door.close()


@dataclass
class Browser:
    """Somebody's browser."""

    site: Site
    jar: dict = field(default_factory=dict)
    origin: tuple = ((b"sec-fetch-site", b"same-origin"),)

    def ask(self, method, target, body=b"", headers=(), *, media=FORM):
        """Send a request and keep the cookies of its answer."""
        path, _, query = target.partition("?")
        sent = list(headers)
        if self.jar:
            told = "; ".join(f"{name}={value}" for name, value in self.jar.items())
            sent.append((b"cookie", told.encode("latin-1")))
        if method == "POST":
            sent += [(b"content-type", media), *self.origin]
        got = asyncio.run(
            _asked(self.site.app, method, self.site.root + path, query, sent, body, self.site.root)
        )
        for cookie in got.cookies:
            self._keep(cookie)
        return got

    def get(self, target, *headers):
        return self.ask("GET", target, headers=headers)

    def post(self, target, form, *headers):
        return self.ask("POST", target, urlencode(form, doseq=True).encode(), headers)

    def submit(self, page, target, form):
        """Open a page, and send the form on it with its token."""
        return self.post(target, {"csrf": self.get(page).token, **form})

    def sign_in(self, name="Carol", passphrase=PASSPHRASE, **form):
        return self.submit(
            "/review/sign-in", "/review/sign-in", {"name": name, "passphrase": passphrase, **form}
        )

    def _keep(self, cookie):
        pair, *attributes = cookie.split("; ")
        name, _, value = pair.partition("=")
        if "Max-Age=0" in attributes:
            self.jar.pop(name, None)
        else:
            self.jar[name] = value


async def _asked(app, method, path, query, headers, body, root):
    arriving, sent = [body], []

    async def receive():
        if not arriving:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": arriving.pop(0), "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(errors="replace"),
        "root_path": root,
        "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1:8000"), *headers],
        "client": ("203.0.113.77", 4711),
        "server": ("127.0.0.1", 8000),
    }
    await app(scope, receive, send)
    return Got(sent[0]["status"], tuple(sent[0]["headers"]), b"".join(m.get("body", b"") for m in sent[1:]))
