"""Asking a handler as the application does, without HTTP: a version ready, and a watch that has looked."""

import json
from dataclasses import dataclass, field

from segmentation.approved import Approved, approved_of
from segmentation.policy.catalogue import load_catalogue
from serving.calls import Call, Refused
from serving.served import Served, served_of
from serving.state import State
from tests.serving.made import MODEL

JSON = "application/json"


def approved(office) -> Approved:
    """Return the version that is in service."""
    with office.book() as book:
        history = book.history()
    return approved_of(history, office.trust, MODEL, office.clock(), load_catalogue().digest)


@dataclass
class Watching:
    """A watch that has looked."""

    office: object
    version: Served | None

    def served(self):
        if self.version is None:
            raise Refused("not-approved", "No version may be served.")
        return self.version

    def history(self):
        with self.office.book() as book:
            return book.history()


@dataclass
class Desk:
    """Where one asks."""

    state: State
    calls: list = field(default_factory=list)

    @classmethod
    def of(cls, office, version=None, **settings):
        found = version or served_of(approved(office))
        return cls(State(office.settings(**settings), Watching(office, found), office.clock))

    @property
    def served(self):
        return self.state.watch.version

    def ask(self, handler, body=b"", *, media=JSON, query=b"", **headers):
        """Return the reply of a handler; `call` is what it made of the request."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "headers": fields, "query_string": query}
        call = Call("00000000-0000-4000-8000-000000000000", scope, raw, None, media=media)
        self.calls.append(call)
        return handler(call, self.state)

    @property
    def call(self):
        return self.calls[-1]
