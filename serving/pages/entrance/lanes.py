"""Lanes: the threads that do the work of pages, and how many requests may wait for each kind of it.

Requests of people who are signed in have lanes of their own, and so has each kind of work that takes long:
whoever comes without a session, however many they are, waits for other strangers alone. Which session there
is costs one look into the database; it is remembered, so that a crowd with sessions of its own invention
keeps nobody out who is in.
"""

from __future__ import annotations

import hashlib
from collections import Counter, OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from serving.calls import Refused
from serving.pages import forms
from serving.room import LATER

if TYPE_CHECKING:
    from serving.pages.table import PageRoute


class Bounds(NamedTuple):
    """How many requests of a kind are at work at once, and how many in hand with those that wait."""

    threads: int
    most: int


LANES = {
    "read": Bounds(2, 16),
    "act": Bounds(2, 8),
    "dossier": Bounds(1, 4),
    "enter": Bounds(1, 30),
    "open": Bounds(1, 32),
    "known": Bounds(1, 32),
}
"""By what is asked: to see something, to do something, to take all evidence away; to sign in; anything else
of whoever has no session; and whether there is a session. A passphrase takes a fifth of a second and 64 MiB,
one after another: who signs in waits for six seconds at most."""


class Arriving(NamedTuple):
    """What may arrive of forms of one kind."""

    places: int
    most_bytes: int
    patience: float


ARRIVING = {
    "enter": Arriving(1_000, 8 * 2**10, 5.0),
    "open": Arriving(64, 64 * 2**10, 2.0),
    "act": Arriving(64, forms.MOST_BYTES, 60.0),
}
"""By the lane; a fourth of the places is for one person, or for all strangers together. Of strangers a form
is read where a browser says that it is of a page of ours: they were signed in when they wrote it."""
SHARE = 2
"""One person may have one part in so many of the places of a lane."""
REMEMBERED = 1_000
"""Sessions that are known to be there without a look; each takes some hundred bytes."""


def lane_of(route: PageRoute | None, *, is_known: bool) -> str:
    """Return the lane of a request.

    Parameters
    ----------
    route : PageRoute or None
        None where there is no such page.
    is_known : bool
        Whether it has a session that there is.
    """
    if route is not None and route.name == "enter":
        return "enter"
    if not is_known:
        return "open"
    if route is None or route.method == "GET":
        return "dossier" if route is not None and route.name == "dossier" else "read"
    return "act"


@dataclass(eq=False)
class Lane:
    """The threads for one kind of request, made when they are first needed; for the event loop alone."""

    name: str
    bounds: Bounds
    taken: int = 0
    threads: ThreadPoolExecutor | None = field(default=None, repr=False)
    _by_session: Counter[str] = field(default_factory=Counter, repr=False)

    def enter(self, session: str = "") -> ThreadPoolExecutor:
        """Take a place, for a session or for anybody; raises `Refused` where there is none."""
        own = self._by_session[session] if session else 0
        if self.taken >= self.bounds.most or own >= self.bounds.most // SHARE:
            raise Refused("busy", "Too many pages are asked for at once.", headers=LATER)
        if session:
            self._by_session[session] += 1
        self.taken += 1
        if self.threads is None:
            self.threads = ThreadPoolExecutor(self.bounds.threads, f"pages-{self.name}")
        return self.threads

    def leave(self, session: str = "") -> None:
        """Give a place back, as it was taken."""
        self.taken -= 1
        if session:
            self._by_session[session] -= 1
            self._by_session += Counter()  # without those of whom none is left

    def close(self) -> None:
        """Finish what is in hand."""
        if self.threads is not None:
            self.threads.shutdown()
            self.threads = None


class Remembered:
    """Sessions that were there when they were last looked up: the latest of them, by their digests.

    It lets nobody in: who is signed in is looked up in the ledger at each request. For the event loop alone.

    Parameters
    ----------
    most : int
    """

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._there: OrderedDict[bytes, None] = OrderedDict()

    def __contains__(self, token: str) -> bool:
        """Whether a session is known to be there."""
        return _digest(token) in self._there

    def add(self, token: str) -> None:
        """Remember a session that is there."""
        key = _digest(token)
        self._there[key] = None
        self._there.move_to_end(key)
        while len(self._there) > self._most:
            self._there.popitem(last=False)

    def discard(self, token: str) -> None:
        """Forget a session of which nobody is signed in."""
        self._there.pop(_digest(token), None)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
