"""The register of requests in the clear: which right, since when, by when, and how it ended; it names nobody.

Every step of a request is a row, and a request is what its rows say. Who is late is known without any key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from sqlalchemy import select

from segmentation.errors import ReviewError
from segmentation.ledger.personal.entries import micros, time_of
from segmentation.ledger.personal.tables import requests

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

Right = Literal["access", "copy", "correction", "explanation", "objection", "review", "erasure", "withdrawal"]
"""PIPL Art. 45 (access, copy) | 46 | 24 and 48 | 24 | 24 | 47 | 15."""
RIGHTS: tuple[Right, ...] = get_args(Right)
State = Literal["received", "extended", "done", "refused", "erased"]
"""``erased`` is what ended with the erasure of who asked: nothing is left to answer of, or to refuse."""
ENDED: tuple[State, ...] = ("done", "refused", "erased")
ID = re.compile(r"R[0-9a-f]{12}")
NOT_THERE = "There is no such request. `segmentation resident requests` lists those that wait for an answer."


@dataclass(frozen=True)
class Listed:
    """A request as the register has it in the clear.

    Attributes
    ----------
    id : str
    right : str
        One of `RIGHTS`.
    state : {"received", "extended", "done", "refused", "erased"}
    received, due : datetime
        In UTC.
    ended : datetime or None
        When it was answered.
    """

    id: str
    right: Right
    state: State
    received: datetime
    due: datetime
    ended: datetime | None

    def is_late(self, now: datetime) -> bool:
        """Whether it waits for an answer beyond its day."""
        return self.ended is None and now >= self.due


def listed(connection: Connection, request: str | None = None, *, waiting: bool = False) -> list[Listed]:
    """Return requests within a transaction, the oldest first.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    request : str, optional
        The id of one alone.
    waiting : bool
        Only those that wait for an answer: few of many, so the database looks for them.
    """
    columns = (requests.c.request, requests.c.right, requests.c.state, requests.c.at, requests.c.due)
    question = select(*columns).order_by(requests.c.number)
    if request is not None:
        question = question.where(requests.c.request == request)
    if waiting:
        ended = select(requests.c.request).where(requests.c.state.in_(ENDED))
        question = question.where(requests.c.request.not_in(ended))
    steps: dict[tuple[str, Right], list[tuple[State, int, int]]] = {}
    for row in connection.execute(question):
        steps.setdefault((row.request, row.right), []).append((row.state, row.at, row.due))
    return [listed_of(id_, right, of) for (id_, right), of in steps.items()]


def one_of(connection: Connection, request: str) -> Listed:
    """Return one request within a transaction.

    Raises
    ------
    ReviewError
        There is none such.
    """
    if ID.fullmatch(request) is None:
        raise ReviewError("The id of a request is R and 12 hexadecimal digits. Write it as it was told.")
    found = listed(connection, request)
    if not found:
        raise ReviewError(NOT_THERE)
    return found[0]


def listed_of(request: str, right: Right, steps: Sequence[tuple[State, int, int]]) -> Listed:
    """Return a request from its steps, the oldest first.

    Parameters
    ----------
    request : str
        Its id.
    right : str
    steps : sequence of (State, int, int)
        State, time and day of answer of each, in microseconds since 1970.
    """
    state, at, due = steps[-1]
    ended = time_of(at) if state in ENDED else None
    return Listed(request, right, state, time_of(steps[0][1]), time_of(due), ended)


def check_open(found: Listed, state: State) -> None:
    """Refuse a step of a request that was answered, and a second extension.

    Raises
    ------
    ReviewError
    """
    if found.ended is not None:
        raise ReviewError(
            f"The request {found.id} was answered on {found.ended:%Y-%m-%d}: it is {found.state}. It stays "
            "so; a new request may ask for the same."
        )
    if state == found.state == "extended":
        raise ReviewError(f"The request {found.id} was extended before, and once is enough. Answer it.")


def stepped(found: Listed, state: State, due: datetime, now: datetime) -> Listed:
    """Return a request as it is after a step more."""
    return replace(found, state=state, due=due, ended=time_of(micros(now)) if state in ENDED else None)
