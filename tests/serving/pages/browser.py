"""A real browser before the real application: Debian's Chromium, and an office with a version in every state.

Screenshots are kept where `SEGMENTATION_SHOTS` names a folder, as `make check` does, in one for each test.
Else they lie beside what the test writes.
"""

import os
import re
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from segmentation.home import Home
from segmentation.ledger.api_keys import SCOPES
from segmentation.ledger.book import begin
from segmentation.ledger.trust import ledger_url
from segmentation.reviews.api_keys import issue_api_key
from segmentation.reviews.people import add_person
from segmentation.signing import PrivateKey
from serving.pages.table import address
from tests.card import made as card
from tests.reviews.office import MODEL, ROLES, Office, handed
from tests.serving.pages.made import PASSPHRASE, PageOffice, blocked

CHROMIUM = shutil.which("chromium")
LANGUAGES = ("zh", "en")
WIDE, NARROW = 1280, 360
LONG = (
    "Compared with the version in service: the wording of two segments is clearer, and nothing else differs. "
    "与现行版本相比：两个分群的说明更清楚，其余没有差别。"
)
browsed = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="there is no Chromium: apt-get install chromium fonts-noto-cjk"
    ),
]


# ---- The office --------------------------------------------------------------------------------------


def opened(folder, now):
    """Begin a ledger at a time of ours, so that a process with the machine's clock can serve it."""
    home, root = Home(folder / "home"), PrivateKey.generate()
    begin(ledger_url(home, {}), root, now)
    office = Office.at(folder, root, {})
    office.clock.now = now
    for name, roles in ROLES.items():
        office.keys[name] = PrivateKey.generate()
        until = (now + timedelta(days=300)).date()
        add_person(office.book, root, name, roles, until, public_key=office.keys[name].public)
    return PageOffice(office)


def started(folder):
    """Return an office that was opened a quarter of an hour ago: its clock runs a little ahead of ours."""
    return opened(folder, datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=15))


def assessed(desk, *, blocking=False, version=1):
    """Return a version whose assessment is of the office's day."""
    today = desk.office.clock.now.date()
    days = {"assessed_on": today, "next_review": today + timedelta(days=90), "today": today}
    audit = {"audit": card.audit()} if blocking else {}
    return handed(version, **audit, **days)


def token(desk, *scopes):
    """Issue an API key, for everything unless scopes are given."""
    office = desk.office
    found, _ = issue_api_key(
        office.book,
        office.signer("Adam"),
        name="Planning",
        scopes=scopes or SCOPES,
        expires=office.clock() + timedelta(days=90),
        per_second=10_000,
        reason="Plans services.",
        random=secrets.token_bytes,
        purposes=("service_planning",),
    )
    return found


STATES = {
    1: "superseded",
    2: "expired",
    3: "revoked",
    4: "rejected",
    5: "changes_requested",
    6: "active",
    7: "approved",
    8: "submitted",
    9: "submitted",
}
"""Where the versions of `furnish` stand; 8 has the approval of compliance, and 9 has findings that block."""


def furnish(office):
    """Submit versions and decide about them, until there is one in every state that stands beside others."""
    about = {"reason": LONG}
    office.activated(1)
    office.submit(2)
    for name in ("Carol", "Bob"):
        last = (office.clock.now + timedelta(days=10)).date()
        office.approve(name, 2, valid_until=last, conditions=["Every segment has a contact on its page."])
    office.clock.now += timedelta(days=20)
    office.activated(3)
    office.desk.revoke(MODEL, 3, signer=office.signer("Carol"), **about)
    office.submit(4)
    office.desk.reject(MODEL, 4, signer=office.signer("Bob"), **about)
    office.submit(5)
    office.desk.request_changes(MODEL, 5, signer=office.signer("Carol"), conditions=["Say why."], **about)
    office.activated(6)
    office.submit(7)
    office.approve("Carol", 7)
    office.approve("Bob", 7, hold=True)
    office.submit(8, reason=LONG)
    office.approve("Carol", 8, reason=LONG)
    office.submit(blocked(9))


# ---- The browser -------------------------------------------------------------------------------------


def playwright_browser():
    """Start Chromium, for a fixture."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield found
        found.close()


@dataclass
class Tab:
    """A person's browser: a context of its own, so its cookies are nobody else's.

    Attributes
    ----------
    page : Page
    base : str
        Address of the service.
    asked : list of str
        Every address that was asked for.
    complaints : list of str
        What the console, a failed request or the content security policy complained of.
    """

    context: object
    base: str
    language: str
    shots: Path
    page: object = None
    asked: list = field(default_factory=list)
    complaints: list = field(default_factory=list)
    taken: int = 0

    def __post_init__(self):
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("requestfailed", self._failed)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("console", self._console)

    def _failed(self, request):
        # Who goes on before an icon has come takes it back, and asks for it again.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url}: {request.failure}")

    def _console(self, message):
        # Chromium says "Failed to load resource" of every page answered with 4xx, as ours that decline.
        if message.type in {"error", "warning"} and not re.search(r"status of 4\d\d", message.text):
            self.complaints.append(f"console: {message.text}")

    def go(self, name, /, **told):
        """Open a page of the table; returns its status."""
        return self.page.goto(self.base + address(name, **told)).status

    def at(self):
        """Path and query of the page that is shown."""
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def strangers(self):
        """What was asked of any other place than the service."""
        return [url for url in self.asked if not url.startswith(f"{self.base}/")]

    def speak(self, language):
        """Choose the language by the switch, as a person does."""
        self.language = language
        if self.page.locator("html").get_attribute("lang")[:2] != language:
            with self.page.expect_navigation():
                self.page.locator(f'.languages a[hreflang^="{language}"]').click()

    def sign_in(self, name, passphrase=PASSPHRASE):
        """Fill in the form and send it."""
        self.go("sign_in")
        self.speak(self.language)
        self.send("form:has([name=passphrase])", name=name, passphrase=passphrase)

    def send(self, selector, **typed):
        """Fill in fields by their names, press a button, and wait for the page that follows."""
        form = self.page.locator(selector)
        for name, text in typed.items():
            form.locator(f"[name={name}]").fill(text)
        with self.page.expect_navigation():
            form.locator("button[type=submit], button:not([type])").first.click()

    def act(self, version, action, **typed):
        """Open the form of an act, fill it in and go on to what is signed."""
        self.go(action, version=version)
        self.send("form#decide", **typed)

    def sign(self, passphrase=PASSPHRASE):
        """Sign what is shown."""
        self.send("#sign form", passphrase=passphrase)

    def shot(self, name):
        """Keep a picture of the whole page."""
        self.taken += 1
        file = self.shots / f"{self.language}-{self.taken:02}-{name}.png"
        self.page.screenshot(path=file, full_page=True)
        return file


def shots_folder(tmp_path):
    """Return where the screenshots of the test that runs are kept."""
    named, test = os.environ.get("SEGMENTATION_SHOTS"), os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
    of_test = test.rpartition("/")[2].replace("::", "/")
    folder = Path(named) / of_test if named else tmp_path / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def tabs(browser, base, shots):
    """Yield a function that opens a browser of somebody's own, in a language."""
    contexts = []

    def open_tab(language="zh", width=WIDE, height=900, **told):
        # The browser asks for the other language: the pages go by their own switch alone.
        locale = "en-GB" if language == "zh" else "zh-CN"
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, timezone_id="Asia/Shanghai", **told
        )
        contexts.append(context)
        return Tab(context, base, language, shots)

    try:
        yield open_tab
    finally:
        for context in contexts:
            context.close()


def axe_source():
    """Return axe-core, of the package that carries it."""
    (folder,) = find_spec("axe_playwright_python").submodule_search_locations
    return (Path(folder) / "axe.min.js").read_text(encoding="utf-8")
