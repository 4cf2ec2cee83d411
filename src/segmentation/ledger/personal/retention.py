"""Taking out what need no longer be kept, and so may not be (PIPL Art. 19, 47; what must be: Art. 56).

A segment goes when the policy's retention is over, and segments and overrides of a purpose when the resident
withdrew from it, whatever way they said so. What tells how data were handled (consents, overrides,
requests) is kept for three years after it last held, and goes then. A consent or an objection that holds, an
override of a segment that is kept, and a request that waits for its answer never go by age. Who is left
without any row loses their key as well. Decisions and assessments stand elsewhere, and are not touched here.

A run goes through the tables a stretch at a time, each in a transaction of its own with its lines in the
access log, so the next run goes on where one was interrupted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, exists, func, not_, or_, select

from segmentation.ledger.parts import parts
from segmentation.ledger.personal.behind import subjects_behind
from segmentation.ledger.personal.emptying import SOME, empty_alone
from segmentation.ledger.personal.entries import micros
from segmentation.ledger.personal.events import event_of, standing_of
from segmentation.ledger.personal.idle import Idle
from segmentation.ledger.personal.register import ENDED
from segmentation.ledger.personal.rows import name_of
from segmentation.ledger.personal.tables import PERSONAL, consents, data_keys, overrides, requests, segments
from segmentation.ledger.personal.withdrawn import still_placed
from segmentation.ledger.sweeping import swept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, FromClause, Select, Table

    from segmentation.ledger.personal.look import Look
    from segmentation.ledger.personal.records import Records

YEARS = 3
"""PIPL Art. 56: records of how data were handled are kept for at least three years."""

STRETCH = 20_000
"""Numbers of rows that are looked at in one transaction."""
FEW = 100
"""Residents whose consents are opened at a time."""
UNTAKEN = "Nothing more was taken out"


@dataclass(frozen=True)
class Taken:
    """What a run took out.

    Attributes
    ----------
    rows : mapping of str to int
        By table, every table.
    keys : int
        Residents whose key was destroyed, as nothing was left of them.
    is_swept : bool
        Whether nothing of it, and of what withdrawals took out before, is left in the files of the database;
        if not, a later run takes it out of them.
    """

    rows: Mapping[str, int]
    keys: int
    is_swept: bool


class Retention:
    """What is due in a ledger's tables of personal data.

    Methods raise what those of `Records` do.

    Parameters
    ----------
    records : Records
    stretch : int
        Numbers of rows that are looked at in one transaction.
    """

    def __init__(self, records: Records, stretch: int = STRETCH) -> None:
        self._records, self._stretch = records, stretch

    def due(self, now: datetime) -> Mapping[str, int]:
        """Return how many rows of each table are due, and take out none of them.

        Parameters
        ----------
        now : datetime
            Aware.
        """
        found = dict.fromkeys(map(name_of, PERSONAL), 0)
        for table, which in chain(_rules(now), self._withdrawn(now)):
            question = select(func.count()).select_from(table).where(which, table.c.subject.is_not(None))
            with self._records.ledger.reading() as connection:
                found[name_of(table)] += int(connection.execute(question).scalar_one())
        found[name_of(consents)] += sum(map(len, self._settled(now)))
        return found

    def run(self, by: str, now: datetime, tell: Callable[[str, int], None] | None = None) -> Taken:
        """Take out what is due.

        Parameters
        ----------
        by : str
            Who does it.
        now : datetime
            Aware.
        tell : callable, optional
            Told of every stretch: the name of its table, and how many rows were taken out.
        """
        work = _Work(self._records, by, now, tell or (lambda _table, _count: None))
        for table, which in _rules(now):
            for part in self._stretches(table):
                work.empty(table, and_(part, which))
        for numbers in self._settled(now):
            work.empty(consents, consents.c.number.in_(numbers))
        for table, which in self._withdrawn(now):
            work.empty(table, which)
        keys = Idle(self._records).destroy(by, now)
        is_swept = swept(self._records.ledger, (data_keys, *PERSONAL), [*work.gone, *keys])
        return Taken(work.rows, len(keys), is_swept)

    def _stretches(self, table: Table) -> Iterator[ColumnElement[bool]]:
        """Yield conditions that together hold for every row of a table, so many numbers each."""
        ledger = self._records.ledger
        with ledger.reading() as connection:
            last = int(connection.execute(select(func.max(table.c.number))).scalar() or 0)
        for first in range(1, last + 1, self._stretch):
            yield table.c.number.between(first, first + self._stretch - 1)

    def _withdrawn(self, now: datetime) -> Iterator[tuple[Table, ColumnElement[bool]]]:
        """Yield which rows are due because of a withdrawal, and not by their age."""
        rules = dict(_rules(now))
        for table, which in still_placed(self._records):
            yield table, and_(which, not_(rules[table]))

    def _settled(self, now: datetime) -> Iterator[list[int]]:
        """Yield the numbers of consents that are due, a few residents' at a time.

        What a consent says is sealed, so those of residents are opened of whom nothing was heard for three
        years, and nothing else is kept.
        """
        with self._records.looking() as look:
            for purpose, marks in _silent(look, now).items():
                subjects = subjects_behind(look.connection, self._records.keyring, purpose, marks)
                for some in parts(marks, FEW):
                    yield [no for mark in some for no in _ended(look, purpose, mark, subjects.get(mark))]


class _Work:
    """A run, and what it did so far."""

    def __init__(self, records: Records, by: str, now: datetime, tell: Callable[[str, int], None]) -> None:
        self._records, self._by, self._now, self._tell = records, by, now, tell
        self.rows = dict.fromkeys(map(name_of, PERSONAL), 0)
        self.gone: list[bytes] = []
        """Some of what was taken out, by which a file is searched."""

    def empty(self, table: Table, which: ColumnElement[bool]) -> None:
        """Empty rows in a transaction of its own, if there are any."""
        count, seals = empty_alone(self._records, table, which, UNTAKEN, self._by, self._now)
        if count:
            self.rows[name_of(table)] += count
            self.gone += seals[: SOME - len(self.gone)]
            self._tell(name_of(table), count)


def _rules(now: datetime) -> tuple[tuple[Table, ColumnElement[bool]], ...]:
    """Return which rows are due where the clear columns alone say so."""
    before = micros(_years_before(now))
    return (
        (segments, segments.c.expires <= micros(now)),
        (overrides, _outlived(overrides, before, now)),
        (requests, requests.c.request.in_(_answered(before))),
    )


def _outlived(table: FromClause, before: int, now: datetime) -> ColumnElement[bool]:
    """Return which overrides were replaced years ago, or are years old and of no segment that is kept."""
    newer, kept = overrides.alias(), segments.alias()
    replaced = exists().where(
        newer.c.subject == table.c.subject,
        newer.c.purpose == table.c.purpose,
        newer.c.model == table.c.model,
        newer.c.number > table.c.number,
        newer.c.at <= before,
    )
    is_kept = exists().where(
        kept.c.subject == table.c.subject, kept.c.purpose == table.c.purpose, kept.c.expires > micros(now)
    )
    return and_(table.c.at <= before, or_(replaced, not_(is_kept)))


def _answered(before: int) -> Select[tuple[str]]:
    """Return the requests that were answered years ago."""
    ends = func.max(case((requests.c.state.in_(ENDED), 1), else_=0))
    question = select(requests.c.request).group_by(requests.c.request)
    return question.having(and_(func.max(requests.c.at) <= before, ends == 1))


def _silent(look: Look, now: datetime) -> dict[str, list[bytes]]:
    """Return of whom there are consents, and no newer one for years and nothing else, by purpose."""
    before, kept, other = micros(_years_before(now)), segments.alias(), overrides.alias()
    is_kept = exists().where(_same(kept), kept.c.expires > micros(now))
    is_overridden = exists().where(_same(other), not_(_outlived(other, before, now)))
    question = (
        select(consents.c.purpose, consents.c.subject)
        .where(consents.c.subject.is_not(None), not_(is_kept), not_(is_overridden))
        .group_by(consents.c.purpose, consents.c.subject)
        .having(func.max(consents.c.at) <= before)
    )
    found: dict[str, list[bytes]] = {}
    for purpose, mark in look.connection.execute(question):
        found.setdefault(purpose, []).append(bytes(mark))
    return found


def _same(table: FromClause) -> ColumnElement[bool]:
    """Return which rows are of the resident and the purpose of a consent."""
    return and_(table.c.subject == consents.c.subject, table.c.purpose == consents.c.purpose)


def _ended(look: Look, purpose: str, mark: bytes, subject: bytes | None) -> list[int]:
    """Return the numbers of a resident's consents, if none of them holds any more."""
    if subject is None:  # a key that was destroyed opens nothing
        question = select(consents.c.number).where(consents.c.subject == mark, consents.c.purpose == purpose)
        return [int(number) for number in look.connection.execute(question).scalars()]
    rows = look.of(consents, purpose, subject)
    standing = standing_of(map(event_of, rows))
    holds = standing.state == "given" or standing.objected is not None
    return [] if holds else [row.number for row in rows]


def _years_before(now: datetime) -> datetime:
    try:
        return now.replace(year=now.year - YEARS)
    except ValueError:  # the 29th of February
        return now.replace(year=now.year - YEARS, day=28)
