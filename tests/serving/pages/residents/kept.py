"""A service that keeps residents, and people who answer them by its pages."""

from dataclasses import dataclass, field

from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.events import Told as Said
from segmentation.ledger.personal.requests import Told
from segmentation.ledger.personal.segments import By, Placed, Segments
from segmentation.rights.exercise import receive
from segmentation.vault import Keyring
from serving.app import create_app
from serving.logs import Log
from serving.residents.desk import Desk, desk_of
from tests.reviews.office import MODEL, policy
from tests.serving.pages.browsing import Browser, Site
from tests.serving.pages.made import PLACES, PageOffice
from tests.serving.pages.test_render import faults

PURPOSE, AUDIT = policy().purpose.key, policy().audit_purpose.key
SHOWN = frozenset({"residents", "whose", "resident", "request", "override", "erase"})
"""Pages that need a keyring: `test_browsed` walks past them, and not the walk past all others."""
REF = "Unit 7-1203 / 张三"
WORDS = "Please tell me what you keep of me. 请告诉我保存了什么。"


@dataclass
class Keeping:
    """An office with a keyring, and what is kept of one resident."""

    desk: PageOffice
    keyring: Keyring = None
    residents: Desk = None
    sites: list = field(default_factory=list)

    def __post_init__(self):
        clock = self.desk.office.clock
        self.keyring = Keyring.generate(clock())
        self.residents = desk_of(self.desk.settings(), lambda: self.keyring, Log(clock))
        self.residents.clock = clock
        self.desk.pages.residents = self.residents

    @property
    def now(self):
        return self.desk.office.clock()

    @property
    def records(self):
        return self.residents.records

    @property
    def subject(self):
        return self.keyring.subject_of(REF)

    @property
    def path(self):
        return {"subject": self.subject.hex()}

    def site(self, **told):
        """Return the application over it."""
        site = _KeptSite(self.desk, told)
        site.keyring = lambda: self.keyring
        site.begin()
        self.sites.append(site)
        return site

    def signed_in(self, name="Carol", **told):
        """Return the browser of somebody who is signed in, and the site."""
        site = self.site(**told)
        browser = Browser(site)
        assert browser.sign_in(name).status == 303
        return browser, site

    def ask(self, right="access", ref=REF, text=WORDS, purposes=(), at=None, channel="app", identity=""):
        """Enter a request, as an API key does."""
        told = Told(by="0a1b2c3d4e5f", text=text, channel=channel, language="zh", identity=identity)
        subject = self.keyring.subject_of(ref)
        return receive(self.records, self.residents.requests, subject, right, told, purposes, at or self.now)

    def consent(self, purpose=PURPOSE, state="given"):
        said = Said(state, "2025-02", "zh", "app")
        Consents(self.records).record(self.subject, purpose, said, "0a1b2c3d4e5f", self.now)

    def place(self, segment="S1", version=1):
        placed = Placed(segment, 0.25, True, "sha256:" + "d" * 64, ("repairs",))
        by = By.of(policy(), version)
        Segments(self.records).keep(self.subject, placed, by, "0a1b2c3d4e5f", self.now)

    def visit(self, name="Carol", language="en", **told):
        return self.desk.visit(name, language, **{"path": self.path} | told)

    def close(self):
        for site in self.sites:
            site.close()
        self.residents.close()


def wrong(html):
    """What is wrong with a page; the name for a browser's keeper of passwords is hidden and has no label."""
    return [one for one in faults(html) if one is not None]


class _KeptSite(Site):
    """A site with a keyring."""

    keyring = None

    def __post_init__(self):
        """Wait for the keyring."""

    def begin(self):
        settings, clock = self.office.settings(**self.told), self.office.office.clock
        self.app = create_app(settings, clock=clock, log=Log(clock, self.written), keyring=self.keyring)
        self.app.edge.spool = self.spool
        self.tls, self.root = settings.is_tls, settings.root_path

    def close(self):
        super().close()
        self.app.edge.state.residents.close()


__all__ = ["AUDIT", "MODEL", "PLACES", "PURPOSE", "REF", "SHOWN", "WORDS", "Keeping", "wrong"]
