"""The register of what residents ask for: what is due first, what is overdue; and the way to one resident.

It names nobody. Who does not answer requests reads counts alone, without the small ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from segmentation.errors import LedgerError, StorageError, VaultError
from segmentation.ledger.personal.counts import shown
from segmentation.ledger.personal.register import RIGHTS
from serving.pages.declined import TO_MEND
from serving.pages.page import Page, msg, told
from serving.pages.residents.asked import NO_KEYRING, check_officer, desk_in, guarded, tell_about
from serving.pages.residents.named import Entry, entry_of, rights_in
from serving.pages.table import COUNTERS, OFFICERS, address
from serving.pages.visit import Declined, Sent, Shown
from serving.pages.words import speaker
from serving.residents.asked import RIGHTS as PURPOSE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from segmentation.ledger.personal.register import Listed
    from serving.pages.visit import Answer, Visit
    from serving.pages.words import Speaker

MOST = 200
"""Requests that are shown at a time."""
SHOWN: Mapping[str, str] = {
    "waiting": msg("Waiting for an answer"),
    "late": msg("Overdue"),
    "ended": msg("Answered"),
    "all": msg("All"),
}
"""What the register may be asked for."""


@dataclass(frozen=True)
class Waiting:
    """How many requests wait.

    Attributes
    ----------
    right : str
        In words; empty for all of them.
    waiting, late : int or None
        How many, and of them beyond their day; None where it is a small count that the reader must not know.
    """

    right: str
    waiting: int | None
    late: int | None


@dataclass(frozen=True)
class Search:
    """What is shown of the register.

    Attributes
    ----------
    show, right : str
        What was asked for.
    shows, rights : tuple of (str, str)
        What may be asked for, each with its words.
    """

    show: str
    right: str
    shows: tuple[tuple[str, str], ...]
    rights: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Register(Page):
    """See `register`."""

    TEMPLATE: ClassVar[str] = "residents/register.html.j2"
    TITLE: ClassVar[str] = msg("Residents' requests")

    closed: str = field(metadata=told(msg("No keyring"), msg("Why nothing is kept of residents here.")))
    counts: tuple[Waiting, ...] = field(
        metadata=told(
            msg("How many wait"),
            msg(
                "A request is answered within 30 days (GB/T 35273-2020, 8.7), or once as many again with a "
                "reason, which is a rule of this program. To correct or erase what was asked for in an app, "
                "there are 15 working days."
            ),
        )
    )
    search: Search | None = field(
        metadata=told(
            msg("The register"),
            msg(
                "What is due first stands first. The register names nobody; open a request to see whose it "
                "is."
            ),
        )
    )
    rows: tuple[Entry, ...] = field(metadata=told(msg("Requests"), msg("By the day on which they are due.")))
    more: int = field(metadata=told(msg("Not shown"), msg("Further requests; choose a kind to see them.")))
    fault: str = field(
        metadata=told(
            msg("Find a resident"),
            msg(
                "By the company's reference. It is turned into a pseudonym at once: it stands in no address, "
                "no log and no table."
            ),
        )
    )


def waiting_in(found: Iterable[Listed], now: datetime, *, right: str = "", small: bool = True) -> Waiting:
    """Return how many of requests wait.

    Parameters
    ----------
    found : iterable of Listed
        Those that wait.
    now : datetime
        Aware.
    right : str
        In words.
    small : bool
        Whether small counts are told.
    """
    late = [one.is_late(now) for one in found]
    counts = len(late), sum(late)
    return Waiting(right, *(counts if small else map(shown, counts)))


def waiting_now(visit: Visit) -> Waiting | None:
    """Return how many requests wait, for the start page.

    None where nothing is kept of residents, where it is not for the roles of who asks, and where it cannot be
    read: the start page does not wait for that.
    """
    desk, roles = visit.office.residents, set(visit.signed_in.roles)
    if desk is None or not roles & set(COUNTERS):
        return None
    try:
        found = desk.requests.register(waiting=True)
    except (LedgerError, StorageError, VaultError) as error:
        desk.tell(error)
        return None
    return waiting_in(found, visit.now, small=bool(roles & set(OFFICERS)))


@guarded
def register(visit: Visit) -> Answer:
    """Show the register, or counts alone."""
    return Shown(_page(visit))


@guarded
def find(visit: Visit) -> Answer:
    """Go to the page of the resident whose reference was typed; it is not looked up whether there is any."""
    desk = desk_in(visit)
    check_officer(visit)
    keyring = desk.keyring()
    try:
        subject = keyring.subject_of(visit.form.get("reference", "").strip())
    except VaultError:
        fault = speaker(visit.language).t("A reference has 1 to 200 letters that can be read. Type it anew.")
        return Shown(_page(visit, fault), TO_MEND)
    tell_about(visit, desk, subject)
    return Sent(address("resident", subject=subject.hex()))


@guarded
def whose(visit: Visit) -> Answer:
    """Go to a request on the page of whose it is; the register does not know that, so everybody is tried."""
    desk = desk_in(visit)
    check_officer(visit)
    voice, id_ = speaker(visit.language), visit.path["request"]
    if not any(one.id == id_ for one in desk.requests.register()):
        raise Declined("not_found", voice.t("There is no such request."))
    subject = desk.requests.subject_of(id_)
    if subject is None:
        told_ = msg(
            "Whoever asked for this was erased: nothing of them is left, and nothing of what they said."
        )
        raise Declined("not_found", voice.t(told_))
    tell_about(visit, desk, subject)
    return Sent(address("request", subject=subject.hex(), request=id_))


def _page(visit: Visit, fault: str = "") -> Register:
    voice, desk = speaker(visit.language), visit.office.residents
    visit.about.purpose = PURPOSE
    if desk is None:
        return Register(voice.t(NO_KEYRING), (), None, (), 0, "")
    waiting = desk.requests.register(waiting=True)
    if not set(OFFICERS) & set(visit.signed_in.roles):
        # By right, a count that is hidden could be worked out from the others.
        return Register("", (waiting_in(waiting, visit.now, small=False),), None, (), 0, "")
    check_officer(visit)
    search = _asked(visit.query, voice)
    rows = _of(search, waiting if search.show in {"waiting", "late"} else desk.requests.register(), visit.now)
    return Register(
        "",
        _counts(waiting, visit.now, voice),
        search,
        tuple(entry_of(one, visit.now, voice) for one in rows[:MOST]),
        max(0, len(rows) - MOST),
        fault,
    )


def _counts(found: Sequence[Listed], now: datetime, voice: Speaker) -> tuple[Waiting, ...]:
    """Return how many wait, and of each right that anybody asked for."""
    by_right = [
        waiting_in([one for one in found if one.right == right], now, right=word)
        for right, word in rights_in(voice)
    ]
    return (waiting_in(found, now), *(one for one in by_right if one.waiting != 0))


def _asked(query: Mapping[str, str], voice: Speaker) -> Search:
    show, right = query.get("show", ""), query.get("right", "")
    return Search(
        show if show in SHOWN else "waiting",
        right if right in RIGHTS else "",
        tuple((key, voice.t(word)) for key, word in SHOWN.items()),
        (("", voice.t("Every right")), *rights_in(voice)),
    )


def _of(search: Search, found: Sequence[Listed], now: datetime) -> list[Listed]:
    """Return what was asked for: what is due first, and of what was answered the newest."""
    wanted = [one for one in found if search.right in {"", one.right} and _is_shown(one, search.show, now)]
    open_ = sorted((one for one in wanted if one.ended is None), key=lambda one: one.due)
    ended = sorted(
        (one for one in wanted if one.ended is not None), key=lambda one: one.received, reverse=True
    )
    return [*open_, *ended]


def _is_shown(one: Listed, show: str, now: datetime) -> bool:
    if show == "late":
        return one.is_late(now)
    return show == "all" or (one.ended is None) == (show == "waiting")
