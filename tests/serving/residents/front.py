"""The application with a keyring, and everybody who asks it about residents."""

import json
from dataclasses import dataclass, field
from io import StringIO

from segmentation.ledger.personal.records import Records
from segmentation.vault import Keyring
from serving.app import create_app
from serving.logs import Log
from tests.serving.asgi import JSON, Kept, ask, bearer
from tests.serving.made import policy, residents

PURPOSE = policy().purpose.key
NOTICE = policy().purpose.notice_versions[-1]
REF = "R-1"


@dataclass
class Front:
    """A service that has looked at its ledger, and keys that may ask it."""

    office: object
    app: object
    keyring: Keyring
    log: StringIO
    keys: dict = field(default_factory=dict)

    @classmethod
    def of(cls, office, **settings):
        keyring, log = Keyring.generate(office.clock()), StringIO()
        told = office.settings(**{"interval": 3_600.0} | settings)
        app = create_app(told, clock=office.clock, log=Log(office.clock, log), keyring=lambda: keyring)
        app.edge.spool = Kept()
        front = cls(office, app, keyring, log)
        front.issue("all")
        return front

    def issue(self, name, *scopes, **told):
        self.keys[name] = self.office.issue(*scopes, **told)
        self.app.edge.state.watch.look()

    def ask(self, method, path="", body=None, *, ref=REF, key="all", query="", headers=()):
        """Ask about a resident."""
        sent = [bearer(self.keys[key]), *headers]
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if body is not None:
            sent.append(JSON)
        address = f"/v1/residents/{ref}{path}"
        return ask(self.app, method, address, headers=sent, body=raw, query=query.encode())

    def consent(self, state="given", *, purpose=PURPOSE, ref=REF, **more):
        body = {"purpose": purpose, "event_state": state, "privacy_notice": NOTICE} | more
        return self.ask("POST", "/consents", body, ref=ref)

    def place(self, seed=0, **told):
        return self.ask("POST", "/segment", {"residents": residents(1, seed)}, **told)

    def kept(self, purpose=PURPOSE, **told):
        return self.ask("GET", "/segment", query=f"purpose={purpose}", **told)

    @property
    def events(self):
        """Access events, the newest last."""
        return self.app.edge.spool.lines

    @property
    def records(self):
        return Records(self.app.edge.state.residents.records.ledger, lambda: self.keyring)

    def subject(self, ref=REF):
        return self.keyring.subject_of(ref)

    def close(self):
        self.app.edge.state.residents.close()


def slug(found):
    """Return which problem an answer is."""
    return found.json()["type"].rpartition(":")[2]
