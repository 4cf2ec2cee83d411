"""The steps of a request, and what is sealed of each: who took it, and what was said.

A step behind an erasure is of nobody: its row has no pseudonym, and nothing sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from segmentation.errors import ReviewError
from segmentation.ledger.personal.entries import Entry, Write, micros, read_as, time_of
from segmentation.ledger.personal.identity import check_way
from segmentation.ledger.personal.register import Listed, listed_of
from segmentation.ledger.personal.tables import requests

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from segmentation.ledger.personal.entries import Kept
    from segmentation.ledger.personal.register import Right, State

PURPOSE = "own rights"
"""Stands as the purpose of all rows; the blank keeps it apart from every purpose of a policy."""
LONGEST = 2000
"""Letters of what is said in one step."""


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is sealed of a step.

    Attributes
    ----------
    by : str
        A person of the ledger, the id of an API key, or a command.
    text : str
        What the resident asked for, or what they are answered.
    channel : str
        How it was received, such as ``app`` or ``front_desk``.
    language : str
        Of the resident.
    identity : str
        How it was checked who asks, one of `identity.WAYS`; empty where this step does not say.
    """

    by: str
    text: str = ""
    channel: str = ""
    language: str = ""
    identity: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a request.

    Attributes
    ----------
    at : datetime
        In UTC.
    state : {"received", "extended", "done", "refused", "erased"}
    told : Told
    """

    at: datetime
    state: State
    told: Told


@dataclass(frozen=True)
class Request(Listed):
    """A request with everything that was said of it; further as `Listed`.

    Attributes
    ----------
    steps : tuple of Step
        The oldest first.
    """

    steps: tuple[Step, ...]


def check_said(told: Told) -> None:
    """Refuse what no step may say.

    Raises
    ------
    ReviewError
        A text is too long, or it is no way to check who asks.
    """
    check_way(told.identity)
    if max(map(len, (told.text, told.channel, told.language))) > LONGEST:
        raise ReviewError(f"A text in a request has at most {LONGEST:,} letters. Say it shorter.")


def step_of(subject: bytes, more: tuple[str, Right, State, int], told: Told, at: int) -> Write:
    """Return the row of a step.

    Parameters
    ----------
    subject : bytes
        `Keyring.subject_of` the resident.
    more : tuple
        Id of the request, right, state, and the day of answer in microseconds since 1970.
    told : Told
    at : int
        Microseconds since 1970.
    """
    return Write(requests, PURPOSE, [Entry(subject, at, encoded(told), more)])


def bare(found: Listed, state: State, at: int) -> tuple[Any, ...]:
    """Return the values of the row of a step that is of nobody any more, as `records.write` takes them."""
    return (None, PURPOSE, at, found.id, found.right, state, micros(found.due), None)


def encoded(told: Told) -> bytes:
    """Return what is sealed of a step."""
    return _encode(told)


def request_of(rows: Sequence[Kept]) -> Request:
    """Return a request from its rows, the oldest first.

    Raises
    ------
    VaultError
        A row opens, and says something else than a step.
    """
    id_, right = rows[0].more[:2]
    clear = listed_of(id_, right, [(row.more[2], row.at, row.more[3]) for row in rows])
    steps = tuple(Step(time_of(row.at), row.more[2], read_as(_decode, row, "request")) for row in rows)
    return Request(**vars(clear), steps=steps)


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Told).decode
