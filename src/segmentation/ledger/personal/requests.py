"""What residents ask for: received, extended, done, refused or ended by an erasure (PIPL Art. 44 to 50).

State and day are in the clear (`register`); what was said is sealed like everything else of a resident
(`steps`).
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from segmentation.errors import LedgerError, ReviewError
from segmentation.ledger.personal.behind import subjects_behind
from segmentation.ledger.personal.carrying import outlive
from segmentation.ledger.personal.deadlines import DAYS, WORKING_DAYS, due_of, is_short
from segmentation.ledger.personal.ends import check_alive
from segmentation.ledger.personal.entries import micros
from segmentation.ledger.personal.identity import check_identity
from segmentation.ledger.personal.look import Look, opened, wrapped_keys
from segmentation.ledger.personal.records import AGAIN, UNWRITTEN, sealed_rows, write
from segmentation.ledger.personal.register import (
    ENDED,
    NOT_THERE,
    RIGHTS,
    Listed,
    check_open,
    listed,
    listed_of,
    one_of,
    stepped,
)
from segmentation.ledger.personal.steps import (
    LONGEST,
    PURPOSE,
    Request,
    Step,
    Told,
    bare,
    check_said,
    request_of,
    step_of,
)
from segmentation.ledger.personal.tables import consents, requests
from segmentation.ledger.personal.withdrawing import take_out_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from segmentation.ledger.personal.entries import Kept, Write
    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.personal.register import Right, State
    from segmentation.vault import DataKey

__all__ = ["AT_ONCE", "DAYS", "LONGEST", "PURPOSE", "Request", "Requests", "Step", "Told"]

AT_ONCE: tuple[Right, ...] = ("objection", "withdrawal")
"""What asks nothing and takes effect when it is received (PIPL Art. 15, 24)."""


class Requests:
    """The register of requests of a ledger; several threads may use one.

    Methods raise what those of `Records` do. Whether a person may answer is for who calls to know.

    Parameters
    ----------
    records : Records
    days : int
        In which a request is to be answered, and by which it may be extended once; what has fewer by law
        (`deadlines`) has these, and is not extended.
    random : callable
        Returns as many random bytes as it is asked for.
    """

    def __init__(
        self, records: Records, days: int = DAYS, random: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._records, self._days, self._random = records, days, random

    def receive(
        self, subject: bytes, right: Right, told: Told, now: datetime, beside: Sequence[Write] = ()
    ) -> Listed:
        """Enter a request; one that takes effect when it is received is done with it.

        Parameters
        ----------
        subject : bytes
            `Keyring.subject_of` the resident.
        right : str
            One of `RIGHTS`.
        told : Told
        now : datetime
            Aware.
        beside : sequence of Write
            Rows of the same resident that the request brings about: written in the same transaction, so that
            none of the two is there without the other.

        Raises
        ------
        ReviewError
            There is no such right, or a text is too long; or the same was asked for and waits for its answer.
        LedgerError
            The resident was erased in this very moment.
        """
        if right not in RIGHTS:
            raise ReviewError(f"There is no such right. A resident may ask for {', '.join(RIGHTS)}.")
        check_said(told)
        request = f"R{self._random(6).hex()}"
        at, due = micros(now), micros(due_of(right, told.channel, now, self._days))
        state: State = "done" if right in AT_ONCE else "received"

        def write_all(connection: Connection, keys: Mapping[bytes, DataKey]) -> None:
            if right not in AT_ONCE:
                self._check_alone(connection, subject, right)
            keyring = self._records.keyring
            check_alive(connection, keyring, [row for one in beside for row in one.entries])
            step = step_of(subject, (request, right, state, due), told, at)
            for one in beside:
                if one.table is consents:
                    take_out_after(Look(connection, lambda: keyring), keyring, one, told.by, now)
            self._write(connection, keys, (step, *beside), told.by, now)

        self._with_key(subject, now, write_all)
        return listed_of(request, right, [(state, at, due)])

    def extend(self, subject: bytes, request: str, told: Told, now: datetime) -> Listed:
        """Give a request as many days again, once, with the reason that the resident is told.

        That there is a second period is a rule of this program, and of no law or standard (`deadlines`).

        Raises
        ------
        ReviewError
            There is no such request of this resident, it was answered, or was extended before; or no reason
            is given, or it has so few days by law that it is never extended.
        """
        waiting = self._waiting(subject, request)
        if waiting is not None and is_short(waiting.right, waiting.steps[0].told.channel):
            raise ReviewError(
                f"A request for {waiting.right} in an app has {WORKING_DAYS} working days and is not "
                "extended (国信办秘字〔2019〕191号, 六, 3). Do it, or refuse it with the reason."
            )
        return self._answered(subject, request, "extended", told, now)

    def done(
        self, subject: bytes, request: str, told: Told, now: datetime, beside: Sequence[Write] = ()
    ) -> Listed:
        """Note that a request was done as asked; takes and raises what `extend` does.

        What hands over or erases what is kept is refused until a step says how it was checked who asks
        (`identity`): the answer, or one before it.

        And rows of the same resident by which it was done, as `receive` takes them: both are written, or
        neither.
        """
        if (waiting := self._waiting(subject, request)) is not None:
            check_identity(waiting.right, [told, *(step.told for step in waiting.steps)])
        return self._answered(subject, request, "done", told, now, beside)

    def refuse(self, subject: bytes, request: str, told: Told, now: datetime) -> Listed:
        """Note that a request was refused, with the reason that the resident is told.

        They may go to court against it (PIPL Art. 50). Takes and raises what `extend` does.
        """
        return self._answered(subject, request, "refused", told, now)

    def erased(self, request: str, by: str, now: datetime) -> Listed:
        """Close a request of who was erased, when nothing of them is left to seal an answer under.

        A request for erasure is done by it. Another one is not refused, which would need a reason (PIPL Art.
        50): it ends as ``erased``.

        Raises
        ------
        ReviewError
            There is no such request, or it was answered.
        """
        with self._writing() as connection:
            found = one_of(connection, request)
            state: State = "done" if found.right == "erasure" else "erased"
            check_open(found, state)
            write(
                connection,
                requests,
                PURPOSE,
                [bare(found, state, micros(now))],
                by,
                now,
                self._records.keyring,
            )
        return stepped(found, state, found.due, now)

    # ---- Reading --------------------------------------------------------------------------------------

    def of(self, subject: bytes) -> tuple[Request, ...]:
        """Return the requests of a resident, the oldest first; none of who was erased."""
        steps: dict[str, list[Kept]] = {}
        for row in sorted(self._records.of(requests, PURPOSE, subject), key=lambda row: row.number):
            steps.setdefault(str(row.more[0]), []).append(row)
        return tuple(request_of(found) for found in steps.values())

    def register(self, *, waiting: bool = False) -> tuple[Listed, ...]:
        """Return every request in the clear, the oldest first.

        Parameters
        ----------
        waiting : bool
            Only those that wait for an answer.
        """
        with self._records.ledger.reading() as connection:
            return tuple(listed(connection, waiting=waiting))

    def one(self, request: str) -> Listed:
        """Return one request in the clear.

        Raises
        ------
        ReviewError
            There is none such.
        """
        with self._records.ledger.reading() as connection:
            return one_of(connection, request)

    def subject_of(self, request: str) -> bytes | None:
        """Return whose request it is; None where they were erased.

        Raises
        ------
        ReviewError
            There is no such request.
        """
        question = select(requests.c.subject).where(requests.c.request == request).limit(1)
        with self._records.ledger.reading() as connection:
            one_of(connection, request)
            mark = connection.execute(question.order_by(requests.c.number)).scalar()
            if mark is None:
                return None
            return subjects_behind(connection, self._records.keyring, PURPOSE, [bytes(mark)]).get(bytes(mark))

    # ---- Writing --------------------------------------------------------------------------------------

    def _answered(
        self,
        subject: bytes,
        request: str,
        state: State,
        told: Told,
        now: datetime,
        beside: Sequence[Write] = (),
    ) -> Listed:
        check_said(told)
        if state != "done" and not told.text.strip():
            raise ReviewError("Say why: the resident is told the reason, and may go to court (PIPL Art. 50).")
        answered: list[Listed] = []

        def write_all(connection: Connection, keys: Mapping[bytes, DataKey]) -> None:
            found = one_of(connection, request)
            if not self._is_of(connection, subject, request):
                raise ReviewError(NOT_THERE)
            check_open(found, state)
            due = found.due + timedelta(days=self._days) if state == "extended" else found.due
            more = (found.id, found.right, state, micros(due))
            step = step_of(subject, more, told, micros(now))
            self._write(connection, keys, (step, *beside), told.by, now)
            answered.append(stepped(found, state, due, now))

        self._with_key(subject, now, write_all)
        return answered[0]

    def _with_key(
        self,
        subject: bytes,
        now: datetime,
        write_all: Callable[[Connection, Mapping[bytes, DataKey]], None],
    ) -> None:
        """Write while nobody else does, under the key of a resident who is still there.

        Raises
        ------
        LedgerError
            They are not.
        """
        keys = self._records.ensured([subject], now)
        with self._writing() as connection:
            there = opened(self._records.keyring, wrapped_keys(connection, [subject]))
            if there != keys:  # erased, and perhaps back under another key
                raise LedgerError(
                    "Nothing was entered: all that was kept of this resident was taken out in the same "
                    "moment."
                )
            write_all(connection, keys)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        ledger = self._records.ledger
        with ledger.writer(UNWRITTEN, AGAIN) as connection:
            yield connection

    def _write(
        self,
        connection: Connection,
        keys: Mapping[bytes, DataKey],
        writes: Sequence[Write],
        by: str,
        now: datetime,
    ) -> None:
        keyring = self._records.keyring
        for one in writes:
            rows = [row for _, row in sealed_rows(one, keys, keyring)]
            write(connection, one.table, one.purpose, rows, by, now, keyring)
        outlive(connection, self._records, writes, by, now)

    def _waiting(self, subject: bytes, request: str) -> Request | None:
        """Return a request of a resident that waits for its answer; who answers another one is told why."""
        return next((one for one in self.of(subject) if one.id == request and one.ended is None), None)

    def _check_alone(self, connection: Connection, subject: bytes, right: Right) -> None:
        mark = self._records.keyring.marker(PURPOSE)(subject)
        rows = connection.execute(
            select(requests.c.request, requests.c.state)
            .where(requests.c.subject == mark, requests.c.right == right)
            .order_by(requests.c.number)
        )
        last = {row.request: row.state for row in rows}
        if any(state not in ENDED for state in last.values()):
            raise ReviewError(
                f"The same was asked for before ({right}), and waits for its answer. Answer that request."
            )

    def _is_of(self, connection: Connection, subject: bytes, request: str) -> bool:
        mark = self._records.keyring.marker(PURPOSE)(subject)
        question = select(requests.c.number).where(requests.c.subject == mark, requests.c.request == request)
        return connection.execute(question.limit(1)).first() is not None
