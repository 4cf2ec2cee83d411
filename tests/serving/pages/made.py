"""An office for tests of pages: versions that were really submitted, and people whose keys rest in files.

It is that of the tests of reviews, with a key file for everybody, sealed at the least cost, and with settings
of a service that has pages.
"""

from dataclasses import dataclass, field
from functools import cache

from segmentation.reviews.keyfiles import key_file
from serving.pages.office import Office as Pages
from serving.pages.visit import Person, Visit
from serving.settings import Settings
from tests.card import made as card
from tests.reviews.office import MODEL, ROLES, Office, handed

PASSPHRASE = "correct horse battery staple"
QUICK = {"iterations": 1, "lanes": 1, "memory_kib": 8}
SESSION = "0" * 64
PLACES = {"version": 1, "file": "pages.css", "subject": "0" * 32, "request": "R" + "0" * 12}
"""What stands in addresses, of nothing that is kept but the version."""
__all__ = ["MODEL", "PASSPHRASE", "ROLES", "Office", "PageOffice", "blocked"]


@cache
def blocked(version=2):
    """Return a version of which findings block the signature; see `Handed.waivers`."""
    return handed(version, audit=card.audit())


@dataclass
class PageOffice:
    """The office, and what its pages use."""

    office: Office
    pages: Pages = field(init=False)

    def __post_init__(self):
        for name, key in self.office.keys.items():
            path = key_file(self.office.home, name)
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(key.sealed(PASSPHRASE, QUICK), encoding="utf-8")
        self.pages = Pages(self.settings(), self.office.clock)

    def settings(self, **changed):
        """Return how the model is served, with pages."""
        told = {
            "model": MODEL,
            "trust": self.office.trust,
            "spool": self.office.home.spool,
            "home": self.office.home.root,
        }
        return Settings(**told | changed)

    def visit(self, name="Carol", language="zh", **told):
        """Return a request by somebody who is signed in, or by nobody where the name is None."""
        person = None if name is None else Person(name, ROLES[name], SESSION)
        given = {"now": self.office.clock(), "token": "the token", "read": self.pages.history()} | told
        return Visit(office=self.pages, person=person, language=language, **given)
