"""The register of breaches: what was found, who was told and when, a row for each step (PIPL Art. 57).

A breach is entered when it is found, before anybody knows much, and what is learned is added step by step.
Nothing is changed: a later step says it better. The register names no resident, so nothing in it is sealed.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - msgspec reads it
from typing import TYPE_CHECKING, Literal, get_args

import msgspec
from sqlalchemy import select

from segmentation.answers import Texts
from segmentation.errors import LedgerError, ReviewError
from segmentation.ledger.personal.entries import micros, time_of
from segmentation.ledger.personal.records import AGAIN, UNWRITTEN, write
from segmentation.ledger.personal.tables import breaches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from segmentation.ledger.store import Ledger

State = Literal["found", "assessed", "authority_notified", "residents_notified", "closed"]
STATES: tuple[State, ...] = get_args(State)
Part = Literal["kinds", "cause", "harm", "remedies", "advice", "contact"]
"""What a notice has to tell: which kinds of data | why | what may come of it | what was done | what residents
can do | whom to ask (PIPL Art. 57)."""
PARTS: tuple[Part, ...] = get_args(Part)
Outcome = Literal["handled", "harm_avoided", "no_breach"]
"""All were told | measures avoid any harm, so residents need not be told | it turned out to be none."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
PURPOSE = "breaches"
"""Stands as the purpose of all rows in the access log."""
LONGEST = 4_000
"""Letters of one text."""
ID = re.compile(r"B[0-9a-f]{12}")
_NUMBER = re.compile(r"(?<!\d)(?:\d[ -]?){14,18}[\dXx](?![\dXx])")
"""As long as the number of an identity card or of a bank card."""
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
NOT_THERE = "There is no such breach. `segmentation breach list` shows all."


class Told(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a step says; what it leaves out stays as it was said before.

    Attributes
    ----------
    by : str
        A person of the ledger.
    state : str
        One of `STATES`.
    note : str
        What was done, or why; it stays within the company.
    facts : mapping of str to Texts
        By `PARTS`; a language that is not known yet is empty.
    happened : datetime or None
        Aware.
    residents : int or None
        How many are concerned.
    outcome : str or None
        One of `OUTCOMES`, where it is closed.
    """

    by: str
    state: State
    note: str = ""
    facts: dict[Part, Texts] = {}
    happened: datetime | None = None
    residents: int | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    at : datetime
        In UTC.
    told : Told
    """

    at: datetime
    told: Told


@dataclass(frozen=True)
class Breach:
    """A breach as the register has it.

    Attributes
    ----------
    id : str
    steps : tuple of Step
        At least one, the oldest first.
    """

    id: str
    steps: tuple[Step, ...]

    @property
    def state(self) -> State:
        """As the newest step says."""
        return self.steps[-1].told.state

    @property
    def outcome(self) -> Outcome | None:
        """How it was closed; None while it is open."""
        return self.steps[-1].told.outcome

    @property
    def facts(self) -> Mapping[Part, Texts]:
        """What is known of each part, the newest first in each language."""
        known: dict[Part, Texts] = {}
        for step in self.steps:
            for part, text in step.told.facts.items():
                before = known.get(part, Texts("", ""))
                known[part] = Texts(text.en or before.en, text.zh or before.zh)
        return known

    @property
    def happened(self) -> datetime | None:
        """When it happened, as far as that is known."""
        return next((one for step in reversed(self.steps) if (one := step.told.happened) is not None), None)

    @property
    def residents(self) -> int | None:
        """How many are concerned, as far as that is known; hide small counts from readers."""
        return next((one for step in reversed(self.steps) if (one := step.told.residents) is not None), None)

    def reached(self, state: State) -> datetime | None:
        """Return when a state was reached first; None where it was not."""
        return next((step.at for step in self.steps if step.told.state == state), None)


class Breaches:
    """The register of a ledger; several threads may use one.

    Methods raise a `LedgerError` or a `StorageError` where the database refuses. Whether a person may write
    is for who calls to know.

    Parameters
    ----------
    ledger : Ledger
    random : callable
        Returns as many random bytes as it is asked for.
    """

    def __init__(self, ledger: Ledger, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._ledger, self._random = ledger, random

    def open(self, told: Told, now: datetime) -> Breach:
        """Enter a breach that was found, or may be one.

        Parameters
        ----------
        told : Told
            Its state is "found".
        now : datetime
            Aware.

        Raises
        ------
        ReviewError
            A text is too long, or holds what looks like the number of a person; or nothing says what it is.
        """
        _check(told)
        if told.state != "found":
            raise ReviewError("A breach begins with that it was found. Enter it so; the rest are steps.")
        return self._written(f"B{self._random(6).hex()}", told, now)

    def step(self, breach: str, told: Told, now: datetime) -> Breach:
        """Add a step to a breach that is open; takes what `open` does.

        Raises
        ------
        ReviewError
            There is none such, it is closed, it is found twice, or it cannot be closed so.
        """
        _check(told)
        return self._written(breach, told, now, is_new=False)

    def one(self, breach: str) -> Breach:
        """Return one breach.

        Raises
        ------
        ReviewError
            There is none such.
        """
        with self._ledger.reading() as connection:
            return _one(connection, breach)

    def all(self) -> tuple[Breach, ...]:
        """Return every breach, the oldest first."""
        with self._ledger.reading() as connection:
            return _all(connection)

    def _written(self, breach: str, told: Told, now: datetime, *, is_new: bool = True) -> Breach:
        with self._ledger.writer(UNWRITTEN, AGAIN) as connection:
            if not is_new:
                _check_follows(_one(connection, breach), told)
            row = (breach, micros(now), _encode(told).decode())
            write(connection, breaches, PURPOSE, [row], told.by, now, None)
            return _one(connection, breach)


def _check(told: Told) -> None:
    """Refuse what is too long, says nothing, or might name somebody.

    Raises
    ------
    ReviewError
    """
    texts = {part: f"{text.en}\n{text.zh}" for part, text in told.facts.items()} | {"note": told.note}
    if not any(text.strip() for text in texts.values()):
        raise ReviewError("Say what was found or done: a note, or the facts as far as they are known.")
    for part, text in texts.items():
        if len(text) > LONGEST:
            raise ReviewError(f"{part} has more than {LONGEST:,} letters. Say it shorter.")
        if _NUMBER.search(text) or (part != "contact" and _MOBILE.search(text)):
            raise ReviewError(
                f"{part} holds what looks like the number of a person. The register names no resident: say "
                "which kinds of data, and how many residents."
            )
    if told.residents is not None and told.residents < 0:
        raise ReviewError("residents is how many are concerned: none is 0, and unknown is left out.")
    if told.happened is not None and told.happened.tzinfo is None:
        raise ReviewError("happened has no time zone. Add it, such as +08:00.")
    if (told.outcome is not None) != (told.state == "closed"):
        raise ReviewError(f"Who closes a breach says how it ended: {', '.join(OUTCOMES)}.")


def _check_follows(found: Breach, told: Told) -> None:
    """Refuse a step that may not follow those that there are.

    Raises
    ------
    ReviewError
    """
    if found.state == "closed":
        raise ReviewError(f"The breach {found.id} is closed and stays so. Enter what is new as another one.")
    if told.state == "found":
        raise ReviewError(f"The breach {found.id} was found already. Add what is known now as assessed.")
    if told.state == "closed":
        _check_ends(found, told)


def _check_ends(found: Breach, told: Told) -> None:
    if told.outcome != "handled" and not told.note.strip():
        raise ReviewError(f"Say why it ends as {told.outcome}: the authority may ask.")
    if told.outcome == "no_breach":
        return
    if found.reached("authority_notified") is None:
        raise ReviewError(
            "The authority was not notified yet, and must be, at once (PIPL Art. 57). Notify it and add the "
            "step authority_notified."
        )
    if told.outcome == "handled" and found.reached("residents_notified") is None:
        raise ReviewError(
            "Residents were not notified yet. Notify them, or close as harm_avoided and say which measures "
            "effectively avoid harm (PIPL Art. 57)."
        )


def _one(connection: Connection, breach: str) -> Breach:
    if ID.fullmatch(breach) is None:
        raise ReviewError("The id of a breach is B and 12 hexadecimal digits. Write it as it was told.")
    found = _all(connection, breach)
    if not found:
        raise ReviewError(NOT_THERE)
    return found[0]


def _all(connection: Connection, breach: str | None = None) -> tuple[Breach, ...]:
    question = select(breaches).order_by(breaches.c.number)
    if breach is not None:
        question = question.where(breaches.c.breach == breach)
    steps: dict[str, list[Step]] = {}
    for row in connection.execute(question):
        steps.setdefault(row.breach, []).append(Step(time_of(row.at), _read(row.number, row.document)))
    return tuple(Breach(id_, tuple(of)) for id_, of in steps.items())


def _read(number: int, document: str) -> Told:
    try:
        return _decode(document)
    except msgspec.DecodeError:
        raise LedgerError(
            f"Row {number} of breaches holds no step of a breach: it was altered, or a newer version wrote "
            "it. Verify the ledger."
        ) from None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Told).decode
