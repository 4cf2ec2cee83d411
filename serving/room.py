"""How much one worker has in hand at once, and how much of that one API key may take.

A request that is there whole and is answered at once takes no room. Room is for those whose body still
arrives, and for those that wait for a thread or work in it: without limits one key could hold all places and
all memory, and keep everybody else's long requests waiting behind its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from serving.calls import Refused

BYTES = 256 * 2**20
"""Bytes of bodies that one worker has in hand at most."""
SHARE = 4
"""A key may have one part in so many of the places and of the bytes."""
LONG = 4
"""Long requests that a key may have in hand: twice as many as there are threads for them."""
ABOUT_ONE = 64
"""Requests about one resident that a key may have in hand: each waits a few milliseconds for a database."""
LATER = ((b"retry-after", b"1"),)


@dataclass(slots=True)
class Taken:
    """What is taken of the room.

    Attributes
    ----------
    places : int
        Requests.
    size : int
        Bytes of their bodies.
    long : int
        How many of them wait for a thread or work in it.
    """

    places: int = 0
    size: int = 0
    long: int = 0


class Room:
    """The room of one worker; for its event loop alone.

    Parameters
    ----------
    places : int
        Requests at most.
    most_bytes : int
        Of one body; there is always room for one.

    Attributes
    ----------
    taken : Taken
        By all.
    """

    def __init__(self, places: int, most_bytes: int) -> None:
        self._places, self._each = places, max(LONG, places // SHARE)
        self._size, self._size_each = max(BYTES, most_bytes), max(BYTES // SHARE, most_bytes)
        self.taken = Taken()
        self._by_key: dict[str, Taken] = {}

    def enter(self, key: str) -> Place:
        """Take a place.

        Parameters
        ----------
        key : str
            Id of the API key; empty for all who need none together.

        Raises
        ------
        Refused
            There is none, or the key has as many as it may.
        """
        if self.taken.places >= self._places:
            raise _busy("requests")
        own = self._by_key.get(key)
        if own is None:
            own = self._by_key[key] = Taken()
        elif own.places >= self._each:
            raise _too_many(key, "requests")
        self.taken.places += 1
        own.places += 1
        return Place(self, key, own)

    def hold(self, key: str, own: Taken, size: int) -> None:
        """Take room for so many bytes more; raises `Refused` where there is none."""
        if self.taken.size + size > self._size:
            raise _busy("bytes")
        if own.size + size > self._size_each:
            raise _too_many(key, "bytes")
        self.taken.size += size
        own.size += size

    def leave(self, key: str, own: Taken, size: int, *, is_long: bool) -> None:
        """Give back a place and what was held there."""
        for taken in (self.taken, own):
            taken.places -= 1
            taken.size -= size
            taken.long -= is_long
        if not own.places:
            del self._by_key[key]


class Place:
    """What one request takes of a room.

    Parameters
    ----------
    room : Room
    key : str
    own : Taken
        What its key takes.
    """

    __slots__ = ("_is_long", "_key", "_own", "_room", "_size")

    def __init__(self, room: Room, key: str, own: Taken) -> None:
        self._room, self._key, self._own = room, key, own
        self._size, self._is_long = 0, False

    def hold(self, size: int) -> None:
        """Hold a body of so many bytes, which may have grown since the last time.

        Raises
        ------
        Refused
            The worker, or the key, holds as many as it may.
        """
        self._room.hold(self._key, self._own, size - self._size)
        self._size = size

    def take_long(self, most: int = LONG) -> None:
        """Be one of the key's long requests, of which it may have so many.

        Raises
        ------
        Refused
            It has as many as it may.
        """
        if self._is_long:
            return
        if self._own.long >= most:
            raise _too_many(self._key, "long requests")
        self._is_long = True
        self._own.long += 1
        self._room.taken.long += 1

    def leave(self) -> None:
        """Give everything back; to be called once."""
        self._room.leave(self._key, self._own, self._size, is_long=self._is_long)


def _busy(what: str) -> Refused:
    return Refused("busy", f"The service has too many {what} in hand; come back.", headers=LATER)


def _too_many(key: str, what: str) -> Refused:
    if not key:
        return _busy(what)
    detail = f"This API key has too many {what} in hand at once; wait for their answers, then ask again."
    return Refused("too-often", detail, headers=LATER)
