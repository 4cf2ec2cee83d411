"""Attending to a request for a page: who asks, may they, was the form ours; then the page, and its answer.

All of it runs in a thread beside the event loop, where it may read the ledger and open a key.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from segmentation.errors import LedgerError, SegmentationError, StorageError, UnreachableError
from segmentation.ledger.records import LONGEST_TEXT
from segmentation.ledger.sessions import Sessions
from segmentation.reviews.refusals import refusal_told
from serving.calls import Refused
from serving.pages import forms
from serving.pages.codes import roles_in
from serving.pages.declined import ADVICE, KINDS, WHY, DeclinedPage
from serving.pages.entrance import cookies, csrf, replying
from serving.pages.entrance.attended import Attended
from serving.pages.entrance.plain import plain
from serving.pages.entrance.sessions import Porter, id_of
from serving.pages.office import Office
from serving.pages.paths import ours
from serving.pages.table import address
from serving.pages.visit import Answer, Cookie, Declined, Sent, Shown, Visit
from serving.pages.words import speaker

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from serving.pages.entrance.attended import Asked
    from serving.pages.table import PageRoute
    from serving.pages.visit import Handler, Person
    from serving.residents.desk import Desk
    from serving.settings import Settings

BEFORE = frozenset({"sign_in", "enter"})
"""Pages of which the form goes with a visitor's cookie: nobody is signed in there."""
OF_NOBODY = frozenset({"language", "static"})
"""Pages for which it is not looked up who is signed in: they are the same for all, and no access event."""
TEXTS = frozenset({"text", "reason", "conditions"})
"""Fields of a form that a person writes in words of their own."""
MOST_TEXTS = 50
"""Of what is shown back to who was signed out meanwhile."""


class Attendant:
    """Attends to requests of one worker; several threads may use one.

    Parameters
    ----------
    settings : Settings
    clock : callable
        The time, aware, in UTC.
    residents : Desk, optional
        What is kept of residents, in a service with a keyring.
    """

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime], residents: Desk | None = None
    ) -> None:
        self._settings, self._clock, self._residents = settings, clock, residents
        self._office: Office | None = None
        self._opening = threading.Lock()

    @property
    def office(self) -> Office:
        """The ledger and the desk, opened when they are first asked for."""
        with self._opening:
            if self._office is None:
                self._office = Office(self._settings, self._clock, self._residents)
            return self._office

    def close(self) -> None:
        """Let go of the database."""
        with self._opening:
            office, self._office = self._office, None
        if office is not None:
            office.close()

    def attend(self, asked: Asked) -> Attended:
        """Return the answer to a request, whatever becomes of it."""
        now = self._clock()
        language = cookies.language_of(asked.cookies)
        name = "" if asked.route is None else asked.route.name
        one = _Attendance(asked, Visit(self.office, None, language, now, name, asked.path))
        return one.attended()

    def has_session(self, token: str) -> bool:
        """Whether there is a session of a token, whether it counts or not; raises what the database does."""
        return Sessions(self.office.ledger).find(id_of(token)) is not None


class _Attendance:
    """One request, as far as it has come."""

    def __init__(self, asked: Asked, visit: Visit) -> None:
        self._asked, self._visit = asked, visit
        self._cookies: tuple[Cookie, ...] = ()
        self._retry: tuple[tuple[bytes, bytes], ...] = ()
        self._fault: tuple[str, Exception] | None = None
        self._person, self._begun = "", ""
        self._is_tried = False

    def attended(self) -> Attended:
        """Return the answer."""
        try:
            answer = self._answer()
        except Declined as no:
            answer = self._no(no.kind, no.why)
        except Refused as no:
            self._retry = no.headers
            answer = self._no(no.slug.replace("-", "_"))
        except UnreachableError as error:
            answer = self._faulty("unreachable", error)
        except LedgerError as error:
            answer = self._faulty("not_trusted", error)
        except StorageError as error:
            answer = self._faulty("failed", error)
        except SegmentationError as error:
            answer = self._refused(error)
        except Exception as error:  # noqa: BLE001 - whatever it says might quote a request
            answer = self._faulty("failed", error)
        return self._written(answer)

    # ---- In ---------------------------------------------------------------------------------------------

    def _answer(self) -> Answer:
        asked = self._asked
        self._recognise()
        if asked.refused is not None:
            raise asked.refused
        route = asked.route
        assert route is not None  # noqa: S101 - the door refuses what has no route
        if route.roles is not None:
            if self._visit.person is None:
                return self._stranger(route)
            self._check_role(route, self._visit.person)
        query = forms.fields_of(asked.query, forms.MOST_ASKED)
        visit = replace(
            self._visit,
            query=forms.last_of(query),
            token=csrf.token_of(self._secret(route)),
            etag=asked.headers.get(b"if-none-match", b"").decode("latin-1"),
        )
        self._visit = visit if route.method == "GET" else self._with_form(visit, route)
        handler = handler_of(route.handler)
        self._is_tried = route.name == "enter"
        return handler(self._visit)

    def _recognise(self) -> None:
        """Find out who is signed in."""
        asked, visit = self._asked, self._visit
        token = asked.cookies.get("session")
        if token is None or (asked.route is not None and asked.route.name in OF_NOBODY):
            return
        visit = replace(visit, read=visit.history)
        person = Porter(visit.office).who(token, visit.history, visit.now)
        self._visit, self._person = replace(visit, person=person), "" if person is None else person.name

    def _stranger(self, route: PageRoute) -> Answer:
        """Answer who is not signed in on a page that is not for everybody."""
        if route.method == "GET":
            return Sent(address("sign_in", query={"next": ours(self._asked.here)}))
        raise Declined("not_signed_in", speaker(self._visit.language).t(WHY["not_signed_in"]))

    def _check_role(self, route: PageRoute, person: Person) -> None:
        if route.roles is None or set(route.roles) & set(person.roles):
            return
        voice = speaker(self._visit.language)
        roles = voice.join("list", roles_in(voice, route.roles))
        told = voice.t("Only these roles may do this: %(roles)s. Ask an administrator.", roles=roles)
        raise Declined("not_allowed", told)

    def _secret(self, route: PageRoute) -> str:
        """Return what forms are held against: the session's token, or a visitor's; a new one where needed."""
        kept = self._asked.cookies
        if self._visit.person is not None and route.name not in BEFORE:
            return kept["session"]
        visitor = kept.get("visitor")
        if visitor is None:
            visitor = secrets.token_urlsafe(32)
            if route.name == "sign_in":
                self._cookies = (Cookie("visitor", visitor),)
        return visitor

    def _with_form(self, visit: Visit, route: PageRoute) -> Visit:
        """Return a visit with the fields of its form, once it is known to come from a page of ours."""
        fields = forms.fields_of(self._asked.body)
        (sent,) = fields.pop(csrf.FIELD, ("",))[-1:]
        if not csrf.is_from_us(self._asked.headers) or not csrf.is_good(sent, self._secret(route)):
            raise Declined("forged", speaker(visit.language).t(WHY["forged"]))
        return replace(visit, form=forms.last_of(fields), chosen=fields)

    # ---- No ---------------------------------------------------------------------------------------------

    def _no(self, kind: str, why: str = "", english: str = "") -> Shown:
        """Return a page that says no; with what was written, where it would be lost."""
        kind = kind if kind in KINDS else "malformed"
        voice = speaker(self._visit.language)
        texts = self._texts() if kind in {"not_signed_in", "forged"} else ()
        told = why or voice.t(WHY.get(kind, WHY["malformed"]))
        if texts:
            told = voice.join("sentence", (told, voice.t(ADVICE)))
        return Shown(DeclinedPage(KINDS[kind].title, told, english, texts), KINDS[kind].status)

    def _texts(self) -> tuple[str, ...]:
        """Return what a person wrote, if the browser says that it was here: nobody else's text is shown."""
        if self._asked.headers.get(b"sec-fetch-site") != b"same-origin":
            return ()
        try:
            fields = forms.fields_of(self._asked.body)
        except Refused:
            return ()
        found = (
            value[:LONGEST_TEXT]
            for name, values in fields.items()
            for value in values
            if name in TEXTS and value.strip()
        )
        return tuple(found)[:MOST_TEXTS]

    def _refused(self, error: SegmentationError) -> Shown:
        found = refusal_told(error, self._visit.language)
        return self._no("refused", found.text, found.english)

    def _faulty(self, kind: str, error: Exception) -> Shown:
        self._fault = (kind, error)
        return self._no(kind)

    # ---- Out --------------------------------------------------------------------------------------------

    def _written(self, answer: Answer) -> Attended:
        asked, visit, name = self._asked, self._visit, self._visit.route
        if name == "enter":
            # The page of a failure is that of a stranger, whoever was signed in.
            visit = replace(visit, person=None)
            self._person = self._entered(answer)
        fault = getattr(answer, "fault", None)
        if fault is not None:
            self._fault = ("failed", fault)
        try:
            reply = replying.reply_to(answer, visit, asked, self._cookies)
        except Exception as error:  # noqa: BLE001 - as above; what cannot be written is answered without a page
            self._fault = ("failed", error)
            reply = plain("failed")
        if self._retry:
            reply = replace(reply, headers=(*reply.headers, *self._retry))
        # Where no passphrase was tried, nobody did anything: an event stays for good.
        is_recorded = bool(self._person) or self._is_tried
        return Attended(reply, self._person, is_recorded, self._fault, self._begun, visit.about)

    def _entered(self, answer: Answer) -> str:
        """Return who has just signed in; empty where nobody did."""
        tokens = [one.value for one in getattr(answer, "cookies", ()) if one.name == "session"]
        if not tokens:
            return ""
        office, visit = self._visit.office, self._visit
        person = Porter(office).who(tokens[0], office.history(), visit.now)
        self._begun = "" if person is None else tokens[0]
        return "" if person is None else person.name


@cache
def handler_of(name: str) -> Handler:
    """Return a handler by its name in the table of pages."""
    module, _, function = name.partition(":")
    found: Handler = getattr(import_module(f"serving.pages.{module}"), function)
    return found
