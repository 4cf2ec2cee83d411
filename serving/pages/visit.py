"""What a page's handler is given and what it gives back: plain data between HTTP and the work behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from segmentation.ledger.history import History
    from segmentation.ledger.records import Role
    from serving.languages import Language
    from serving.pages.office import Office
    from serving.pages.page import Page

    Handler = Callable[["Visit"], "Answer"]
    """Does the work of a page; raises `Declined`."""


@dataclass(frozen=True)
class Person:
    """Who is signed in, as the ledger has them now.

    Attributes
    ----------
    name : str
    roles : tuple of Role
    session : str
        Id of the session: SHA-256 of its token, in hexadecimal digits.
    until : datetime or None
        When the session ends, however much is asked; None where nobody said.
    """

    name: str
    roles: tuple[Role, ...]
    session: str
    until: datetime | None = None


@dataclass
class About:
    """Of which resident a request is, for its access event: a handler says it before it tells anything.

    Attributes
    ----------
    purpose : str
        What for; empty where no resident is meant.
    subject : str
        Stands for the resident in the access log alone (`segmentation.rights.readings.mark_of`).
    alert : str
        What somebody should look at, such as ``mass-reading``.
    """

    purpose: str = ""
    subject: str = ""
    alert: str = ""


@dataclass(frozen=True)
class Visit:
    """One request for a page, once it was let in.

    Attributes
    ----------
    office : Office
        The ledger, the desk and the bundles.
    person : Person or None
        None on pages that anybody may ask for, where nobody is signed in.
    language : {"zh", "en"}
    now : datetime
        In UTC.
    route : str
        Name of the page in `serving.pages.table`: one handler serves the pages of every act.
    path : mapping of str to str
        What stands in the address, by the names that the route gives: ``version`` holds digits.
    query : mapping of str to str
        Of the address; the last value of each name.
    form : mapping of str to str
        Of a POST, its CSRF token found good and left out; the last value of each name.
    chosen : mapping of str to tuple of str
        Of a POST, every value of each name.
    token : str
        What every form sends back in its field ``csrf``; another text at each request, good for this session.
    etag : str
        What the browser says that it has of a file (If-None-Match); empty where it says nothing.
    read : History or None
        What was read of the ledger to find out who asks; None where that was not asked. See `history`.
    about : About
    """

    office: Office
    person: Person | None
    language: Language
    now: datetime
    route: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    token: str = ""
    etag: str = ""
    read: History | None = field(default=None, repr=False)
    about: About = field(default_factory=About, repr=False)

    @cached_property
    def history(self) -> History:
        """The ledger as this request found it, read once; what it recorded itself is not in it.

        Raises what `segmentation.ledger.book.Book.history` does, where nothing was read before.
        """
        return self.office.history() if self.read is None else self.read

    @property
    def signed_in(self) -> Person:
        """Who is signed in, on pages that nobody else may ask for."""
        assert self.person is not None  # noqa: S101 - the table of pages says who may ask, and the door holds it
        return self.person


@dataclass(frozen=True)
class Cookie:
    """A cookie to be set: HttpOnly, SameSite and Secure are the door's matter.

    Attributes
    ----------
    name : {"session", "language", "visitor"}
        As the door calls them; what browsers call them is longer.
    value : str
        Empty takes it away.
    seconds : int or None
        How long it is kept; None for as long as the browser runs.
    """

    name: str
    value: str
    seconds: int | None = None


@dataclass(frozen=True)
class Shown:
    """A page to be written in the reader's language.

    Attributes
    ----------
    page : Page
    status : int
    cookies : tuple of Cookie
    fault : Exception or None
        What did not work though the page could be made, for the log of the service alone.
    """

    page: Page
    status: int = 200
    cookies: tuple[Cookie, ...] = ()
    fault: Exception | None = None


@dataclass(frozen=True)
class Sent:
    """The browser is sent to another page of ours (303), after a form did its work.

    Attributes
    ----------
    to : str
        Path with its query, as `serving.pages.table.address` writes it, without the prefix of a proxy.
    notice : str
        What was done, a key of `serving.pages.notices.NOTICES`; shown once on the page that follows.
    cookies : tuple of Cookie
    fault : Exception or None
        What did not work though the work was done, for the log of the service alone.
    """

    to: str
    notice: str = ""
    cookies: tuple[Cookie, ...] = ()
    fault: Exception | None = None


@dataclass(frozen=True)
class File:
    """Something to be kept or loaded.

    Attributes
    ----------
    body : bytes
    media : str
        Content type.
    name : str
        Under which a browser keeps it, letters and digits of ours alone; empty where it is shown.
    lasting : bool
        Whether a browser may keep it, because another content has another address.
    """

    body: bytes
    media: str
    name: str = ""
    lasting: bool = False


Answer = Shown | Sent | File


@dataclass(eq=False)
class Declined(Exception):  # noqa: N818 - it is an answer, and no fault of the program
    """A page that says no.

    Attributes
    ----------
    kind : str
        Of `serving.pages.declined.KINDS`: its status and its title.
    why : str
        One or two sentences, in the reader's language; never what a resident or a stranger wrote.
    """

    kind: str
    why: str
