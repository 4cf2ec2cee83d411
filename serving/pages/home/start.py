"""The start page: what needs who is signed in, what runs now, and where every version stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from serving.pages.home.needs import Need, needs_of
from serving.pages.page import Page, msg, told
from serving.pages.residents.register import Waiting, waiting_now
from serving.pages.table import address
from serving.pages.visit import Sent, Shown, Visit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from segmentation.ledger.history import History
    from segmentation.ledger.records import Role, Verdict
    from segmentation.ledger.standing import Standing, State


@dataclass(frozen=True)
class Running:
    """What the service answers with.

    Attributes
    ----------
    version : int or None
        The version in use; where there is none, the one that was in use last, or None where none ever was.
    state : State or None
        Of that version.
    since : datetime or None
        From when it stands there.
    until : date or None
        Last day of the approvals.
    verdict : {"kept", "broken", "undetermined"} or None
        Of its audit.
    """

    version: int | None
    state: State | None = None
    since: datetime | None = None
    until: date | None = None
    verdict: Verdict | None = None

    @property
    def is_in_use(self) -> bool:
        """Whether a version answers at all."""
        return self.state == "active"


@dataclass(frozen=True)
class Row:
    """One version.

    Attributes
    ----------
    version : int
    state : State
    verdict : {"kept", "broken", "undetermined"}
    by : str
        Who submitted it last.
    at : datetime
        When.
    missing : tuple of Role
        Whose signatures it waits for.
    until : date or None
        Last day of its approvals.
    """

    version: int
    state: State
    verdict: Verdict
    by: str
    at: datetime
    missing: tuple[Role, ...]
    until: date | None


@dataclass(frozen=True)
class Signed:
    """How long somebody stays signed in.

    Attributes
    ----------
    until : datetime or None
        When their session ends, however much they do.
    idle : int
        Minutes without a click after which it ends before.
    """

    until: datetime | None
    idle: int


@dataclass(frozen=True)
class Start(Page):
    """See `start`."""

    TEMPLATE: ClassVar[str] = "start.html.j2"
    TITLE: ClassVar[str] = msg("Start")

    needs: tuple[Need, ...] = field(
        metadata=told(
            msg("What needs you"),
            msg("Signatures, renewals, changes and notes that wait for you."),
        )
    )
    others: tuple[Need, ...] = field(
        metadata=told(
            msg("What needs others"),
            msg("What is suspended or ends within 30 days, and is for other people to decide."),
        )
    )
    running: Running = field(
        metadata=told(
            msg("What runs now"),
            msg("The one version with which the service answers at this moment, by the ledger."),
        )
    )
    versions: tuple[Row, ...] = field(
        metadata=told(
            msg("All versions"),
            msg("Every version that was ever submitted, the newest first, with what its audit found."),
        )
    )
    residents: Waiting | None = field(
        metadata=told(
            msg("What residents wait for"),
            msg("Requests of residents that wait for an answer, and how many of them are overdue."),
        )
    )
    session: Signed = field(
        metadata=told(
            msg("Your session"),
            msg(
                "How long you stay signed in here. Sign out everywhere where you left another browser open, "
                "or lost one."
            ),
        )
    )


def home(visit: Visit) -> Sent:
    """Send who comes to the address of the service alone to the start page."""
    del visit
    return Sent(address("start"))


def start(visit: Visit) -> Shown:
    """Return the start page."""
    history = visit.history
    standings = visit.office.standings(history, visit.now)
    found = needs_of(visit, history, standings)
    return Shown(
        Start(
            tuple(one for one in found if one.mine),
            tuple(one for one in found if not one.mine),
            _running(visit, history, standings),
            tuple(_rows(standings)),
            waiting_now(visit),
            Signed(visit.signed_in.until, round(visit.office.settings.idle / 60)),
        )
    )


def _running(visit: Visit, history: History, standings: Iterable[Standing]) -> Running:
    last = history.activated(visit.office.model)
    for one in standings:
        if one.version == last and one.submission is not None:
            return Running(last, one.state, one.since, one.valid_until, one.submission.verdict)
    return Running(None)


def _rows(standings: Iterable[Standing]) -> Iterable[Row]:
    for one in standings:
        told = one.submission
        if told is not None:
            yield Row(one.version, one.state, told.verdict, told.by, told.at, one.missing, one.valid_until)
